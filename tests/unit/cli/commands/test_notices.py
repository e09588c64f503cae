"""`ground-truth workers` and `drift` know who gets no mails, and ask again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.aws.people import PeopleError, find
from cli.aws.people_to_do import to_do
from cli.aws.reminders import remind, remind_all
from cli.aws.repairs import differences, fix, waiting, without_addresses
from ground_truth.config import Environment, load
from tests.unit.cli.commands.deployed_people import ANA, BO, CY, FILE, DeployedPeople
from tests.unit.workforce.cognito_pools import CLIENT, NOW, POOL
from workforce.record import ATTRIBUTE, Record

_HOUR = 3600.0
_ALL = (ANA, BO, CY)


@pytest.fixture
def aws() -> DeployedPeople:
    made = DeployedPeople()
    made.deploy(_ALL)
    made.clients[CLIENT]["CallbackURLs"] = ["https://portal/oauth2/idpresponse"]
    for email in _ALL:
        made.sign_in(email)
    return made


def _said(environment: Environment, aws: DeployedPeople) -> list[str]:
    return to_do(environment, find(environment, aws.services()))


def _drift(environment: Environment, aws: DeployedPeople) -> list[str]:
    found = differences(environment, find(environment, aws.services()))
    return without_addresses(environment, found)


def _lose(aws: DeployedPeople, email: str) -> None:
    """Let somebody's request be forgotten."""
    aws.subscriptions = [each for each in aws.subscriptions if each.email != email]


def test_who_has_confirmed_is_worth_no_word(environment: Environment, aws: DeployedPeople) -> None:
    assert (_said(environment, aws), _drift(environment, aws)) == ([], [])


@pytest.mark.parametrize("ends", [True, False])
def test_who_gets_no_mails_and_is_not_asked_is_told_by_both(
    environment: Environment, aws: DeployedPeople, *, ends: bool
) -> None:
    (aws.end if ends else lambda email: _lose(aws, email))(BO)

    (said,) = _said(environment, aws)

    assert said.startswith(f"{BO}: get no mail, and are not asked any more")
    assert "ground-truth workers dev remind all asks again" in said
    assert _drift(environment, aws) == ["worker 2 (B.) is not told of dev-readers by mail"]


def test_a_request_that_is_pending_is_no_drift(
    environment: Environment, aws: DeployedPeople
) -> None:
    _lose(aws, BO)
    aws.subscribe(BO)

    assert _drift(environment, aws) == []
    assert _said(environment, aws) == [
        f"{BO}: get no mail before they follow the link in SNS's request"
    ]


def test_a_reminder_of_all_asks_again_once_in_two_days(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.end(ANA)
    _lose(aws, BO)

    first = remind_all(environment, aws.services())
    aws.time += 47 * _HOUR
    second = remind_all(environment, aws.services())
    aws.time += _HOUR
    third = remind_all(environment, aws.services())

    again = ["the request to confirm dev-readers"]
    assert first == third == {ANA: again, BO: again}
    assert second == {}
    # Whoever confirms can be told from a subscription by hand.
    aws.confirm(BO)
    aws.name_people([ANA])
    fix(environment, aws.services())
    assert BO not in aws.told()


def test_one_who_is_named_is_asked_also_while_a_request_is_pending(
    environment: Environment, aws: DeployedPeople
) -> None:
    _lose(aws, BO)

    for _ in range(2):
        assert remind(environment, aws.services(), BO) == ["the request to confirm dev-readers"]

    assert len(aws.requests) == 2


def test_fix_asks_again_and_ends_late_confirmations(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.end(BO)
    aws.subscribe("old@example.com")
    aws.confirm("old@example.com")
    aws.subscribe("boss@example.com", by_hand=True)
    aws.confirm("boss@example.com")
    aws.requests.clear()

    said = [fix(environment, aws.services()) for _ in range(2)]

    assert [email for email, _, _ in aws.requests] == [BO]
    assert aws.told() == {ANA, CY, "boss@example.com"}
    assert said[0].endswith(
        "1 topics; 1 asked again to confirm; 1 subscriptions ended that no file names"
    )
    assert said[1].endswith("1 topics")


def test_who_gets_mails_that_the_file_does_not_say_is_told(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.subscribe("old@example.com")
    aws.confirm("old@example.com")

    (said,) = _said(environment, aws)

    assert said.startswith("old@example.com: get mails, which the file does not say; what was")
    assert _drift(environment, aws) == []


def test_a_failed_deployment_is_not_gone_by(environment: Environment, aws: DeployedPeople) -> None:
    aws.stack_status = "UPDATE_ROLLBACK_FAILED"

    with pytest.raises(PeopleError, match="which is UPDATE_ROLLBACK_FAILED; if it has failed"):
        fix(environment, aws.services())


def _until(tmp_path: Path, days: int) -> Environment:
    day = (datetime.now(UTC) + timedelta(days=days)).date()
    file = tmp_path / "environments" / "dev.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(FILE.replace(BO, f"{{email: {BO}, until: {day}}}"))
    return load(file)


def test_a_last_day_is_shown_before_and_after_it(tmp_path: Path, aws: DeployedPeople) -> None:
    ahead = find(_until(tmp_path, 30), aws.services()).persons[BO]
    over = find(_until(tmp_path, -2), aws.services()).persons[BO]

    assert (ahead.state, ahead.until is not None, ahead.has_ended) == ("signed in", True, False)
    assert (over.state, over.has_ended) == ("signed in", True)


def test_whose_last_day_is_over_is_in_no_team_and_gets_no_mails(
    tmp_path: Path, aws: DeployedPeople
) -> None:
    environment = _until(tmp_path, -2)

    before = _drift(environment, aws)
    aws.name_people(_ALL, {BO: f"{environment.workforce.last_days[BO]}"})
    fix(environment, aws.services())

    assert before == ["worker 2 (B.) is in dev-readers, which the file does not say"]
    assert find(environment, aws.services()).persons[BO].state == "ended"
    assert _drift(environment, aws) == []
    assert aws.told() == {ANA, CY}


def test_whose_last_day_is_over_is_not_invited_before_the_round_has_come(
    tmp_path: Path, aws: DeployedPeople
) -> None:
    environment, over = _until(tmp_path, 0), _until(tmp_path, -2)
    user = aws.users[POOL][aws.name_of(BO)]
    record = Record(made_by="dev", stack="0a", mail="due", at=NOW, named=BO).as_text()
    user["UserStatus"] = "FORCE_CHANGE_PASSWORD"
    user["UserAttributes"] = [
        *(each for each in user["UserAttributes"] if each["Name"] != ATTRIBUTE),
        {"Name": ATTRIBUTE, "Value": record},
    ]
    aws.mails.clear()

    assert waiting(over, find(over, aws.services())) == []
    assert remind_all(over, aws.services()) == {}
    with pytest.raises(PeopleError, match="nothing to remind"):
        remind(over, aws.services(), BO)
    assert aws.mails == []
    assert remind_all(environment, aws.services()) == {BO: ["the invitation"]}
