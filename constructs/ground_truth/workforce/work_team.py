"""A work team: the people who get a labeling job."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.ground_truth.workforce.workforce import WorkforceReference
from ground_truth.validators import names_and_limits
from ground_truth.validators import people as people_validators


class WorkTeam(Construct):
    """`AWS::SageMaker::Workteam` with the Cognito group that holds its workers.

    In a workforce that signs in by OIDC, the identity provider's groups hold them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        workforce: WorkforceReference,
        idp_groups: Sequence[str] = (),
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)

        names_and_limits.team_name(name)
        people_validators.team_description(description)
        #: The Cognito group's name is the team's.
        self.name = name
        #: What people read.
        self.description = description
        #: The Cognito group; there is none with OIDC.
        self.group = self._group(workforce)
        team = sagemaker.CfnWorkteam(
            self,
            "Team",
            description=description,
            member_definitions=[_members(workforce, name, idp_groups)],
            notification_configuration=sagemaker.CfnWorkteam.NotificationConfigurationProperty(
                notification_topic_arn=topic.topic_arn
            ),
            workforce_name=workforce.name,
            workteam_name=name,
        )
        # Nobody is told of work before there are people to tell.
        team.node.add_dependency(workforce.ready, topic)
        if self.group is not None:
            team.node.add_dependency(self.group)

    def _group(self, workforce: WorkforceReference) -> cognito.CfnUserPoolGroup | None:
        if workforce.pool_client is None:
            return None
        group = cognito.CfnUserPoolGroup(
            self,
            "Group",
            description=self.description,
            group_name=self.name,
            user_pool_id=workforce.pool_client.user_pool_id,
        )
        group.node.add_dependency(workforce.checked)
        return group


def _members(
    workforce: WorkforceReference, name: str, idp_groups: Sequence[str]
) -> sagemaker.CfnWorkteam.MemberDefinitionProperty:
    client = workforce.pool_client
    if client is None:
        return sagemaker.CfnWorkteam.MemberDefinitionProperty(
            oidc_member_definition=sagemaker.CfnWorkteam.OidcMemberDefinitionProperty(
                oidc_groups=list(idp_groups)
            )
        )
    return sagemaker.CfnWorkteam.MemberDefinitionProperty(
        cognito_member_definition=sagemaker.CfnWorkteam.CognitoMemberDefinitionProperty(
            cognito_client_id=client.client_id,
            cognito_user_group=name,
            cognito_user_pool=client.user_pool_id,
        )
    )
