"""Invitations: nobody's is undone by another's mail, and nobody gets two."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.unit.fake_services import RefusedError
from tests.unit.workforce.cognito_pools import POOL
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import create, update, workers_properties

_ANA, _BO, _CY = "ana@example.com", "bo@example.com", "cy@example.com"
_DAY = 24 * 3600.0


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople()
    made.add_pool()
    made.groups[POOL] = {"dev-readers": set(), "dev-workers": set()}
    return made


def _summary(aws: FakePeople, *emails: str, **changes: Any) -> str:
    return create(aws, "Workers", workers_properties(*emails, **changes))["Summary"]


def _states(aws: FakePeople) -> dict[str, str]:
    found = {who: aws.record_of(who) for who in aws.people()}
    return {who: record.mail if record else "" for who, record in found.items()}


def test_an_account_is_made_with_its_record_and_without_a_mail(aws: FakePeople) -> None:
    create(aws, "Workers", workers_properties("Ana@Example.com"))

    made, _ = aws.called("AdminCreateUser")
    attributes = {each["Name"]: each["Value"] for each in made["UserAttributes"]}
    record = attributes.pop("profile")
    assert (made["Username"], made["MessageAction"]) == (_ANA, "SUPPRESS")
    assert attributes == {"email": _ANA, "email_verified": "true"}
    assert record.startswith("ground-truth-cdk:account?made_by=dev&stack=0a1b2c3d&mail=due&at=2")


def test_no_mail_goes_out_before_all_accounts_are_in_their_teams(aws: FakePeople) -> None:
    create(aws, "Workers", workers_properties(_ANA, _BO))

    mail = [
        name == "AdminCreateUser" and call["MessageAction"] == "RESEND" for name, call in aws.calls
    ].index(True)
    joined = [name for name, _ in aws.calls[:mail] if name == "AdminAddUserToGroup"]
    assert len(joined) == 4
    assert "AdminAddUserToGroup" not in [name for name, _ in aws.calls[mail:]]


def test_a_mail_stands_between_two_notes_in_the_record(aws: FakePeople) -> None:
    create(aws, "Workers", workers_properties(_ANA))

    writes = [
        call["UserAttributes"][0]["Value"] if name == "AdminUpdateUserAttributes" else "mail"
        for name, call in aws.calls
        if name == "AdminUpdateUserAttributes" or call.get("MessageAction") == "RESEND"
    ]
    before, mail, after = writes
    assert ("mail=trying" in before, mail, "mail=sent" in after) == (True, "mail", True)


def test_an_address_that_refuses_mail_undoes_nobody_else_s_invitation(aws: FakePeople) -> None:
    aws.refused = {_BO}

    summary = _summary(aws, _ANA, _BO, _CY)

    assert aws.mails == [_ANA, _CY]
    assert _states(aws) == {_ANA: "sent", _BO: "failed", _CY: "sent"}
    assert summary == (
        "3 workers, 2 of them invited and not yet signed in; 0 removed; no invitation yet for"
        " worker 2 (B.): CodeDeliveryFailureException; what is due goes out with the next change of"
        " people, or by `ground-truth workers dev remind all`"
    )


def test_a_mail_that_was_refused_is_sent_with_the_next_change(aws: FakePeople) -> None:
    aws.refused = {_BO}
    create(aws, "Workers", workers_properties(_ANA, _BO))
    aws.refused.clear()

    update(aws, "Workers", workers_properties(_ANA, _BO, _CY), workers_properties(_ANA, _BO))

    assert aws.mails == [_ANA, _BO, _CY]


def test_the_mails_of_a_day_are_sent_and_the_others_wait(aws: FakePeople) -> None:
    emails = [f"w{number:03}@example.com" for number in range(120)]
    aws.mails_a_day = 50

    summary = _summary(aws, *emails)

    assert aws.mails == emails[:50]
    assert len(aws.people()) == 120
    assert len(aws.called("AdminCreateUser")) == 120 + 51
    assert "120 workers, 50 of them invited" in summary
    assert (
        "no invitation yet for worker 51 (W.): LimitExceededException; no invitation yet for worker"
        " 52 (W.), 53 (W.), 54 (W.), 55 (W.), 56 (W.) and 64 more;"
    ) in summary


def test_what_the_day_was_too_short_for_goes_out_on_the_next_ones(aws: FakePeople) -> None:
    emails = [f"w{number:03}@example.com" for number in range(120)]
    aws.mails_a_day = 50
    before = workers_properties(*emails)
    create(aws, "Workers", before)

    for day in range(3):
        aws.time += _DAY
        now = workers_properties(*emails, KeepAccounts=str(day))
        update(aws, "Workers", now, before)

    assert aws.mails == emails


@pytest.mark.parametrize("code", ["InternalErrorException", "timeout"])
def test_a_mail_of_which_nobody_knows_counts_as_sent_for_a_day(aws: FakePeople, code: str) -> None:
    lost = ReadTimeoutError(endpoint_url="https://cognito")
    fault = lost if code == "timeout" else RefusedError(code, "It has failed")
    _fail_first_mail(aws, fault)

    summary = _summary(aws, _ANA, _BO)
    again = update(aws, "Workers", workers_properties(_ANA, _BO, _CY), workers_properties(_ANA))
    aws.time += _DAY
    update(aws, "Workers", workers_properties(_ANA, _BO), workers_properties(_ANA))

    assert summary.endswith(
        "whether the invitation of worker 1 (A.) has gone is not known; it counts as sent for a day"
    )
    assert "worker 1 (A.) has gone is not known" in again["Summary"]
    assert aws.mails == [_BO, _CY, _ANA]


def _fail_first_mail(aws: FakePeople, fault: Exception) -> None:
    """Let the first mail be answered by a fault."""
    invite = aws._invite_again

    def once(parameters: dict[str, Any]) -> dict[str, Any]:
        del parameters
        aws._invite_again = invite  # type: ignore[method-assign]
        raise fault

    aws._invite_again = once  # type: ignore[method-assign]


def test_too_many_calls_are_waited_for_and_the_mail_goes_out_once(aws: FakePeople) -> None:
    _fail_first_mail(aws, RefusedError("TooManyRequestsException", "Rate exceeded"))

    create(aws, "Workers", workers_properties(_ANA))

    assert aws.mails == [_ANA]
    assert _states(aws) == {_ANA: "sent"}


def test_a_mail_that_another_run_is_sending_is_left_to_it(aws: FakePeople) -> None:
    create(aws, "Workers", workers_properties(_ANA))
    record = aws.record_of(_ANA)
    assert record is not None
    fresh = f"mail=trying&at={record.at + timedelta(seconds=aws.time):%Y-%m-%dT%H:%M:%SZ}&run=other"
    _set_profile(aws, record.as_text().partition("mail=")[0] + fresh)
    began = aws.time

    create(aws, "Workers", workers_properties(_ANA, _BO))

    assert aws.mails == [_ANA, _BO]
    assert aws.time - began < 10


def _set_profile(aws: FakePeople, text: str) -> None:
    attributes = aws.users[POOL][aws.name_of(_ANA)]["UserAttributes"]
    attributes[:] = [each for each in attributes if each["Name"] != "profile"]
    attributes.append({"Name": "profile", "Value": text})


def test_somebody_who_has_signed_in_without_a_mail_gets_none(aws: FakePeople) -> None:
    aws.refused = {_ANA}
    create(aws, "Workers", workers_properties(_ANA))
    aws.refused.clear()
    aws.sign_in(_ANA)

    update(aws, "Workers", workers_properties(_ANA, _BO), workers_properties(_ANA))

    assert aws.mails == [_BO]


def test_no_mail_goes_out_while_a_deployment_is_taken_back(aws: FakePeople) -> None:
    aws.refused = {_ANA}
    create(aws, "Workers", workers_properties(_ANA))
    aws.refused.clear()

    update(
        aws,
        "Workers",
        workers_properties(_ANA),
        workers_properties(_ANA, _BO),
        status="UPDATE_ROLLBACK_IN_PROGRESS",
    )

    assert aws.mails == []


def test_who_is_disabled_by_hand_gets_no_mail(aws: FakePeople) -> None:
    aws.refused = {_ANA}
    create(aws, "Workers", workers_properties(_ANA))
    aws.refused.clear()
    aws.switch(_ANA, enabled=False)

    update(aws, "Workers", workers_properties(_ANA, _BO), workers_properties(_ANA))

    assert aws.mails == [_BO]


def test_when_time_is_short_mails_wait_and_the_event_succeeds(aws: FakePeople) -> None:
    aws.durations["AdminUpdateUserAttributes"] = 100.0
    emails = [f"w{number}@example.com" for number in range(9)]

    summary = _summary(aws, *emails)

    assert 0 < len(aws.mails) < 9
    assert f"9 workers, {len(aws.mails)} of them invited" in summary
    assert "no invitation yet for worker " in summary
