"""Who belongs to which team: whom the template names, and whom the list outside of it does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError
from workforce import people_file
from workforce.people_file import Person
from workforce.people_source import ListError, fetch
from workforce.scope import members_of

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event

_WHERE: Final = "ResourceProperties.Teams"
#: So many may always leave.
_FEW: Final = 2


@dataclass(frozen=True, kw_only=True)
class Team:
    """A team whose people, or some of them, the template does not name."""

    #: As in the environment file.
    key: str
    #: Of the team, and of its group.
    name: str
    #: The ARN of its topic.
    topic: str
    #: Addresses whose subscriptions CloudFormation makes and ends.
    subscribed: frozenset[str]
    #: Addresses that the template has no room for.
    more: frozenset[str]


def teams_of(properties: Mapping[str, Any]) -> dict[str, Team]:
    """Return teams by name; there are none where CloudFormation knows everybody."""
    found = properties.get("Teams") or []
    if not isinstance(found, list):
        raise CustomResourceError(f"expected a list, got {found!r} in {_WHERE}")
    teams = [
        Team(
            key=read.text(each, "Key", _WHERE),
            name=read.text(each, "Name", _WHERE),
            topic=read.text(each, "Topic", _WHERE),
            subscribed=frozenset(read.texts(each, "Subscribed", _WHERE)),
            more=frozenset(read.texts(each, "More", _WHERE)),
        )
        for each in found
    ]
    return {team.name: team for team in teams}


def old_teams_of(properties: Mapping[str, Any]) -> dict[str, Team]:
    """Return the same of properties that may be of another version: those stop nothing."""
    try:
        return teams_of(properties)
    except CustomResourceError:
        return {}


def listed_people(source: str, keys: Collection[str], aws: Clients) -> list[Person]:
    """Return the people of the list outside, in its order; raises ListError.

    Half a list would remove people: one with a fault is not read at all.
    """
    people, faults = people_file.read(fetch(source, aws), keys)
    if faults:
        raise ListError(
            f"the list of people, {source}, is not read, and nobody was changed:"
            f" {people_file.sentence(faults)}"
        )
    return people


def everybody(event: Event, aws: Clients) -> dict[str, set[str]]:
    """Return address to names of teams: first whom the template names, then whom the list does.

    Their order gives them the numbers by which they are named in events.
    """
    members = members_of(event.properties)
    source = read.optional_text(event.properties, "From", "ResourceProperties")
    if source is None:
        return members
    names = {team.key: team.name for team in teams_of(event.properties).values()}
    for person in listed_people(source, names, aws):
        teams = {names[key] for key in person.teams}
        members.setdefault(person.address, set()).update(teams)
    return members


def check_loss(event: Event, leaving: int, staying: int) -> None:
    """Raise ListError if a list would take most of the people away.

    That may be half a file, or another environment's. Only the list outside is asked about: whom
    the template names has been reviewed. `MayLeave` is how many somebody has agreed to.
    """
    if "From" not in event.properties or leaving <= max(_FEW, staying):
        return
    if leaving <= int(str(event.properties.get("MayLeave", 0))):
        return
    raise ListError(
        f"{leaving} of {leaving + staying} people would leave, since the list of people,"
        f" {event.text('From')}, does not name them, and nobody was changed; if that is meant,"
        f" `ground-truth workers {event.text('Environment')} import FILE --replace` asks for it"
    )
