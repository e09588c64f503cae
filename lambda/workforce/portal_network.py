"""`Custom::PortalNetwork`: opens the worker portal again where its restriction goes.

It is made before the template restricts the workforce, and deleted when the restriction is out of
the template: by a file that has it no more, or by a deployment that is taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from workforce import workforces
from workforce.late import is_late

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import WorkforceTypeDef

    from workforce.clients import Clients
    from workforce.event import Event

#: What says where the portal is in a VPC; SageMaker describes its endpoint beside it.
_VPC: Final = ("VpcId", "SecurityGroupIds", "Subnets")
#: Property → the member of UpdateWorkforce, with the value that restricts nothing.
_NOTHING: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "Cidrs": ("SourceIpConfig", {"Cidrs": []}),
    "Vpc": ("WorkforceVpcConfig", {}),
}


def network_of(found: WorkforceTypeDef) -> dict[str, Any]:
    """Return what a workforce restricts, as UpdateWorkforce takes it."""
    vpc = found.get("WorkforceVpcConfig", {})
    return {
        "SourceIpConfig": {"Cidrs": found.get("SourceIpConfig", {}).get("Cidrs", [])},
        "WorkforceVpcConfig": {name: value for name, value in vpc.items() if name in _VPC},
    }


def physical_id(event: Event) -> str:
    """Return another id for another kind of restriction, so that the old one is lifted."""
    kinds = [name for name in _NOTHING if event.properties.get(name)]
    return "-".join((event.text("WorkforceName"), *kinds, "network"))


def create(event: Event, aws: Clients) -> dict[str, str]:
    """Do nothing: the template restricts the workforce after this."""
    del event, aws
    return {}


update = create


def delete(event: Event, aws: Clients) -> None:
    """Lift what the properties restrict, as far as the workforce still has it.

    An UpdateWorkforce leaves as it is what it leaves out, so that a template without a restriction
    is not enough. Where the environment ends, there is no workforce any more.
    """
    name = event.properties.get("WorkforceName")
    found = workforces.settled(name, aws) if isinstance(name, str) else None
    if found is None or is_late(event, aws):
        return
    there = network_of(found)
    changes = {
        member: nothing
        for kind, (member, nothing) in _NOTHING.items()
        if event.properties.get(kind) and there[member] != nothing
    }
    if changes:
        aws.log.info("workforce %s loses %s", name, ", ".join(changes))
        aws.sagemaker.update_workforce(WorkforceName=found["WorkforceName"], **changes)  # type: ignore[arg-type]  # checked by botocore
