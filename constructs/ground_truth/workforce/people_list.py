"""A list of people that stands outside of the repository and of every template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.ground_truth.workforce.workforce_function import WorkforceFunction

_S3: Final = "s3://"


class PeopleList(Construct):
    """What `Custom::Workers` is told of a list that is an object of S3, or a secret.

    CloudFormation asks the function only when something changes in the template, so that the
    version of the list is a parameter of the stack: `ground-truth deploy` gives the one that is
    there now, and `cdk deploy` lets the last one stand.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str,
        key_arn: str | None,
        teams: Mapping[str, str],
        function: WorkforceFunction,
    ) -> None:
        """`teams` is the keys of the environment file with the teams' names."""
        super().__init__(scope, construct_id)

        parameter = cdk.CfnParameter(
            self,
            "Revision",
            default="",
            description="The version of the list of people; ground-truth deploy gives it",
        )
        # So `cli/aws/list_revision.py` knows it.
        parameter.override_logical_id("PeopleListRevision")
        #: The version.
        self.revision = parameter.value_as_string
        #: What reads the list, and nothing besides.
        self.policy = function.own_policy(self, "Policy", _reading(self, source, key_arn))
        #: More properties of the workers.
        self.properties: Mapping[str, Any] = {
            "From": source,
            "Revision": self.revision,
            "Teams": [{"Key": key, "Name": name} for key, name in teams.items()],
        }


def _reading(scope: Construct, source: str, key_arn: str | None) -> list[iam.PolicyStatement]:
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
