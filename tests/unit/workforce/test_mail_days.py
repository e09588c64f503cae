"""On which days many invitations go."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.workforce.people_lists import PeopleWithList, list_properties
from tests.unit.workforce.workforce_events import create
from workforce.mail_days import mail_days, mail_days_from

_TODAY = date(2027, 1, 30)


@pytest.mark.parametrize(
    ("mails", "said"),
    [
        (0, ""),
        (50, ""),
        (51, "50 invitations go on 2027-01-30, 1 on 2027-01-31"),
        (100, "50 invitations go on 2027-01-30, 50 on 2027-01-31"),
        (
            120,
            "50 invitations go on 2027-01-30, 50 on each day from 2027-01-31, 20 on 2027-02-01",
        ),
        (
            1000,
            "50 invitations go on 2027-01-30, 50 on each day from 2027-01-31, 50 on 2027-02-18",
        ),
    ],
)
def test_each_day_has_fifty(mails: int, said: str) -> None:
    found = mail_days(mails, _TODAY)

    assert found == (said and f"Cognito itself sends 50 mails a day: {said}")


@pytest.mark.parametrize(
    ("mails", "last"), [(51, "the last 1 on day 2"), (100, "the last 50 on day 2"), (101, "day 3")]
)
def test_without_a_date_days_are_counted(mails: int, last: str) -> None:
    assert last in mail_days_from(mails, "the first day")
    assert mail_days_from(50, "the first day") == ""


def test_a_deployment_says_when_the_others_are_invited() -> None:
    aws = PeopleWithList(mails_a_day=50)
    aws.add_pool()
    aws.groups["us-east-1_Dev000001"] = {f"dev-{name}": set() for name in ("readers", "workers")}
    aws.name_people_of_list(f"w{number:03}@example.com" for number in range(120))

    said = create(aws, "Workers", list_properties())["Summary"]

    assert len(aws.mails) == 50
    assert "the mails of this day are used up; Cognito itself sends 50 mails a day: 50" in said
    assert " 20 on " in said
