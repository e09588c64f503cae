"""`Custom::WorkerAccess`: ties the addresses of data objects to the worker who has asked for them.

CloudFormation's own work team has no WorkerAccessConfiguration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from custom_resource import properties as read
from custom_resource.errors import may_mean_absent
from workforce import workforces

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event

_OFF: Final[Mapping[str, str]] = {"SourceIp": "Disabled", "VpcSourceIp": "Disabled"}
_MAXIMUM_NAME: Final = 200


def physical_id(event: Event) -> str:
    """Return an id that never changes."""
    stack = event.stack_id.split("/")[1]
    return f"{f'{stack}-{event.logical_id}'[:_MAXIMUM_NAME]}-worker-access"


def create(event: Event, aws: Clients) -> dict[str, str]:
    """Set what ties addresses to workers, for all teams."""
    desired = {
        name: read.one_of(event.properties, name, "ResourceProperties", ("Enabled", "Disabled"))
        for name in _OFF
    }
    for team in event.texts("Teams"):
        _constrain(team, desired, aws)
    return {}


#: A team that is no longer named is about to be deleted.
update = create


def delete(event: Event, aws: Clients) -> None:
    """Tie nothing any more; teams that are gone are left alone."""
    for team in event.texts("Teams"):
        try:
            _constrain(team, _OFF, aws)
        except ClientError as error:
            if not may_mean_absent(error) or workforces.has_team(team, aws):
                raise
            aws.log.info("work team %s is gone already", team)


def _constrain(team: str, desired: Mapping[str, str], aws: Clients) -> None:
    described = aws.sagemaker.describe_workteam(WorkteamName=team)["Workteam"]
    access = described.get("WorkerAccessConfiguration", {}).get("S3Presign", {})
    if {**_OFF, **access.get("IamPolicyConstraints", {})} == desired:
        return
    aws.log.info("work team %s gets %s", team, desired)
    aws.sagemaker.update_workteam(
        WorkteamName=team,
        WorkerAccessConfiguration={"S3Presign": {"IamPolicyConstraints": desired}},  # type: ignore[typeddict-item]  # checked by botocore
    )
