"""From where the worker portal opens, and what opens it again."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from constructs import Construct, IDependable

from constructs.ground_truth.workforce.workforce_function import WorkforceFunction
from ground_truth.config.workforce import Network


def network_properties(network: Network) -> dict[str, Any]:
    """Return `Cidrs` and `Vpc`; each is None, and so no property, where the file has none."""
    vpc = network.vpc
    return {
        "Cidrs": list(network.allowed_cidrs) or None,
        "Vpc": vpc
        and {
            "VpcId": vpc.id,
            "SecurityGroupIds": list(vpc.security_groups),
            "Subnets": list(vpc.subnets),
        },
    }


class PortalNetwork(Construct):
    """`Custom::PortalNetwork`: lifts the restriction of a portal when it is deleted.

    It is there as long as a file restricts the portal of a workforce that is made here, which
    depends on it. So it is made before the restriction, and deleted when a template without one
    has been deployed, or a deployment that adds one was taken back: a template that leaves it out
    need not lift it (botocore: UpdateWorkforceRequest).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workforce_name: str,
        network: Network,
        checked: IDependable,
        function: WorkforceFunction,
    ) -> None:
        super().__init__(scope, construct_id)

        arn = cdk.Stack.of(self).format_arn(
            service="sagemaker", resource="workforce", resource_name=workforce_name
        )
        policy = function.allow_network(
            actions=["sagemaker:UpdateWorkforce"], resources=[arn], after=checked
        )
        if network.vpc:
            # Ground Truth deletes the portal's endpoint for its caller; EC2 names endpoints itself.
            function.allow_network(
                actions=["ec2:DeleteVpcEndpoints", "ec2:DescribeVpcEndpoints"],
                resources=["*"],
                after=checked,
            )
        resource = function.resource(
            self,
            "Network",
            "PortalNetwork",
            {"WorkforceName": workforce_name, **network_properties(network)},
        )
        resource.node.add_dependency(function.policy, policy)
