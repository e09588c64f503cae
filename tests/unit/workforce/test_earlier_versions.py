"""Accounts of earlier versions are told apart once, and nothing else is done to them."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import update, workers_properties

_ANA, _BO = "ana@example.com", "bo@example.com"
_INVITED = "FORCE_CHANGE_PASSWORD"


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople()
    made.add_pool()
    made.add_groups("dev")
    return made


def _change(aws: FakePeople, now: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    return update(aws, "Workers", now, before)["Summary"]


def _earlier(aws: FakePeople, email: str, *groups: str, **more: Any) -> None:
    aws.add_user(email, "dev-workers", *groups, **more)


def test_accounts_of_an_earlier_version_get_a_record_once_and_nothing_else(
    aws: FakePeople,
) -> None:
    _earlier(aws, "in@example.com", "dev-readers", status=_INVITED)
    _earlier(aws, "out@example.com", enabled=False)
    _earlier(aws, "stolen@example.com", "dev-readers", enabled=False)
    aws.add_user("others@example.com", "dev-readers")
    before, people = workers_properties("in@example.com", "stolen@example.com"), aws.people()
    members = ("in@example.com", "others@example.com", "stolen@example.com")

    _change(aws, workers_properties(*members), before)

    records = {who: aws.record_of(who) for who in people}
    assert aws.people() == people
    assert aws.mails == []
    assert {
        who: record and (record.mail, record.disabled_by) for who, record in records.items()
    } == {
        "in@example.com": ("sent", ""),
        "out@example.com": ("sent", "dev"),
        "stolen@example.com": ("sent", ""),
        "others@example.com": None,
    }


def test_who_was_removed_by_an_earlier_version_comes_back_enabled(aws: FakePeople) -> None:
    _earlier(aws, _ANA, enabled=False)

    _change(aws, workers_properties(_ANA, _BO), workers_properties(_BO))

    assert aws.people()[_ANA] == (True, "CONFIRMED", {"dev-workers", "dev-readers"})
    assert aws.mails == [_BO]
