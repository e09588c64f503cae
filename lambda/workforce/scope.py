"""What of a user pool is an environment's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError

if TYPE_CHECKING:
    from workforce.event import Event


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The groups of an environment, and the words by which its accounts are known."""

    environment: str
    #: The unique part of the id of the stack.
    stack: str
    #: The group of the accounts that the environment has made.
    marker: str
    #: The groups of its teams, as they shall be and as they were.
    teams: frozenset[str]

    @property
    def groups(self) -> frozenset[str]:
        """All groups of the environment."""
        return self.teams | {self.marker}


def scope_of(event: Event) -> Scope:
    """Return the scope of an event; raises CustomResourceError where its properties don't tell."""
    return Scope(
        environment=event.text("Environment"),
        stack=event.stack_id.rpartition("/")[2],
        marker=event.text("MarkerGroup"),
        teams=frozenset({*_teams(event.properties), *_teams(event.before)}),
    )


def members_of(properties: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return address, in lower case, to teams; raises CustomResourceError for what is no list."""
    where = "ResourceProperties.Members"
    members = properties.get("Members") or []
    if not isinstance(members, list) or not all(isinstance(each, Mapping) for each in members):
        raise CustomResourceError(f"expected a list of Email and Teams, got {members!r} in {where}")
    found: dict[str, set[str]] = {}
    for member in members:
        email = read.text(member, "Email", where).lower()
        found.setdefault(email, set()).update(read.texts(member, "Teams", where))
    return found


def old_members_of(properties: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the same of properties that may be of another version: those stop nothing."""
    try:
        return members_of(properties)
    except CustomResourceError:
        return {}


def _teams(properties: Mapping[str, Any]) -> set[str]:
    # Those of people whom the template does not name have their own list.
    named = properties.get("Teams") or []
    listed = {str(each["Name"]) for each in named if isinstance(each, Mapping) and "Name" in each}
    return listed.union(*old_members_of(properties).values())
