"""From where the worker portal opens, as custom resources are told."""

from __future__ import annotations

from typing import Any

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
