"""Each hour last days end, and so does what was confirmed too late, by what is deployed."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from tests.unit.cli.commands.deployed_people import ANA, BO, DeployedPeople
from tests.unit.workforce.cognito_pools import NOW, POOL
from tests.unit.workforce.workforce_events import STACK
from workforce import clients, handler
from workforce.people_round import go_round

#: After the last day, whenever the test runs.
_DAY = 2 * 24 * 3600.0
_EVENT = {"Round": {"StackId": STACK}}
#: So that midnight does not come while a test runs.
_LAST = (NOW + timedelta(minutes=5)).date()
_TODAY, _TOMORROW = f"{_LAST}", f"{_LAST + timedelta(days=1)}"


@pytest.fixture
def aws() -> DeployedPeople:
    return DeployedPeople()


def _round(aws: DeployedPeople) -> dict[str, int]:
    return go_round(_EVENT, aws.as_clients())


def _tell(aws: DeployedPeople, *emails: str) -> None:
    for email in emails:
        aws.subscribe(email)
        aws.confirm(email)


def test_the_last_day_is_a_whole_day_of_utc(aws: DeployedPeople) -> None:
    aws.deploy([ANA, BO], {BO: _TODAY})
    before = aws.people()

    first = _round(aws)
    same = aws.people() == before
    midnight = datetime.combine(_LAST + timedelta(days=1), time(), tzinfo=UTC)
    aws.time = (midnight - NOW).total_seconds()

    assert (first["people"], same) == (0, True)
    assert _round(aws)["people"] == 1
    assert (aws.people()[BO][0], aws.people()[BO][2]) == (False, {"dev-workers"})
    assert aws.people()[ANA] == before[ANA]


def test_an_account_is_ended_once_and_says_by_whom(aws: DeployedPeople) -> None:
    aws.deploy([ANA, BO], {BO: _TODAY})
    aws.time += _DAY

    counts = [_round(aws)["people"] for _ in range(2)]

    record = aws.record_of(BO)
    assert counts == [1, 0]
    assert record is not None
    assert record.disabled_by == "dev"
    assert len(aws.called("AdminDisableUser")) == len(aws.called("AdminUserGlobalSignOut")) == 1


def test_an_account_of_others_leaves_the_teams_only(aws: DeployedPeople) -> None:
    aws.deploy([ANA], {BO: _TODAY})
    aws.add_user(BO, "dev-readers")
    aws.name_people([ANA, BO], {BO: _TODAY})
    aws.time += _DAY

    _round(aws)

    assert aws.people()[BO] == (True, "CONFIRMED", set())


def test_an_account_that_another_environment_uses_stays_enabled(aws: DeployedPeople) -> None:
    aws.deploy([ANA, BO], {BO: _TODAY})
    aws.groups[POOL]["test-readers"] = {aws.name_of(BO)}
    aws.time += _DAY

    _round(aws)

    assert aws.people()[BO][0]
    assert aws.groups_of(BO) == {"dev-workers", "test-readers"}


def test_nobody_is_looked_at_before_a_last_day_is_over(aws: DeployedPeople) -> None:
    aws.deploy([ANA, BO], {BO: _TOMORROW})

    _round(aws)

    assert not {name for name, _ in aws.calls if "User" in name}


def test_who_has_ended_gets_no_notices_and_the_others_do(aws: DeployedPeople) -> None:
    aws.deploy([ANA, BO], {BO: _TODAY})
    aws.time += _DAY

    assert _round(aws) == {"people": 1, "subscriptions": 1}
    assert aws.told() == {ANA}


def test_an_address_that_was_taken_out_while_it_was_asked_gets_no_mail(aws: DeployedPeople) -> None:
    aws.deploy([ANA])
    aws.subscribe(BO)

    first = _round(aws)["subscriptions"]
    aws.confirm(BO)

    assert (first, aws.told()) == (0, {ANA, BO})
    assert _round(aws)["subscriptions"] == 1
    assert aws.told() == {ANA}


def test_the_round_invites_and_asks_nobody(aws: DeployedPeople) -> None:
    aws.deploy([ANA, BO])
    mails = [*aws.mails]
    aws.delete_by_hand(BO)

    _round(aws)

    assert (aws.mails, aws.requests) == (mails, [])
    assert BO not in aws.people()


@pytest.mark.parametrize(
    "status",
    ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"],
)
def test_a_deployment_under_way_is_left_alone(aws: DeployedPeople, status: str) -> None:
    aws.deploy([ANA, BO], {BO: _TODAY})
    aws.time += _DAY
    aws.stack_status = status

    assert _round(aws) == {"people": 0, "subscriptions": 0}
    assert aws.told() == {ANA, BO}


def test_a_deployment_that_begins_in_the_middle_ends_the_round(aws: DeployedPeople) -> None:
    aws.deploy([ANA, BO], {BO: _TODAY})
    aws.time += _DAY
    looks = aws._list_users_in_group

    def meanwhile(parameters: dict[str, Any]) -> dict[str, Any]:
        aws.updated = NOW
        return looks(parameters)

    aws._list_users_in_group = meanwhile  # type: ignore[method-assign]

    assert _round(aws) == {"people": 0, "subscriptions": 0}
    assert aws.people()[BO][0]


def test_a_stack_that_signs_in_by_oidc_has_subscriptions_only(aws: DeployedPeople) -> None:
    aws.deploy([ANA])
    aws.deployed = {}
    _tell(aws, BO)

    assert _round(aws) == {"people": 0, "subscriptions": 1}


def test_an_event_of_another_form_is_refused() -> None:
    with pytest.raises(
        CustomResourceError, match=r"expected text, got None in event.Round.StackId"
    ):
        go_round({"Round": {}}, DeployedPeople().as_clients())


def test_the_handler_tells_a_round_from_an_event_and_names_nobody(
    aws: DeployedPeople, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    aws.deploy([ANA, BO], {BO: _TODAY})
    aws.time += _DAY
    monkeypatch.setattr(clients, "connect", lambda **_: aws.as_clients())
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)

    with caplog.at_level(logging.INFO):
        handler.handler(_EVENT, context)

    assert not aws.people()[BO][0]
    assert "@" not in caplog.text


def test_what_aws_says_of_somebody_is_not_logged(
    aws: DeployedPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.deploy([ANA])
    aws.refuse("ListSubscriptionsByTopic", "InvalidParameter", f"no {ANA}")
    monkeypatch.setattr(clients, "connect", lambda **_: aws.as_clients())
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)

    with pytest.raises(RuntimeError, match=r"^ListSubscriptionsByTopic was refused: InvalidPar"):
        handler.handler(_EVENT, context)


def test_what_nobody_has_expected_is_logged_without_addresses(
    aws: DeployedPeople, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    aws.deploy([ANA])
    aws.disturb("ListSubscriptionsByTopic", KeyError(ANA))
    monkeypatch.setattr(clients, "connect", lambda **_: aws.as_clients())
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)

    with pytest.raises(RuntimeError, match=r"^unexpected KeyError, see the log$"):
        handler.handler(_EVENT, context)

    assert "Traceback" in caplog.text
    assert "@" not in caplog.text
