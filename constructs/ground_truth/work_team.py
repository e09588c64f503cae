"""A work team: a group of workers that gets labeling jobs."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs.ground_truth import people_rules, rules
from constructs.ground_truth.notifications import Notifications
from constructs.ground_truth.private_workforce import PrivateWorkforce


class WorkTeam(Construct):
    """`AWS::SageMaker::Workteam` with the Cognito group that holds its workers."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        workforce: PrivateWorkforce,
        notifications: Notifications,
    ) -> None:
        super().__init__(scope, construct_id)

        rules.team_name(name)
        people_rules.team_description(description)
        #: The group's name is the team's.
        self.name = name
        group = cognito.CfnUserPoolGroup(
            self,
            "Group",
            description=description,
            group_name=name,
            user_pool_id=workforce.user_pool.user_pool_id,
        )
        team = sagemaker.CfnWorkteam(
            self,
            "Team",
            description=description,
            member_definitions=[
                sagemaker.CfnWorkteam.MemberDefinitionProperty(
                    cognito_member_definition=sagemaker.CfnWorkteam.CognitoMemberDefinitionProperty(
                        cognito_client_id=workforce.client.user_pool_client_id,
                        cognito_user_group=name,
                        cognito_user_pool=workforce.user_pool.user_pool_id,
                    )
                )
            ],
            notification_configuration=sagemaker.CfnWorkteam.NotificationConfigurationProperty(
                notification_topic_arn=notifications.topic.topic_arn
            ),
            workforce_name=workforce.name,
            workteam_name=name,
        )
        team.node.add_dependency(group, workforce, notifications)


class Worker(Construct):
    """A worker's account, which Cognito invites by mail as soon as it exists.

    The account comes after the teams, so that nobody is invited before there is a portal.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        email: str,
        workforce: PrivateWorkforce,
        teams: Iterable[WorkTeam],
    ) -> None:
        super().__init__(scope, construct_id)

        user_pool_id = workforce.user_pool.user_pool_id
        user = cognito.CfnUserPoolUser(
            self,
            "Account",
            desired_delivery_mediums=["EMAIL"],
            user_attributes=[
                cognito.CfnUserPoolUser.AttributeTypeProperty(name="email", value=email),
                cognito.CfnUserPoolUser.AttributeTypeProperty(name="email_verified", value="true"),
            ],
            username=email,
            user_pool_id=user_pool_id,
        )
        for team in teams:
            user.node.add_dependency(team)
            membership = cognito.CfnUserPoolUserToGroupAttachment(
                self, team.node.id, group_name=team.name, username=email, user_pool_id=user_pool_id
            )
            membership.node.add_dependency(user)
