"""Lets a first deployment that fails take a protected user pool back."""

from __future__ import annotations

from constructs import Construct

from constructs.ground_truth.workforce.portal_login import pool_arn
from constructs.ground_truth.workforce.user_pool import WorkerPool
from constructs.ground_truth.workforce.workforce_function import WorkforceFunction


class PoolProtection(Construct):
    """`Custom::PoolProtection`: stands between a protected pool and all that is made after it.

    Where a first deployment fails, CloudFormation deletes it before the pool, and it switches the
    pool's deletion protection off. So nothing else may be made after the pool and before it: what
    fails there would leave a pool that nobody can delete. The one exception is the policy that lets
    the function change this pool and no other one of the account, which needs the pool's id. The
    template's own protection is on from the beginning and never lapses
    (docs/decisions/0020-protection-that-a-rollback-lifts.md).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        pool: WorkerPool,
        function: WorkforceFunction,
    ) -> None:
        super().__init__(scope, construct_id)

        user_pool_id = pool.pool_client.user_pool_id
        function.allow(
            # Tags are among what must be said again.
            actions=["cognito-idp:TagResource", "cognito-idp:UpdateUserPool"],
            resources=[pool_arn(self, user_pool_id)],
        )
        resource = function.resource(
            self, "Protection", "PoolProtection", {"UserPoolId": user_pool_id}
        )
        resource.node.add_dependency(*function.permissions)
        for after in (pool.domain, pool.client):
            after.node.add_dependency(resource)
        # What Lambda makes beside the function.
        pool.user_pool.node.add_dependency(function.function)
