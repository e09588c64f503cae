"""Who belongs to which team: whom the template names, and whom the list outside of it does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError
from workforce import people_file
from workforce.people_file import Person
from workforce.people_source import ListError, fetch

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event

_WHERE: Final = "ResourceProperties.Teams"
#: So many may always leave.
_FEW: Final = 2


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


def with_list(event: Event, aws: Clients) -> Event:
    """Return an event whose `Members` are everybody: of the template, and of the list it names.

    They are sorted by address, which gives them the numbers by which they are named. Raises
    ListError.
    """
    source = read.optional_text(event.properties, "From", "ResourceProperties")
    if source is None:
        return event
    names = _names(event.properties)
    members = {
        str(each.get("Email")).lower(): dict(each) for each in event.properties.get("Members") or []
    }
    for person in listed_people(source, names, aws):
        member = members.setdefault(person.address, {"Email": person.address, "Teams": []})
        teams = {*member["Teams"], *(names[key] for key in person.teams)}
        member["Teams"] = sorted(teams)
        if person.until is not None:
            # What the template says has been reviewed.
            member.setdefault("Until", person.until.isoformat())
    everybody = [members[email] for email in sorted(members)]
    return replace(event, properties={**event.properties, "Members": everybody})


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


def _names(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the teams by their keys in the environment file."""
    teams = properties.get("Teams")
    if not isinstance(teams, list) or not all(isinstance(each, Mapping) for each in teams):
        raise CustomResourceError(f"expected a list of Key and Name, got {teams!r} in {_WHERE}")
    return {read.text(each, "Key", _WHERE): read.text(each, "Name", _WHERE) for each in teams}
