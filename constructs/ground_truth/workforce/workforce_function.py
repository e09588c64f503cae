"""The function behind the custom resources of a workforce and its workers."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct, IDependable

from constructs.ground_truth.custom_resource_function import CustomResourceFunction


class WorkforceFunction(CustomResourceFunction):
    """Does what CloudFormation's own types of Ground Truth and Cognito leave to people.

    The package it runs is `lambda/workforce`. What it may do to user pools comes by `allow`, from
    the constructs that ask it to: this function is there before there is a pool.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        team_names: Iterable[str],
        log_key: kms.IKey,
    ) -> None:
        stack = cdk.Stack.of(scope)

        def arn(resource: str, name: str) -> str:
            return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)

        super().__init__(
            scope,
            construct_id,
            package="workforce",
            description="Custom::PortalLogin and others: checks, wires and invites the workforce",
            log_key=log_key,
            role_description="Sets up the Ground Truth workforce during a deployment",
            statements=[
                # A refusal must not keep CloudFormation from taking a deployment back.
                iam.PolicyStatement(
                    actions=["cloudformation:DescribeStacks"], resources=[stack.stack_id]
                ),
                iam.PolicyStatement(
                    # An event that comes after CloudFormation has gone on is not obeyed.
                    actions=["cloudformation:DescribeStackResource"],
                    resources=[stack.stack_id],
                ),
                iam.PolicyStatement(
                    actions=["sagemaker:ListWorkforces", "sagemaker:ListWorkteams"],
                    # Lists have no resources.
                    resources=["*"],
                ),
                iam.PolicyStatement(
                    actions=["sagemaker:DescribeWorkforce"],
                    # The one that is there may have any name.
                    resources=[arn("workforce", "*")],
                ),
                iam.PolicyStatement(
                    actions=["cognito-idp:DescribeUserPool"],
                    # To say of a workforce that is in the way whether its pool is still there.
                    resources=[
                        stack.format_arn(
                            service="cognito-idp", resource="userpool", resource_name="*"
                        )
                    ],
                ),
            ],
        )
        #: This environment's teams, in both forms: ARNs have the second, IAM's reference the first
        #: (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html).
        self.team_arns = [
            arn(resource, name)
            for name in team_names
            for resource in ("workteam", "workteam/private-crowd")
        ]
        self._more: iam.ManagedPolicy | None = None
        self._network: iam.ManagedPolicy | None = None

    @property
    def permissions(self) -> list[iam.ManagedPolicy]:
        """What a resource of the function depends on, so that it is allowed to do its work."""
        every = (self.policy, self._more, self._network)
        return [each for each in every if each is not None]

    def allow(self, *, actions: list[str], resources: list[str]) -> None:
        """Let the function do more; the statement may name what is made after the function."""
        if self._more is None:
            self._more = iam.ManagedPolicy(self, "MorePolicy", roles=[self._role])
        self._more.add_statements(iam.PolicyStatement(actions=actions, resources=resources))

    def allow_network(
        self, *, actions: list[str], resources: list[str], after: IDependable
    ) -> iam.ManagedPolicy:
        """Let the function change from where a portal opens, as long as a file restricts that.

        This is a policy of its own, made after `after`, so that it is still there while the
        restriction is taken away: CloudFormation changes policies before what needs them, and
        deletes what a template has no more when all else is done, in the order of destroy.
        """
        if self._network is None:
            self._network = iam.ManagedPolicy(self, "NetworkPolicy", roles=[self._role])
            self._network.node.add_dependency(after)
        self._network.add_statements(iam.PolicyStatement(actions=actions, resources=resources))
        return self._network
