"""An event of CloudFormation as the custom resources see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from custom_resource import properties as read

#: When an address was signed (https://docs.aws.amazon.com/IAM/latest/UserGuide/signing-elements.html).
_SIGNED: Final = re.compile(r"[?&]X-Amz-Date=(\d{8}T\d{6}Z)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Event:
    """A Create, Update or Delete of one resource."""

    kind: str
    stack_id: str
    logical_id: str
    #: None at Create.
    physical_id: str | None
    properties: Mapping[str, Any]
    #: The properties that an Update replaces; a rollback replaces those that failed.
    before: Mapping[str, Any]
    #: When CloudFormation has sent it, to the second; None where its address does not say so.
    sent: datetime | None = None

    def text(self, name: str) -> str:
        """Return a property; raises CustomResourceError if it is not there."""
        return read.text(self.properties, name, "ResourceProperties")

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; one that is absent is empty."""
        return read.texts(self.properties, name, "ResourceProperties")

    def flag(self, name: str) -> bool:
        """Say whether a property is true, which most are not."""
        return str(self.properties.get(name)).lower() == "true"


def from_event(event: Mapping[str, Any]) -> Event:
    """Return an event; raises CustomResourceError for one without owner or properties."""
    known = event.get("PhysicalResourceId")
    before = event.get("OldResourceProperties")
    return Event(
        kind=read.one_of(event, "RequestType", "event", ("Create", "Update", "Delete")),
        stack_id=read.text(event, "StackId", "event"),
        logical_id=read.text(event, "LogicalResourceId", "event"),
        physical_id=None if known is None else str(known),
        properties=read.mapping(event, "ResourceProperties", "event"),
        before=before if isinstance(before, Mapping) else {},
        sent=_sent(str(event.get("ResponseURL"))),
    )


def _sent(response_url: str) -> datetime | None:
    found = _SIGNED.search(response_url)
    try:
        time = found and datetime.strptime(found[1], "%Y%m%dT%H%M%SZ")
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time else None
