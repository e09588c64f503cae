"""Who is new, known, changed or gone when a list comes in."""

from __future__ import annotations

from datetime import date
from typing import Any

from cli.people.comparison import Comparison, compare
from workforce.people_file import Person
from workforce.people_table import Row

_ANA, _BO, _CY = "ana@example.com", "bo@example.com", "cy@example.com"
_TEAMS = ("readers", "writers")


def _person(address: str, *teams: str, **more: Any) -> Person:
    return Person(line=1, address=address, teams=frozenset(teams or ("readers",)), **more)


def _compare(*rows: Row, there: tuple[Person, ...] = (), **more: Any) -> Comparison:
    return compare(rows, (), there=there, in_file=more.pop("in_file", {}), teams=_TEAMS, **more)


def _row(address: str, *teams: str, **more: Any) -> Row:
    return Row(line=1, address=address, teams=teams or None, **more)


def _addresses(people: tuple[Person, ...]) -> list[str]:
    return [each.address for each in people]


def test_who_was_not_there_is_new_and_nobody_leaves() -> None:
    found = _compare(_row(_BO, "readers"), there=(_person(_ANA),))

    assert (_addresses(found.new), found.gone) == ([_BO], ())
    assert _addresses(found.whole) == [_ANA, _BO]


def test_who_is_there_is_known_in_whatever_case() -> None:
    found = _compare(_row("ANA@example.com", "readers"), there=(_person(_ANA),))

    assert (_addresses(found.known), found.new, found.changed) == ([_ANA], (), ())


def test_of_whom_no_team_is_said_stays_in_theirs() -> None:
    found = _compare(_row(_ANA), _row(_BO), there=(_person(_ANA, "writers"),), given=("readers",))

    assert _addresses(found.known) == [_ANA]
    assert [(each.address, *each.teams) for each in found.new] == [(_BO, "readers")]


def test_another_team_is_added_to_those_that_are_there() -> None:
    found = _compare(_row(_ANA, "writers"), there=(_person(_ANA, "readers", name="Ana"),))

    assert found.changed == (_person(_ANA, "readers", "writers", name="Ana"),)


def test_a_last_day_is_a_change() -> None:
    found = _compare(_row(_ANA, "readers", until="2027-01-31"), there=(_person(_ANA),))

    assert [each.until for each in found.changed] == [date(2027, 1, 31)]


def test_a_list_that_replaces_the_other_takes_people_and_teams_away() -> None:
    there = (_person(_ANA, "readers", "writers"), _person(_BO))

    found = _compare(_row(_ANA, "readers"), _row(_CY, "readers"), there=there, replaces=True)

    assert (_addresses(found.new), _addresses(found.gone)) == ([_CY], [_BO])
    assert [each.teams for each in found.changed] == [{"readers"}]
    assert _addresses(found.whole) == [_ANA, _CY]


def test_who_is_said_twice_is_taken_once() -> None:
    found = _compare(_row(_ANA, "readers"), _row("Ana@example.com", "readers"))

    assert (found.doubled, _addresses(found.new)) == ((_ANA,), [_ANA])


def test_two_lines_for_two_teams_are_not_doubled() -> None:
    found = _compare(_row(_ANA, "readers"), _row(_ANA, "writers"))

    assert found.doubled == ()
    assert [each.teams for each in found.new] == [{"readers", "writers"}]


def test_whom_the_environment_file_names_the_list_need_not() -> None:
    found = _compare(
        _row(_ANA), _row(_BO, "writers"), in_file={_ANA: ("readers",), _BO: ("readers",)}
    )

    assert found.in_file == (_ANA,)
    assert _addresses(found.whole) == [_BO]


def test_faults_of_rows_and_of_the_file_come_in_the_order_of_lines() -> None:
    rows = (Row(line=3, address="nobody", teams=("readers",)), Row(line=2, address=_ANA))

    found = _compare(*rows)

    assert [each.line for each in found.faults] == [2, 3]
