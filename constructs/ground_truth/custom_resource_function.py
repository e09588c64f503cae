"""What every function behind a custom resource has: its log, its role, its policy and its code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs.ground_truth.policy_size import check_size
from dataset.limits import MAXIMUM_EVENT_AGE

_CODE: Final = Path(__file__).parents[2] / "lambda"
#: The packages of `lambda/` that functions share.
_SHARED: Final = ("custom_resource", "dataset")


class CustomResourceFunction(Construct):
    """A function that CloudFormation calls; it runs a package of `lambda/`.

    Resources depend on `policy`, so that their permissions are there before and after them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        package: str,
        description: str,
        role_description: str,
        statements: Iterable[iam.PolicyStatement],
        log_key: kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)

        log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=log_key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
            retention=logs.RetentionDays.THREE_MONTHS,
        )
        self._role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=role_description,
        )
        #: What the function may do.
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            roles=[self._role],
            statements=[
                iam.PolicyStatement(
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[log_group.log_group_arn],
                ),
                *statements,
            ],
        )
        check_size(self.policy)
        others = [
            f"{folder.name}/**"
            for folder in sorted(_CODE.iterdir())
            if folder.is_dir() and folder.name not in (package, *_SHARED)
        ]
        #: The `ServiceToken` of its resources.
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(str(_CODE), exclude=["**/__pycache__", *others]),
            description=description,
            handler=f"{package}.handler.handler",
            log_group=log_group,
            # An event that comes later than that is not waited for by anybody.
            max_event_age=cdk.Duration.seconds(MAXIMUM_EVENT_AGE),
            memory_size=1769,  # one full virtual CPU
            retry_attempts=2,
            role=self._role,
            runtime=lambda_.Runtime.PYTHON_3_14,
            timeout=cdk.Duration.minutes(15),
        )

    def resource(
        self, scope: Construct, construct_id: str, kind: str, properties: Mapping[str, Any]
    ) -> cdk.CustomResource:
        """Declare a custom resource of the function; a property that is None is none."""
        return cdk.CustomResource(
            scope,
            construct_id,
            resource_type=f"Custom::{kind}",
            service_token=self.function.function_arn,
            # The function answers within its 15 minutes; a killed one is invoked again.
            service_timeout=cdk.Duration.minutes(20),
            properties=given(properties),
        )


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what has no value, so that a reviewer sees only what is meant."""
    return {name: value for name, value in values.items() if value is not None}
