"""People whom the template does not name, or has no room for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.ground_truth.workforce.notifications import Notifications
from constructs.ground_truth.workforce.workforce_function import WorkforceFunction

_S3: Final = "s3://"


@dataclass(frozen=True, kw_only=True)
class TeamOfList:
    """A team whose people the function subscribes to its topic, beside those of the template."""

    #: As in the environment file, by which a list names it.
    key: str
    #: Of the team, and of its group.
    name: str
    topic: sns.ITopic
    #: Addresses that the template subscribes.
    subscribed: Sequence[str]
    #: Addresses of the file that the template has no room for.
    more: Sequence[str]


class PeopleList(Construct):
    """What `Custom::Workers` is told of people outside of the template.

    No address of a list is in a template. CloudFormation asks the function only when something
    changes, so that the version of the list is a parameter of the stack: `ground-truth deploy`
    gives the one that is there now, and `cdk deploy` lets the last one stand.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | None,
        key_arn: str | None,
        teams: Iterable[TeamOfList],
        notifications: Notifications,
        function: WorkforceFunction,
    ) -> None:
        super().__init__(scope, construct_id)

        teams = list(teams)
        for team in teams:
            notifications.accept_dead_letters(team.topic)
        function.allow_list(
            [
                *([] if source is None else _reading(self, source, key_arn)),
                iam.PolicyStatement(
                    actions=["sns:ListSubscriptionsByTopic", "sns:Subscribe"],
                    resources=[team.topic.topic_arn for team in teams],
                ),
                # IAM knows no resource of it
                # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html).
                iam.PolicyStatement(actions=["sns:Unsubscribe"], resources=["*"]),
            ]
        )
        #: More properties of the workers.
        self.properties: Mapping[str, Any] = {
            "From": source,
            "Revision": None if source is None else self._revision(),
            "DeadLetters": notifications.dead_letters.queue_arn,
            "Teams": [
                {
                    "Key": team.key,
                    "Name": team.name,
                    "Topic": team.topic.topic_arn,
                    "Subscribed": list(team.subscribed),
                    "More": list(team.more),
                }
                for team in teams
            ],
        }

    def _revision(self) -> str:
        parameter = cdk.CfnParameter(
            self,
            "Revision",
            default="",
            description="The version of the list of people; ground-truth deploy gives it",
        )
        # What `cli/aws/list_revision.py` names.
        parameter.override_logical_id("PeopleListRevision")
        return parameter.value_as_string


def _reading(scope: Construct, source: str, key_arn: str | None) -> list[iam.PolicyStatement]:
    """Return what reads this one list."""
    if source.startswith(_S3):
        bucket, _, key = source.removeprefix(_S3).partition("/")
        arn = cdk.Stack.of(scope).format_arn(
            service="s3", region="", account="", resource=bucket, resource_name=key
        )
        read = iam.PolicyStatement(actions=["s3:GetObject"], resources=[arn])
    else:
        read = iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[source])
    if key_arn is None:
        return [read]
    return [read, iam.PolicyStatement(actions=["kms:Decrypt"], resources=[key_arn])]
