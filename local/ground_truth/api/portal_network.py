"""From where the worker portal can be reached: addresses, or a VPC, but not both.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-private-api.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/samurai-vpc-workers-portal.html
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping
from typing import Any, Final

from local.ground_truth.errors import invalid

#: botocore, SourceIpConfig: "a list of one to ten" CIDRs, and none for no restriction.
_MOST_CIDRS: Final = 10
_OF_VPC: Final = ("VpcId", "SecurityGroupIds", "Subnets")


def changed(network: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the network of a workforce after a request; ValidationException if it can't be.

    What the request leaves out stays; an empty WorkforceVpcConfig takes the portal out of its VPC.
    """
    result = dict(network)
    if "SourceIpConfig" in request:
        count = len(request["SourceIpConfig"]["Cidrs"])
        if count > _MOST_CIDRS:
            raise invalid(f"SourceIpConfig has at most {_MOST_CIDRS} CIDRs, got {count}")
        result["SourceIpConfig"] = request["SourceIpConfig"]
    if "IpAddressType" in request:
        result["IpAddressType"] = request["IpAddressType"]
    if "WorkforceVpcConfig" in request:
        vpc = request["WorkforceVpcConfig"]
        result.pop("WorkforceVpcConfig", None)
        if vpc:
            lacking = [name for name in _OF_VPC if not vpc.get(name)]
            if lacking:
                raise invalid(f"WorkforceVpcConfig has {', '.join(_OF_VPC)}; got no {lacking[0]}")
            endpoint = f"vpce-{secrets.token_hex(8)}"
            result["WorkforceVpcConfig"] = {**vpc, "VpcEndpointId": endpoint}
    if result.get("WorkforceVpcConfig") and result.get("SourceIpConfig", {}).get("Cidrs"):
        raise invalid("Source IP restriction is not supported for a worker portal in a VPC")
    return result


def admits(network: Mapping[str, Any], address: str) -> bool:
    """Say whether a worker with this IP address can reach the portal.

    No address of this computer is in a VPC, so a portal in one is as open as without.
    """
    cidrs = network.get("SourceIpConfig", {}).get("Cidrs", ())
    worker = ipaddress.ip_address(address)
    return not cidrs or any(worker in ipaddress.ip_network(each, strict=False) for each in cidrs)
