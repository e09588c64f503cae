"""Finds out whether the account's workforce is what the environment file says, before anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import aws_cdk as cdk
from constructs import Construct

from constructs.ground_truth.workforce.workforce import PoolClient
from constructs.ground_truth.workforce.workforce_function import WorkforceFunction


class WorkforceCheck(Construct):
    """`Custom::WorkforceCheck`: a deployment that can't end well ends here, with nothing made.

    It refuses a second workforce, ids that are not those of the account's workforce, a sender that
    SES does not know, and a change that would replace a workforce whose teams are in use.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        mode: Literal["create", "oidc", "adopt", "shared"],
        environment: str,
        workforce_name: str,
        pool_client: PoolClient | None = None,
        email_from: str | None = None,
        email_identities: Sequence[str] = (),
        function: WorkforceFunction,
    ) -> None:
        super().__init__(scope, construct_id)

        if email_from is not None:
            function.policy.add_statements(
                *_sender_statements(
                    cdk.Stack.of(self),
                    email_identities or [email_from],
                )
            )
        #: What everything else of the stack depends on.
        self.resource = function.resource(
            self,
            "Check",
            "WorkforceCheck",
            {
                "Mode": mode,
                "Environment": environment,
                "WorkforceName": workforce_name,
                "UserPoolId": pool_client and pool_client.user_pool_id,
                "ClientId": pool_client and pool_client.client_id,
                "EmailFrom": email_from,
                "EmailIdentities": list(email_identities) or None,
            },
        )
        self.resource.node.add_dependency(function.policy)
        #: The host of the worker portal, of a workforce that is there already.
        self.sub_domain = self.resource.get_att_string("SubDomain")
        #: The identity that SES sends by, where it is found at the deployment.
        self.sender_arn = self.resource.get_att_string("SenderArn") if email_identities else None


def _sender_statements(
    stack: cdk.Stack, identities: Sequence[str]
) -> list[cdk.aws_iam.PolicyStatement]:
    return [
        cdk.aws_iam.PolicyStatement(
            actions=["ses:GetEmailIdentity"],
            resources=[
                stack.format_arn(service="ses", resource="identity", resource_name=identity)
                for identity in identities
            ],
        ),
        # The account's sandbox has no resource.
        cdk.aws_iam.PolicyStatement(actions=["ses:GetAccount"], resources=["*"]),
    ]
