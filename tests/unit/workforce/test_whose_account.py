"""Whose an account is stands in its record; what others have made, or done, stays as it is."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.workforce.cognito_pools import POOL
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
#: The next stack of the same environment.
_NEXT = {"StackId": f"{STACK.rpartition('/')[0]}/4e5f"}


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople()
    made.add_pool()
    made.add_groups("dev", "test")
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
    monkeypatch.setattr("tests.unit.workforce.cognito_idp.description", lambda _: "A team")
    create(aws, "Workers", workers_properties(_ANA))
    aws.groups[POOL]["night-workers"] = {aws.name_of(_ANA)}

    _change(aws, workers_properties(_BO), workers_properties(_ANA))

    assert aws.people()[_ANA][0]


def test_a_record_that_somebody_has_wiped_is_written_again(aws: FakePeople) -> None:
    create(aws, "Workers", workers_properties(_ANA, _BO))
    attributes = aws.users[POOL][aws.name_of(_ANA)]["UserAttributes"]
    attributes[:] = [each for each in attributes if each["Name"] != "profile"]

    _change(aws, workers_properties(_BO), workers_properties(_ANA, _BO))

    assert not aws.people()[_ANA][0]


def test_a_delete_leaves_to_another_environment_what_that_has_made(aws: FakePeople) -> None:
    create(aws, "Workers", _of("test", _ANA))
    create(aws, "Workers", _of("dev", _ANA))
    _change(aws, _of("test"), _of("test", _ANA))

    delete(aws, "Workers", _of("dev", _ANA))

    assert aws.people() == {_ANA: (False, _INVITED, {"test-workers"})}
