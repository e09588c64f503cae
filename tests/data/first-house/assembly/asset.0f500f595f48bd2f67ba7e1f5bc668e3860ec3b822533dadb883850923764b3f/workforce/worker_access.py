"""`Custom::WorkerAccess`: ties the addresses of data objects to the worker who has asked for them.

CloudFormation's own work team has no WorkerAccessConfiguration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from custom_resource import properties as read
from custom_resource.errors import is_absent, is_invalid, message_of

if TYPE_CHECKING:
    from workforce.collaborators import Collaborators
    from workforce.event import Event

_OFF: Final[Mapping[str, str]] = {"SourceIp": "Disabled", "VpcSourceIp": "Disabled"}
_MAXIMUM_NAME: Final = 200


def physical_id(event: Event) -> str:
    """Return an id that never changes."""
    stack = event.stack_id.split("/")[1]
    return f"{f'{stack}-{event.logical_id}'[:_MAXIMUM_NAME]}-worker-access"


def create(event: Event, aws: Collaborators) -> dict[str, str]:
    """Set what ties addresses to workers, for all teams."""
    wanted = {
        name: read.choice(event.properties, name, "ResourceProperties", ("Enabled", "Disabled"))
        for name in _OFF
    }
    for team in event.texts("Teams"):
        _constrain(team, wanted, aws)
    return {}


#: A team that is no longer named is about to be deleted.
update = create


def delete(event: Event, aws: Collaborators) -> None:
    """Tie nothing any more; teams that are gone are left alone."""
    for team in event.texts("Teams"):
        try:
            _constrain(team, _OFF, aws)
        except ClientError as error:
            is_gone = is_invalid(error) and "work team" in message_of(error).lower()
            if not is_gone and not is_absent(error):
                raise
            aws.log.info("work team %s is gone already", team)


def _constrain(team: str, wanted: Mapping[str, str], aws: Collaborators) -> None:
    described = aws.sagemaker.describe_workteam(WorkteamName=team)["Workteam"]
    access = described.get("WorkerAccessConfiguration", {}).get("S3Presign", {})
    if {**_OFF, **access.get("IamPolicyConstraints", {})} == wanted:
        return
    aws.log.info("work team %s gets %s", team, wanted)
    aws.sagemaker.update_workteam(
        WorkteamName=team,
        WorkerAccessConfiguration={"S3Presign": {"IamPolicyConstraints": wanted}},  # type: ignore[typeddict-item]  # checked by botocore
    )
