"""Whose an account is stands in its record; what others have made, or done, stays as it is."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.workforce.cognito_users import POOL
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import (
    STACK,
    create,
    delete,
    update,
    workers_properties,
)
from workforce.record import Record

_ANA, _BO = "ana@example.com", "bo@example.com"
_INVITED = "FORCE_CHANGE_PASSWORD"
_RECORD = Record(made_by="dev", stack="an-older-one", mail="sent", at=datetime.now(UTC))
_BACK = "UPDATE_ROLLBACK_IN_PROGRESS"
_FIRST_BACK = "ROLLBACK_IN_PROGRESS"
#: The next stack of the same environment.
_NEXT = {"StackId": f"{STACK.rpartition('/')[0]}/4e5f"}


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople()
    made.add_pool()
    made.groups[POOL] = {
        f"{environment}-{group}": set()
        for environment in ("dev", "test")
        for group in ("readers", "workers")
    }
    return made


def _of(environment: str, *emails: str) -> dict[str, Any]:
    """Return the properties of an environment that shares the pool."""
    return workers_properties(
        Environment=environment,
        MarkerGroup=f"{environment}-workers",
        Members=[{"Email": email, "Teams": [f"{environment}-readers"]} for email in emails],
    )


def _change(aws: FakePeople, now: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    return update(aws, "Workers", now, before)["Summary"]


def test_an_account_that_others_have_made_only_joins_the_teams(aws: FakePeople) -> None:
    username = aws.add_user(_ANA, "prod-readers", username="ana-7", enabled=False)

    create(aws, "Workers", workers_properties(_ANA))

    assert aws.people() == {username: (False, "CONFIRMED", {"prod-readers", "dev-readers"})}
    assert aws.mails == []
    assert aws.record_of("ana-7") is None


@pytest.mark.parametrize("status", [_INVITED, "CONFIRMED"])
def test_an_account_that_was_made_by_hand_today_is_never_touched(
    aws: FakePeople, status: str
) -> None:
    aws.add_user(_ANA, status=status)
    create(aws, "Workers", workers_properties(_ANA, _BO))
    before = workers_properties(_ANA, _BO)

    _change(aws, workers_properties(_BO), before)
    delete(aws, "Workers", workers_properties(_BO))

    assert aws.people() == {_ANA: (True, status, set())}
    assert aws.mails == [_BO]


def test_an_account_that_was_cut_off_is_ours_also_a_day_later(aws: FakePeople) -> None:
    aws.add_user(_ANA, status=_INVITED, age=timedelta(days=2), record=_RECORD)

    create(aws, "Workers", workers_properties(_ANA))
    joined = aws.groups_of(_ANA)
    _change(aws, workers_properties(_BO), workers_properties(_ANA))

    assert joined == {"dev-workers", "dev-readers"}
    assert not aws.people()[_ANA][0]


def test_after_destroy_and_a_new_deployment_a_dropped_line_disables(aws: FakePeople) -> None:
    kept = workers_properties(_ANA, KeepAccounts="true")
    create(aws, "Workers", kept)
    aws.sign_in(_ANA)
    delete(aws, "Workers", kept)
    aws.groups[POOL] = {"dev-readers": set(), "dev-workers": set()}
    create(aws, "Workers", workers_properties(_ANA, _BO), **_NEXT)

    update(aws, "Workers", workers_properties(_BO), workers_properties(_ANA, _BO), **_NEXT)

    assert aws.people()[_ANA] == (False, "CONFIRMED", {"dev-workers"})
    assert aws.mails == [_ANA, _BO]


@pytest.mark.parametrize("order", [("dev", "test"), ("test", "dev")])
def test_the_last_environment_that_names_somebody_disables(
    aws: FakePeople, order: tuple[str, str]
) -> None:
    create(aws, "Workers", _of("dev", _ANA))
    create(aws, "Workers", _of("test", _ANA))
    first, last = order

    _change(aws, _of(first), _of(first, _ANA))
    between = aws.people()[_ANA][0]
    _change(aws, _of(last), _of(last, _ANA))

    assert between
    assert aws.people()[_ANA] == (False, _INVITED, {"dev-workers"})


def test_an_account_whose_environment_is_gone_is_disabled_by_the_last_that_names_it(
    aws: FakePeople,
) -> None:
    create(aws, "Workers", _of("dev", _ANA))
    create(aws, "Workers", _of("test", _ANA))
    delete(aws, "Workers", _of("dev", _ANA))
    del aws.groups[POOL]["dev-workers"], aws.groups[POOL]["dev-readers"]

    _change(aws, _of("test"), _of("test", _ANA))

    assert aws.people() == {_ANA: (False, _INVITED, set())}


def test_two_environments_that_drop_somebody_at_once_disable(aws: FakePeople) -> None:
    create(aws, "Workers", _of("dev", _ANA))
    create(aws, "Workers", _of("test", _ANA))
    listed = aws._admin_list_groups_for_user

    def and_then_the_other_leaves(parameters: dict[str, Any]) -> dict[str, Any]:
        answer = listed(parameters)
        aws.groups[POOL]["test-readers"].clear()
        return answer

    aws._admin_list_groups_for_user = and_then_the_other_leaves  # type: ignore[method-assign]

    _change(aws, _of("dev"), _of("dev", _ANA))

    assert not aws.people()[_ANA][0]


def test_a_line_that_comes_back_enables_also_in_another_environment(aws: FakePeople) -> None:
    create(aws, "Workers", _of("dev", _ANA))
    _change(aws, _of("dev"), _of("dev", _ANA))

    create(aws, "Workers", _of("test", _ANA))

    assert aws.people()[_ANA] == (True, _INVITED, {"dev-workers", "test-readers"})
    record = aws.record_of(_ANA)
    assert record is not None
    assert (record.made_by, record.disabled_by) == ("dev", "")


def test_an_account_that_was_disabled_by_hand_stays_so(aws: FakePeople) -> None:
    create(aws, "Workers", workers_properties(_ANA))
    aws.switch(_ANA, enabled=False)

    summary = _change(aws, workers_properties(_ANA, _BO), workers_properties(_ANA))

    assert not aws.people()[_ANA][0]
    assert summary.endswith("; worker 1 (A.) disabled by hand, and left so")


def test_who_is_disabled_by_hand_and_then_dropped_is_not_enabled_by_a_new_line(
    aws: FakePeople,
) -> None:
    create(aws, "Workers", workers_properties(_ANA, _BO))
    aws.switch(_ANA, enabled=False)
    _change(aws, workers_properties(_BO), workers_properties(_ANA, _BO))

    _change(aws, workers_properties(_ANA, _BO), workers_properties(_BO))

    assert aws.people()[_ANA] == (False, _INVITED, {"dev-workers", "dev-readers"})


def test_a_team_whose_name_is_like_a_marker_is_in_use(
    aws: FakePeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.unit.workforce.cognito_users.description", lambda _: "A team")
    create(aws, "Workers", workers_properties(_ANA))
    aws.groups[POOL]["night-workers"] = {aws.name_of(_ANA)}

    _change(aws, workers_properties(_BO), workers_properties(_ANA))

    assert aws.people()[_ANA][0]


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


def test_a_record_that_somebody_has_wiped_is_written_again(aws: FakePeople) -> None:
    create(aws, "Workers", workers_properties(_ANA, _BO))
    attributes = aws.users[POOL][aws.name_of(_ANA)]["UserAttributes"]
    attributes[:] = [each for each in attributes if each["Name"] != "profile"]

    _change(aws, workers_properties(_BO), workers_properties(_ANA, _BO))

    assert not aws.people()[_ANA][0]


@pytest.mark.parametrize("has_groups", [True, False])
def test_a_first_deployment_that_is_taken_back_deletes_whom_it_has_made_and_not_told(
    aws: FakePeople, *, has_groups: bool
) -> None:
    aws.refused = {_ANA}
    create(aws, "Workers", workers_properties(_ANA))
    if not has_groups:
        aws.groups[POOL].clear()

    delete(aws, "Workers", workers_properties(_ANA), status=_FIRST_BACK)

    assert aws.people() == {}


def test_a_first_deployment_that_is_taken_back_disables_whom_it_has_told(
    aws: FakePeople,
) -> None:
    create(aws, "Workers", workers_properties(_ANA))
    delete(aws, "Workers", workers_properties(_ANA), status=_FIRST_BACK)
    taken_back = aws.people()

    create(aws, "Workers", workers_properties(_ANA), **_NEXT)

    assert taken_back == {_ANA: (False, _INVITED, {"dev-workers"})}
    assert aws.people()[_ANA][0]
    assert aws.mails == [_ANA]


@pytest.mark.parametrize("mail", ["sent", "due"])
def test_who_was_there_before_a_first_deployment_outlives_its_end(
    aws: FakePeople, mail: Any
) -> None:
    record = Record(made_by="dev", stack="an-older-one", mail=mail, at=_RECORD.at)
    aws.add_user(_ANA, record=record)
    aws.add_user("lead@example.com")
    props = workers_properties(_ANA, "lead@example.com", KeepAccounts="false")
    create(aws, "Workers", props)

    delete(aws, "Workers", props, status=_FIRST_BACK)

    assert {who: enabled for who, (enabled, *_) in aws.people().items()} == {
        _ANA: True,
        "lead@example.com": True,
    }
    assert aws.members()["dev-readers"] == set()


@pytest.mark.parametrize("is_told", [True, False])
def test_a_change_that_is_taken_back_deletes_only_whom_nobody_has_told(
    aws: FakePeople, *, is_told: bool
) -> None:
    create(aws, "Workers", workers_properties(_ANA))
    aws.refused = set() if is_told else {_BO}
    both = workers_properties(_ANA, _BO)
    _change(aws, both, workers_properties(_ANA))

    update(aws, "Workers", workers_properties(_ANA), both, status=_BACK)

    left = {_BO: (False, _INVITED, {"dev-workers"})} if is_told else {}
    assert aws.people() == {_ANA: (True, _INVITED, {"dev-readers", "dev-workers"}), **left}


def test_a_change_that_is_taken_back_finds_whom_it_has_left_without_a_group(
    aws: FakePeople,
) -> None:
    create(aws, "Workers", workers_properties(_ANA))
    record = Record(made_by="dev", stack=STACK.rpartition("/")[2], mail="due", at=_RECORD.at)
    aws.add_user(_BO, status=_INVITED, record=record)

    update(aws, "Workers", workers_properties(_ANA), workers_properties(_ANA, _BO), status=_BACK)

    assert aws.people().keys() == {_ANA}


def test_a_delete_leaves_to_another_environment_what_that_has_made(aws: FakePeople) -> None:
    create(aws, "Workers", _of("test", _ANA))
    create(aws, "Workers", _of("dev", _ANA))
    _change(aws, _of("test"), _of("test", _ANA))

    delete(aws, "Workers", _of("dev", _ANA))

    assert aws.people() == {_ANA: (False, _INVITED, {"test-workers"})}
