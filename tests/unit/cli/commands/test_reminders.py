"""`ground-truth workers` tells every state of an account, and sends what is due."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.aws.people import PeopleError, find
from cli.aws.people_to_do import to_do
from cli.aws.reminders import remind, remind_all
from ground_truth.config import Environment
from tests.unit.cli.commands.deployed_people import ANA as _ANA
from tests.unit.cli.commands.deployed_people import BO as _BO
from tests.unit.cli.commands.deployed_people import CY as _CY
from tests.unit.cli.commands.deployed_people import DeployedPeople
from tests.unit.workforce.cognito_pools import POOL
from workforce.record import Record

_INVITED = "FORCE_CHANGE_PASSWORD"
_NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def aws() -> DeployedPeople:
    made = DeployedPeople()
    made.add_pool()
    made.groups[POOL] = {"dev-readers": set(), "dev-workers": set()}
    return made


def _record(mail: Any = "sent", *, days: int = 0, **more: str) -> Record:
    return Record(made_by="dev", stack="0a", mail=mail, at=_NOW - timedelta(days=days), **more)


def _add(aws: DeployedPeople, email: str, record: Record | None = None, **more: Any) -> None:
    aws.add_user(
        email, "dev-readers", "dev-workers", **{"status": _INVITED, "record": record, **more}
    )


@pytest.mark.parametrize(
    ("account", "state"),
    [
        ({"record": _record()}, "invited"),
        ({"record": _record(days=8)}, "password ended"),
        ({"record": None}, "invited"),
        ({"record": None, "age": timedelta(days=8)}, "password ended"),
        ({"record": _record("due")}, "mail due"),
        ({"record": _record("trying")}, "mail unclear"),
        ({"record": _record("trying", days=1)}, "mail due"),
        ({"record": _record("failed", why="CodeDeliveryFailureException")}, "mail refused"),
        ({"record": _record("failed"), "status": "CONFIRMED"}, "signed in"),
        ({"record": _record(disabled_by="dev"), "enabled": False}, "disabled"),
        ({"record": _record(), "enabled": False}, "disabled by hand"),
        ({"record": None, "enabled": False}, "disabled by hand"),
    ],
)
def test_every_state_is_told(
    environment: Environment, aws: DeployedPeople, account: dict[str, Any], state: str
) -> None:
    _add(aws, _ANA, **account)

    assert find(environment, aws.services()).persons[_ANA].state == state


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"record": _record("due")}, "no invitation has gone yet, remind them"),
        (
            {"record": _record("failed", why="CodeDeliveryFailureException")},
            "no mail could be sent (CodeDeliveryFailureException); see that the address is right",
        ),
        ({"record": _record(days=8)}, "the temporary password has ended, remind them"),
        ({"record": _record("trying")}, "nobody knows whether the invitation has gone"),
        ({"record": _record(), "enabled": False}, "disabled by somebody, and left so"),
    ],
)
def test_every_state_says_what_to_do(
    environment: Environment, aws: DeployedPeople, account: dict[str, Any], words: str
) -> None:
    _add(aws, _ANA, **account)

    said = to_do(environment, find(environment, aws.services()))

    assert [each for each in said if each.startswith(f"{_ANA}: {words}")]


def test_all_who_wait_are_reminded_and_nobody_else(
    environment: Environment, aws: DeployedPeople
) -> None:
    _add(aws, _ANA, _record())
    _add(aws, _BO, _record("due"))
    _add(aws, _CY, _record(days=8))
    _add(aws, "old@example.com", _record("due"))

    said = remind_all(environment, aws.services())

    assert said == {_BO: ["the invitation"], _CY: ["the invitation"]}
    assert aws.mails == [_BO, _CY]
    assert remind_all(environment, aws.services()) == {}


def test_a_mail_that_is_refused_is_said_and_the_others_go_out(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.refused = {_ANA}
    for email in (_ANA, _BO):
        _add(aws, email, _record("due"))

    said = remind_all(environment, aws.services())

    assert said == {
        _ANA: ["no invitation: CodeDeliveryFailureException"],
        _BO: ["the invitation"],
    }


def test_one_may_be_invited_again_who_was_invited_today(
    environment: Environment, aws: DeployedPeople
) -> None:
    _add(aws, _ANA, _record(days=1))

    remind(environment, aws.services(), _ANA)

    record = aws.record_of(_ANA)
    assert aws.mails == [_ANA]
    assert record is not None
    assert (record.mail, record.at > _NOW - timedelta(minutes=5)) == ("sent", True)


def test_an_account_without_a_record_is_invited_again_and_gets_none(
    environment: Environment, aws: DeployedPeople
) -> None:
    _add(aws, _ANA)

    remind(environment, aws.services(), _ANA)

    assert aws.mails == [_ANA]
    assert aws.record_of(_ANA) is None


def test_a_reminder_that_is_refused_is_an_error_with_the_reason(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.refused = {_ANA}
    _add(aws, _ANA, _record())

    with pytest.raises(PeopleError, match=r"no invitation to ana@example.com: CodeDeliveryFail"):
        remind(environment, aws.services(), _ANA)


def test_a_long_day_is_not_waited_for(environment: Environment, aws: DeployedPeople) -> None:
    aws.mails_a_day = 1
    for email in (_ANA, _BO, _CY):
        _add(aws, email, _record("due"))

    said = remind_all(environment, aws.services())

    assert aws.mails == [_ANA]
    assert said[_BO] == ["no invitation: LimitExceededException"]
    assert said[_CY] == ["no invitation: no more can be sent now"]
