"""A worker may have a last day, in whichever team it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ground_truth.config import Environment, EnvironmentFileError, load

_HEAD = """\
region: us-east-1
protected: false
workforce:
  create: {organization: Example Labs, support_email: labeling@example.com}
  teams:
"""
_ANA, _BO = "ana@example.com", "bo@example.com"


def _load(folder: Path, **teams: str) -> Environment:
    """Return a file whose teams have these lines below them."""
    file = folder / "environments" / "dev.yaml"
    file.parent.mkdir(exist_ok=True)
    lines = "".join(
        f"    {key}:\n      description: Works\n      {line}\n" for key, line in teams.items()
    )
    file.write_text(_HEAD + lines)
    return load(file)


def test_an_address_may_stand_alone_or_with_a_last_day(tmp_path: Path) -> None:
    file = _load(
        tmp_path, readers="workers: [ana@example.com, {email: Bo@Example.com, until: 2027-01-31}]"
    )

    workforce = file.workforce
    assert workforce.teams["readers"].emails == (_ANA, _BO)
    assert workforce.last_days == {_BO: date(2027, 1, 31)}


def test_a_last_day_is_of_the_person_and_counts_in_every_team(tmp_path: Path) -> None:
    file = _load(
        tmp_path,
        readers="workers: [{email: bo@example.com, until: 2027-01-31}]",
        writers="workers: [ana@example.com, bo@example.com]",
    )

    workforce = file.workforce
    days = {key: workforce.last_days_of_notices(key) for key in workforce.teams}
    assert days["readers"] == days["writers"] == {_BO: date(2027, 1, 31)}


def test_who_is_to_be_notified_is_so_after_a_last_day_too(tmp_path: Path) -> None:
    file = _load(
        tmp_path,
        readers="workers: [{email: bo@example.com, until: 2027-01-31}]\n"
        "      notify: [bo@example.com]",
    )

    assert file.workforce.last_days_of_notices("readers") == {}


@pytest.mark.parametrize(
    ("teams", "words"),
    [
        (
            {"readers": "workers: [{email: bo@example.com, until: 31.1.2027}]"},
            "8: workforce.teams.readers.workers[0].until: expected a day such as 2027-01-31, got"
            " '31.1.2027'",
        ),
        (
            {"readers": "workers: [{email: bo@example.com, until: 2027-02-30}]"},
            "expected a day such as 2027-01-31, got '2027-02-30'",
        ),
        (
            {"readers": "workers: [{until: 2027-01-31}]"},
            "workforce.teams.readers.workers[0]",
        ),
        (
            {"readers": "workers: [bo@example.com, {email: BO@example.com}]"},
            "expected each address once, got 'bo@example.com' and 'BO@example.com'",
        ),
        (
            {
                "readers": "workers: [{email: bo@example.com, until: 2027-01-31}]",
                "writers": "workers: [{email: bo@example.com, until: 2027-02-28}]",
            },
            "expected one last day for 'bo@example.com', who has one account, got 2027-01-31 in"
            " team readers and 2027-02-28 in team writers",
        ),
    ],
)
def test_what_is_no_last_day_is_named_with_its_place(
    tmp_path: Path, teams: dict[str, str], words: str
) -> None:
    with pytest.raises(EnvironmentFileError) as raised:
        _load(tmp_path, **teams)

    assert words in str(raised.value)
