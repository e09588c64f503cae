"""From where the worker portal opens: what a workforce has of it, and how that is lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from workforce import workforces

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


def lift_what_is_gone(event: Event, aws: Clients) -> None:
    """Open the portal as far as an Update has taken a restriction out of the properties.

    What an UpdateWorkforce leaves out stays as it is, so that a file without the key is not enough.
    What the properties never had, somebody else has put there, and stays; so does all of a
    workforce that is not ours.
    """
    if event.flag("Keep"):
        return
    gone = [name for name in _NOTHING if event.before.get(name) and not event.properties.get(name)]
    if not gone:
        return
    name = event.text("WorkforceName")
    found = workforces.settled(name, aws)
    if found is None:
        return
    there = network_of(found)
    changes = {
        member: nothing
        for member, nothing in (_NOTHING[each] for each in gone)
        if there[member] != nothing
    }
    if changes:
        aws.log.info("workforce %s loses %s", name, ", ".join(changes))
        aws.sagemaker.update_workforce(WorkforceName=name, **changes)  # type: ignore[arg-type]  # checked by botocore
