"""The private workforce that is made here: the portal in which the pool's workers label."""

from __future__ import annotations

from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct, IDependable

from constructs.ground_truth.workforce.user_pool import WorkerPool
from constructs.ground_truth.workforce.workforce import WorkforceReference
from ground_truth.config.workforce import Network


class PrivateWorkforce(Construct):
    """`AWS::SageMaker::Workforce` on a user pool of its own."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        pool: WorkerPool,
        network: Network,
        checked: IDependable,
    ) -> None:
        super().__init__(scope, construct_id)

        cidrs, vpc = network.allowed_cidrs, network.vpc
        workforce = sagemaker.CfnWorkforce(
            self,
            "Workforce",
            workforce_name=name,
            cognito_config=sagemaker.CfnWorkforce.CognitoConfigProperty(
                client_id=pool.pool_client.client_id, user_pool=pool.pool_client.user_pool_id
            ),
            source_ip_config=sagemaker.CfnWorkforce.SourceIpConfigProperty(cidrs=list(cidrs))
            if cidrs
            else None,
            workforce_vpc_config=None
            if vpc is None
            else sagemaker.CfnWorkforce.WorkforceVpcConfigRequestProperty(
                vpc_id=vpc.id,
                subnets=list(vpc.subnets),
                security_group_ids=list(vpc.security_groups),
            ),
        )
        workforce.node.add_dependency(pool.domain)
        #: What teams need of it.
        self.workforce = WorkforceReference(
            name=name,
            sub_domain=workforce.attr_sub_domain,
            pool_client=pool.pool_client,
            checked=checked,
            ready=self,
        )
