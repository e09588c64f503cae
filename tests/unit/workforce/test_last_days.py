"""Whose last day is over is let in by no deployment, and by a later day again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from tests.unit.workforce.cognito_pools import NOW, POOL
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import (
    create,
    topics_properties,
    update,
    workers_properties,
)

_ANA, _BO = "ana@example.com", "bo@example.com"
_PAST, _NEXT_YEAR = f"{NOW - timedelta(days=2):%Y-%m-%d}", f"{NOW + timedelta(days=365):%Y-%m-%d}"


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople(stack_status="UPDATE_IN_PROGRESS")
    made.add_pool()
    made.groups[POOL] = {"dev-readers": set(), "dev-workers": set()}
    return made


def _people(until: str | None) -> dict[str, Any]:
    """Return the properties of Ana and Bo, who has a last day or none."""
    properties = workers_properties(_ANA, _BO)
    properties["Members"][1] |= {} if until is None else {"Until": until}
    return properties


def test_whose_last_day_is_past_at_a_deployment_is_not_invited_and_that_is_said(
    aws: FakePeople,
) -> None:
    said = create(aws, "Workers", _people(_PAST))["Summary"]

    assert aws.mails == [_ANA]
    assert _BO not in aws.people()
    assert "the last day of worker 2 (B.) is over, so that they are not let in" in said
    assert "@" not in said


def test_whose_last_day_is_to_come_is_invited(aws: FakePeople) -> None:
    create(aws, "Workers", _people(_NEXT_YEAR))

    assert aws.mails == [_ANA, _BO]


def test_a_last_day_that_is_past_ends_an_account_like_a_line_that_is_gone(aws: FakePeople) -> None:
    create(aws, "Workers", _people(None))

    said = update(aws, "Workers", _people(_PAST), _people(None))["Summary"]

    assert (aws.people()[_BO][0], aws.people()[_BO][2]) == (False, {"dev-workers"})
    assert "1 removed" in said


@pytest.mark.parametrize("until", [_NEXT_YEAR, None])
def test_a_later_day_brings_somebody_back_without_another_mail(
    aws: FakePeople, until: str | None
) -> None:
    create(aws, "Workers", _people(None))
    aws.sign_in(_BO)
    update(aws, "Workers", _people(_PAST), _people(None))

    update(aws, "Workers", _people(until), _people(_PAST))

    assert aws.people()[_BO] == (True, "CONFIRMED", {"dev-workers", "dev-readers"})
    assert aws.mails == [_ANA, _BO]


def test_a_later_day_enables_nobody_whom_somebody_has_disabled_by_hand(aws: FakePeople) -> None:
    create(aws, "Workers", _people(None))
    aws.switch(_BO, enabled=False)
    update(aws, "Workers", _people(_PAST), _people(None))

    update(aws, "Workers", _people(None), _people(_PAST))

    assert not aws.people()[_BO][0]


def test_a_later_day_asks_again_for_the_confirmation_of_notices(aws: FakePeople) -> None:
    aws.subscribe(_BO)
    aws.confirm(_BO)
    aws.end(_BO)
    past, later = ({_BO: day} for day in (_PAST, _NEXT_YEAR))

    update(aws, "Subscriptions", topics_properties(_BO, last_days=past), topics_properties(_BO))
    before = len(aws.requests)
    update(
        aws,
        "Subscriptions",
        topics_properties(_BO, last_days=later),
        topics_properties(_BO, last_days=past),
    )

    assert (before, len(aws.requests)) == (1, 2)


def test_a_day_that_is_none_is_refused(aws: FakePeople) -> None:
    with pytest.raises(CustomResourceError, match=r"expected a day such as 2027-01-31, got 'soon'"):
        create(aws, "Workers", _people("soon"))

    assert aws.people() == {}
