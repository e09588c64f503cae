"""Lets workers log in: the portal's addresses in the client, its link in the invitation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from constructs.ground_truth.workforce.user_pool import WorkerPool
from constructs.ground_truth.workforce.work_team import WorkTeam
from constructs.ground_truth.workforce.workforce import WorkforceReference
from constructs.ground_truth.workforce.workforce_function import WorkforceFunction


class PortalLogin(Construct):
    """`Custom::PortalLogin`: what depends on the portal's address, which is known last.

    It works again whenever the client, the pool, the workforce or its teams change, because each
    of these may have written over its work. Without a pool of ours it adds the portal's addresses
    to the client, never takes them away, and changes nothing else.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workforce: WorkforceReference,
        teams: Iterable[WorkTeam],
        pool: WorkerPool | None,
        function: WorkforceFunction,
    ) -> None:
        super().__init__(scope, construct_id)

        client = workforce.pool_client
        if client is None:
            raise ValueError(
                f"expected a workforce that signs in with Cognito, got {workforce.name!r}, which"
                " signs in by OIDC; its identity provider keeps the portal's addresses"
            )
        actions = ["cognito-idp:DescribeUserPoolClient", "cognito-idp:UpdateUserPoolClient"]
        if pool is not None:
            # Tags are among what must be said again.
            actions += ["cognito-idp:TagResource", "cognito-idp:UpdateUserPool"]
        function.allow(actions=actions, resources=[pool_arn(self, client.user_pool_id)])
        resource = function.resource(
            self,
            "Login",
            "PortalLogin",
            {
                "UserPoolId": client.user_pool_id,
                "ClientId": client.client_id,
                "WorkforceName": workforce.name,
                "SubDomain": workforce.sub_domain,
                "Keep": pool is None,
                "Invitation": pool and pool.message,
                "ClientSettings": pool and _settings(pool.client),
                "PoolSettings": pool and _settings(pool.user_pool),
                "Teams": [team.name for team in teams],
            },
        )
        resource.node.add_dependency(*function.permissions, workforce.ready, *teams)
        #: Where workers log in, once they can.
        self.portal_url = resource.get_att_string("PortalUrl")


def pool_arn(scope: Construct, user_pool_id: str) -> str:
    """Return the ARN of a user pool."""
    return cdk.Stack.of(scope).format_arn(
        service="cognito-idp", resource="userpool", resource_name=user_pool_id
    )


def _settings(construct: cognito.UserPool | cognito.UserPoolClient) -> str:
    """Return what changes when the template of a pool or client does."""
    return cdk.Lazy.string(_Settings(construct.node.default_child))


@jsii.implements(cdk.IStableStringProducer)
class _Settings:
    """A hash of a resource's properties, taken when they are complete."""

    def __init__(self, resource: Any) -> None:
        self._resource = resource

    def produce(self) -> str:
        # Protected, but the only way to a resource's properties as they will stand in the template.
        properties = cdk.Stack.of(self._resource).resolve(self._resource._cfn_properties)
        words = json.dumps(properties, sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()[:16]
