"""An event of CloudFormation as the custom resources see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custom_resource import properties as read


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
        kind=read.choice(event, "RequestType", "event", ("Create", "Update", "Delete")),
        stack_id=read.text(event, "StackId", "event"),
        logical_id=read.text(event, "LogicalResourceId", "event"),
        physical_id=None if known is None else str(known),
        properties=read.mapping(event, "ResourceProperties", "event"),
        before=before if isinstance(before, Mapping) else {},
    )
