"""A deployment that is taken back deletes only whom it has made and nobody has told."""

from collections.abc import Mapping
from datetime import UTC, datetime
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
_BACK = "UPDATE_ROLLBACK_IN_PROGRESS"
_FIRST_BACK = "ROLLBACK_IN_PROGRESS"
#: The next stack of the same environment.
_NEXT = {"StackId": f"{STACK.rpartition('/')[0]}/4e5f"}


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople()
    made.add_pool()
    made.add_groups("dev")
    return made


def _change(aws: FakePeople, now: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    return update(aws, "Workers", now, before)["Summary"]


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


@pytest.mark.parametrize("is_cut_off", [True, False])
def test_whom_a_first_deployment_has_let_in_is_out_again_when_it_is_taken_back(
    aws: FakePeople, *, is_cut_off: bool
) -> None:
    create(aws, "Workers", workers_properties(_ANA))
    delete(aws, "Workers", workers_properties(_ANA), status=_FIRST_BACK)
    aws.stack_status = "CREATE_IN_PROGRESS"
    if is_cut_off:
        # Enabled, and dead before that was written.
        aws.switch(_ANA, enabled=True)
    else:
        create(aws, "Workers", workers_properties(_ANA), **_NEXT)

    delete(aws, "Workers", workers_properties(_ANA), status=_FIRST_BACK, **_NEXT)

    assert not aws.people()[_ANA][0]
    aws.stack_status = "CREATE_IN_PROGRESS"
    create(aws, "Workers", workers_properties(_ANA), StackId=f"{_NEXT['StackId']}-third")
    assert aws.people()[_ANA][0]
    assert aws.mails == [_ANA]


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


@pytest.mark.parametrize(
    ("code", "times"), [("ThrottlingException", 3), ("AccessDeniedException", 9)]
)
def test_where_the_stack_can_not_be_looked_at_nobody_is_deleted_who_was_there_before(
    aws: FakePeople, code: str, times: int
) -> None:
    aws.add_user(_ANA, record=_RECORD)
    create(aws, "Workers", workers_properties(_ANA, _BO), **_NEXT)
    aws.refuse("DescribeStacks", code, "not authorized", times=times)

    delete(aws, "Workers", workers_properties(_ANA, _BO), status=_FIRST_BACK, **_NEXT)

    assert aws.people()[_ANA][0]
    assert not aws.people()[_BO][0]
