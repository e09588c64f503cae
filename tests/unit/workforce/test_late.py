"""Which events CloudFormation no longer waits for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import STACK, event, workers_properties
from workforce.event import from_event
from workforce.late import is_late

_SENT = datetime(2026, 11, 27, 10, tzinfo=UTC)


def _is_late(aws: FakePeople, **changes: Any) -> bool:
    sent = event("Update", "Workers", workers_properties("ana@example.com"), **changes)
    return is_late(from_event(sent), aws.as_clients())


def _signed(time: str = "20261127T100000Z") -> dict[str, str]:
    # As in https://github.com/anomalyco/sst/issues/3539.
    return {"ResponseURL": f"https://example.com/answer?X-Amz-Date={time}&X-Amz-Expires=7200"}


def _aws(changed: datetime, status: str = "UPDATE_IN_PROGRESS") -> FakePeople:
    return FakePeople(resource_changed={(STACK, "Workers"): (changed, status)})


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_FAILED"])
@pytest.mark.parametrize(("kind", "late"), [("Create", True), ("Update", True), ("Delete", False)])
def test_what_is_deleted_is_no_more_to_be_made(kind: str, status: str, *, late: bool) -> None:
    assert _is_late(_aws(_SENT, status), **_signed(), RequestType=kind) is late


@pytest.mark.parametrize(("seconds", "late"), [(-5, False), (0, False), (59, False), (61, True)])
def test_an_event_is_late_if_something_has_happened_since_it_was_sent(
    seconds: int, *, late: bool
) -> None:
    changed = _SENT + timedelta(seconds=seconds)
    aws = _aws(changed)

    assert _is_late(aws, **_signed()) is late


@pytest.mark.parametrize(
    "changes", [{}, _signed("yesterday"), _signed("20261340T100000Z"), {"ResponseURL": None}]
)
def test_an_event_that_does_not_say_when_it_was_sent_is_obeyed(changes: dict[str, Any]) -> None:
    aws = _aws(_SENT + timedelta(days=9))

    assert not _is_late(aws, **changes)


def test_an_event_is_obeyed_where_nothing_can_be_found_out() -> None:
    aws = FakePeople()
    aws.refuse("DescribeStackResource", "AccessDenied", "not authorized")

    assert not _is_late(aws, **_signed())
