"""Many people in many teams, in the time that a function has, at the rates that Cognito allows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from tests.unit.workforce.busy_people import BusyPeople
from tests.unit.workforce.cognito_pools import POOL
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import create, delete, update, workers_properties
from workforce.clients import Clients
from workforce.together import by_threads

_DOCUMENT: Final = Path(__file__).parents[3] / "docs/workforce.md"
_TABLE: Final = re.compile(r"\| people \|[^\n]*\n\| --- [^\n]*\n(?:\|[^\n]*\n)+")
_TEAMS: Final = [f"dev-team-{number:02}" for number in range(25)]
#: Seconds until the deadline of an event of 15 minutes.
_SECONDS: Final = 780.0


def _aws(kind: type[FakePeople] = BusyPeople, **settings: Any) -> Any:
    made = kind()
    made.add_pool(**settings)
    made.groups[POOL] = {group: set() for group in (*_TEAMS, "dev-workers")}
    return made


def _properties(people: int, **changes: Any) -> dict[str, Any]:
    """Return the properties of people of whom each other one is in two teams."""
    members = [
        {
            "Email": f"{number:04}@example.com",
            "Teams": sorted({_TEAMS[number % 25], _TEAMS[number * (number % 2) * 7 % 25]}),
        }
        for number in range(people)
    ]
    return workers_properties(Members=members, **changes)


def _row(people: int) -> str:
    aws, seconds = _aws(), []
    for event in (
        lambda: create(aws, "Workers", _properties(people)),
        lambda: update(aws, "Workers", _properties(1), _properties(people)),
        lambda: update(aws, "Workers", _properties(people), _properties(1)),
        lambda: delete(aws, "Workers", _properties(people)),
    ):
        began = aws.time
        event()
        seconds.append(aws.time - began)
    assert max(seconds) < _SECONDS
    assert len(aws.mails) == people
    return f"| {people:,} | " + " | ".join(f"{each / 60:.1f} min" for each in seconds) + " |"


def test_a_thousand_people_in_25_teams_are_as_fast_as_the_documents_say(
    request: pytest.FixtureRequest,
) -> None:
    table = "\n".join(
        (
            "| people | all are new | all but one leave | all come back | destroy |",
            "| --- | --- | --- | --- | --- |",
            *(_row(people) for people in (100, 300, 1000)),
            "",
        )
    )
    document = _DOCUMENT.read_text(encoding="utf-8")

    if request.config.getoption("--update-golden-files"):
        document = _TABLE.sub(table, document)
        _DOCUMENT.write_text(document, encoding="utf-8")

    assert table in document


@pytest.mark.parametrize("trouble", [{"slowness": 12.0}, {"others": 0.97}])
def test_whom_one_event_is_too_short_for_follow_with_the_next_ones(trouble: Any) -> None:
    aws = _aws()
    aws.slowness, aws.others = trouble.get("slowness", 1.0), trouble.get("others", 0.0)
    now, before, said = _properties(200), {}, []

    for number in range(8):
        began = aws.time
        before, now = now, _properties(200, Number=str(number))
        said.append(update(aws, "Workers", now, before)["Summary"])
        assert aws.time - began < _SECONDS + 60
        aws.time += 60.0

    assert "the time was too short for worker " in said[0] or "no invitation yet for" in said[0]
    assert said[-1] == "200 workers, 200 of them invited and not yet signed in; 0 removed"
    assert len(aws.mails) == len(set(aws.mails)) == 200


@pytest.mark.parametrize(("accounts", "is_listed"), [(600, True), (600_000, False)])
def test_a_pool_is_listed_where_that_takes_fewer_calls_than_to_look_for_each_address(
    accounts: int, *, is_listed: bool
) -> None:
    aws = _aws(FakePeople, UsernameAttributes=[], EstimatedNumberOfUsers=accounts)
    known = [
        aws.add_user(f"{number:04}@Example.com", username=f"a-{number}") for number in range(9)
    ]
    for number in range(130):
        aws.add_user(f"other-{number}@example.com")

    create(aws, "Workers", _properties(30))

    whole = [call for call in aws.called("ListUsers") if "Filter" not in call]
    assert len(whole) == (3 if is_listed else 0)
    assert len(aws.called("ListUsers")) == (3 if is_listed else 21 * 2 + 9)
    assert set(known) <= set().union(*(aws.groups[POOL][team] for team in _TEAMS))
    assert len(aws.mails) == 21


def test_people_who_are_worked_on_at_the_same_time_come_to_the_same_end() -> None:
    one, other = _aws(FakePeople), _aws(_Threaded)

    for aws in (one, other):
        create(aws, "Workers", _properties(60))
        update(aws, "Workers", _properties(20), _properties(60))
        update(aws, "Workers", _properties(40), _properties(20))

    assert other.people() == one.people()
    assert sorted(other.mails) == one.mails


class _Threaded(FakePeople):
    """Cognito for a function that works on some people at a time, as it does in Lambda."""

    def as_clients(self, *, seconds: float = 780.0) -> Clients:
        """Return clients for real threads."""
        return replace(super().as_clients(seconds=seconds), together=by_threads)
