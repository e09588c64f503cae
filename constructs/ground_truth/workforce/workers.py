"""The workers' accounts, each invited by mail as soon as it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from aws_cdk import aws_cognito as cognito
from constructs import Construct, IDependable

from constructs.ground_truth.custom_resource_function import given
from constructs.ground_truth.workforce.people_list import PeopleList
from constructs.ground_truth.workforce.portal_login import pool_arn
from constructs.ground_truth.workforce.work_team import WorkTeam
from constructs.ground_truth.workforce.workforce import WorkforceReference
from constructs.ground_truth.workforce.workforce_function import WorkforceFunction


class Workers(Construct):
    """`Custom::Workers`: one account for each address, in the groups of its teams.

    They come last, so that nobody is invited before there is a portal. An account says itself whose
    it is (`lambda/workforce/record.py`), and a group of its own keeps those that this environment
    has made together; others, of a pool that is adopted or shared, only join and leave teams.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        members: Mapping[str, Sequence[WorkTeam]],
        last_days: Mapping[str, date],
        workforce: WorkforceReference,
        after: Sequence[IDependable],
        keep_accounts: bool,
        function: WorkforceFunction,
        people_list: PeopleList | None = None,
    ) -> None:
        super().__init__(scope, construct_id)

        user_pool_id = _user_pool_id(workforce)
        marker = cognito.CfnUserPoolGroup(
            self,
            "Marker",
            # By these words it is told from a team's group: see `lambda/workforce/groups.py`.
            description=f"Accounts that environment {environment} has made",
            group_name=f"{environment}-workers",
            user_pool_id=user_pool_id,
        )
        marker.node.add_dependency(workforce.checked)
        function.allow(
            actions=[
                "cognito-idp:AdminAddUserToGroup",
                "cognito-idp:AdminCreateUser",
                "cognito-idp:AdminDeleteUser",
                "cognito-idp:AdminDisableUser",
                "cognito-idp:AdminEnableUser",
                "cognito-idp:AdminGetUser",
                "cognito-idp:AdminListGroupsForUser",
                "cognito-idp:AdminRemoveUserFromGroup",
                "cognito-idp:AdminUpdateUserAttributes",
                "cognito-idp:AdminUserGlobalSignOut",
                "cognito-idp:ListUsers",
                "cognito-idp:ListUsersInGroup",
            ],
            resources=[pool_arn(self, user_pool_id)],
        )
        resource = function.resource(
            self,
            "Workers",
            "Workers",
            {
                "UserPoolId": user_pool_id,
                "Environment": environment,
                "MarkerGroup": marker.group_name,
                "Members": [
                    given(
                        {
                            "Email": email,
                            "Teams": [team.name for team in teams],
                            "Until": f"{last_days[email]}" if email in last_days else None,
                        }
                    )
                    for email, teams in members.items()
                ],
                "KeepAccounts": keep_accounts,
                **(people_list.properties if people_list else {}),
            },
        )
        resource.node.add_dependency(marker, *function.permissions, *after)
        if people_list is not None:
            resource.node.add_dependency(people_list.policy)
        #: One sentence on who was invited and removed.
        self.summary = resource.get_att_string("Summary")


def _user_pool_id(workforce: WorkforceReference) -> str:
    if workforce.pool_client is None:
        raise ValueError(
            f"expected a workforce that signs in with Cognito, got {workforce.name!r}, which signs"
            " in by OIDC; its people are those of its identity provider"
        )
    return workforce.pool_client.user_pool_id
