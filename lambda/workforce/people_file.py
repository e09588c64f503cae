"""The list of people that stands outside of the repository: a CSV table or a YAML list.

Nothing here names an address to a log or an event: who is meant is said by line and initials.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from workforce.names import name_of
from workforce.people_list import is_list, rows_of_list
from workforce.people_table import Fault, FileFaultError, Row, decoded, rows_of_table

#: Bytes of a file, and people in it: more than a workforce has, and read in a moment.
MOST_BYTES: Final = 1024 * 1024
MOST_PEOPLE: Final = 10_000
#: Faults that are said; the others are counted.
_MOST_FAULTS: Final = 10
#: As `ground_truth.validators.people.email` has it, which no function can import: a test holds one
#: against the other. 128 characters at most, as it is the user's name (botocore: UsernameType).
_LOCAL_PART: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_HOST_PART: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"{_LOCAL_PART}(\.{_LOCAL_PART})*@{_HOST_PART}(\.{_HOST_PART})+")
_LONGEST: Final = 128
#: `Ana Lee <ana@example.com>`, as mail programs write it.
_NAMED: Final = re.compile(r"\s*\"?(?P<name>[^<>\"]*?)\"?\s*<(?P<address>[^<>]+)>\s*")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody whom the file names."""

    #: Where the file names them first; from 1.
    line: int
    #: In lower case.
    address: str
    #: Keys of teams, such as `number-readers`; at least one.
    teams: frozenset[str]
    name: str = ""
    #: The last day on which they label.
    until: date | None = None


def address_in(text: str) -> tuple[str, str]:
    """Return name and address, in lower case, of what may have a name before it.

    The address is empty where there is none.
    """
    found = _NAMED.fullmatch(text)
    name, address = (found["name"], found["address"]) if found else ("", text)
    address = address.strip().removeprefix("mailto:")
    if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
        return name, ""
    return name, address.lower()


def read(data: bytes, teams: Collection[str]) -> tuple[list[Person], list[Fault]]:
    """Return the people of a file in its order, and all that is wrong with it, one each.

    `teams` are the keys of the environment's teams. A line may leave the team out where there is
    only one; two lines of one address are one person in the teams of both.
    """
    if len(data) > MOST_BYTES:
        return [], [Fault(line=0, expected=f"expected at most {MOST_BYTES} bytes, got more")]
    try:
        text = decoded(data)
    except FileFaultError as error:
        return [], [error.fault]
    if not text.strip():
        return [], [Fault(line=0, expected="expected people, got an empty file")]
    rows, faults = rows_of_list(text) if is_list(text) else rows_of_table(text)
    people, more = people_of(rows, teams)
    faults = sorted([*faults, *more], key=lambda fault: fault.line)
    if not people and not faults:
        faults.append(Fault(line=0, expected="expected people, got none"))
    return people, faults


def people_of(rows: Iterable[Row], teams: Collection[str]) -> tuple[list[Person], list[Fault]]:
    """Return who is meant by rows, one a person, and what is wrong with them."""
    people: dict[str, Person] = {}
    faults: list[Fault] = []
    for row in rows:
        found = _person(row, teams)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        known = people.setdefault(found.address, found)
        if found.until and known.until and known.until != found.until:
            expected = f"expected the date of line {known.line}, which has the same address"
            faults.append(_fault(row, expected, found.until.isoformat()))
            continue
        people[found.address] = replace(
            known,
            teams=known.teams | found.teams,
            name=known.name or found.name,
            until=known.until or found.until,
        )
    if len(people) > MOST_PEOPLE:
        faults.append(Fault(line=0, expected=f"expected at most {MOST_PEOPLE} people, got more"))
    return list(people.values()), faults


def written(people: Iterable[Person]) -> bytes:
    """Return the file in the one form in which it is written: CSV, sorted by address."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("address", "teams", "name", "until"))
    for each in sorted(people, key=lambda person: person.address):
        until = each.until.isoformat() if each.until else ""
        table.writerow((each.address, " ".join(sorted(each.teams)), each.name, until))
    return text.getvalue().encode()


def sentence(faults: Iterable[Fault]) -> str:
    """Return all faults in words that stand in no file: people by line and initials."""
    listed = list(faults)
    said = []
    for each in listed[:_MOST_FAULTS]:
        place = f"line {name_of(each.line, each.address)}: " if each.line else ""
        said.append(place + each.expected)
    if len(listed) > _MOST_FAULTS:
        said.append(f"and {len(listed) - _MOST_FAULTS} more")
    return "; ".join(said)


def _person(row: Row, teams: Collection[str]) -> Person | Fault:
    name, address = address_in(row.address)
    if not address:
        return _fault(row, "expected an e-mail address such as ana@example.com", row.address)
    named = row.teams
    if named is None and len(teams) == 1:
        named = tuple(teams)
    if named is None:
        return _fault(row, f"expected a team ({', '.join(teams)}), got none")
    if unknown := [each for each in named if each not in teams]:
        return _fault(row, f"expected teams of this environment ({', '.join(teams)})", unknown[0])
    until = None
    if row.until:
        try:
            until = date.fromisoformat(row.until)
        except ValueError:
            until = None
        if until is None or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", row.until):
            return _fault(row, "expected a date such as 2027-01-31 as until", row.until)
    return Person(
        line=row.line,
        address=address,
        teams=frozenset(named),
        name=" ".join((row.name or name).split()),
        until=until,
    )


def _fault(row: Row, expected: str, got: str = "") -> Fault:
    _, address = address_in(row.address)
    return Fault(line=row.line, expected=expected, got=got, address=address)
