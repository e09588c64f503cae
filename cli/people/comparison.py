"""Says what a list of people changes of the one that there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workforce.people_file import Person, address_in, people_of
from workforce.people_table import Fault, Row


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What becomes of everybody; each person is in one of the lists."""

    new: tuple[Person, ...] = ()
    #: In other teams, or with another name or last day, than before.
    changed: tuple[Person, ...] = ()
    #: Named before as they are now.
    known: tuple[Person, ...] = ()
    #: Named in the list so far, and no more.
    gone: tuple[Person, ...] = ()
    #: Addresses that are said more than once in the same way.
    doubled: tuple[str, ...] = ()
    #: Addresses that the environment file names in the same teams, whom the list need not name.
    in_file: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    #: Everybody whom the list names from now on.
    whole: tuple[Person, ...] = ()


def compare(
    rows: Sequence[Row],
    faults: Iterable[Fault],
    *,
    there: Sequence[Person],
    in_file: Mapping[str, Collection[str]],
    teams: Collection[str],
    given: Collection[str] = (),
    replaces: bool = False,
) -> Comparison:
    """Compare rows with the people who are `there`, and those whom the environment file names.

    Who is known and of whom no team is said stays in theirs; who is new comes into the teams that
    are `given`. Unless the rows replace the list, nobody leaves it, or a team.
    """
    before = {each.address: each for each in there}
    rows = [_with_teams(row, before, in_file, given) for row in rows]
    people, wrong = people_of(rows, teams)
    found = {
        each.address: _merged(each, before.get(each.address), replaces=replaces) for each in people
    }
    skipped = {
        address
        for address, person in found.items()
        if address not in before and person.teams <= {*in_file.get(address, ())}
    }
    left = [each for each in there if each.address not in found]
    said = [each for address, each in found.items() if address not in skipped]
    return Comparison(
        new=tuple(each for each in said if each.address not in before),
        changed=tuple(each for each in said if not _is_same(each, before.get(each.address, each))),
        known=tuple(each for each in said if _is_same(each, before.get(each.address))),
        gone=tuple(left) if replaces else (),
        doubled=_doubled(rows),
        in_file=tuple(sorted(skipped)),
        faults=tuple(sorted([*faults, *wrong], key=lambda each: each.line)),
        whole=tuple(said if replaces else [*left, *said]),
    )


def _with_teams(
    row: Row,
    before: Mapping[str, Person],
    in_file: Mapping[str, Collection[str]],
    given: Collection[str],
) -> Row:
    if row.teams is not None:
        return row
    _, address = address_in(row.address)
    if address in before:
        return replace(row, teams=tuple(sorted(before[address].teams)))
    named = tuple(given) or tuple(in_file.get(address, ()))
    return replace(row, teams=named or None)


def _merged(person: Person, before: Person | None, *, replaces: bool) -> Person:
    if before is None or replaces:
        return person
    return replace(
        person,
        teams=person.teams | before.teams,
        name=person.name or before.name,
        until=person.until or before.until,
    )


def _is_same(one: Person, other: Person | None) -> bool:
    return other is not None and (one.teams, one.name, one.until) == (
        other.teams,
        other.name,
        other.until,
    )


def _doubled(rows: Iterable[Row]) -> tuple[str, ...]:
    said = Counter((address_in(row.address)[1], row.teams, row.until) for row in rows)
    return tuple(sorted({each[0] for each, number in said.items() if number > 1 and each[0]}))
