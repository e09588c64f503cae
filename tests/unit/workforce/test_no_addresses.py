"""Nobody's address is in an answer to CloudFormation or in a log, whatever AWS says."""

import json
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from custom_resource.responder import Function, answer
from tests.unit.refusing_server import RefusingServer, refusing_server
from tests.unit.workforce.cognito_pools import POOL
from tests.unit.workforce.cognito_users import sub_of
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import event, workers_properties
from workforce.handler import _FUNCTION
from workforce.resources import run

_EMAILS = ("ana.berg@example.com", "bo@example.com", "cy@example.com", "di@example.com")
_CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RefusingServer]:
    with refusing_server(monkeypatch) as running:
        yield running


@pytest.fixture
def aws() -> FakePeople:
    """Give a pool whose usernames are addresses, with the groups of an environment."""
    made = FakePeople()
    made.add_pool(UsernameAttributes=[])
    made.add_groups("dev")
    return made


def _answered(
    server: RefusingServer, aws: FakePeople, kind: str, props: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """Return the answer to an event that the function of this file's pool has worked on."""
    function = Function(
        work=lambda sent, _step, _seconds: run(sent, aws.as_clients()),
        new_id=_FUNCTION.new_id,
        explain=_FUNCTION.explain,
        public=_FUNCTION.public,
    )
    sent = event(kind, "Workers", props, **more)
    answer({**sent, "ResponseURL": f"{server.url}/?Signature=secret-signature"}, _CONTEXT, function)
    return server.answers.pop()


def _is_public(answered: Mapping[str, Any], caplog: pytest.LogCaptureFixture) -> bool:
    """Say whether no word of an answer, or of a log, is of an address."""
    said = json.dumps(answered) + caplog.text
    return "@" not in said and "example" not in said and "berg" not in said


def test_a_life_of_accounts_that_are_named_by_addresses_is_told_without_them(
    server: RefusingServer, aws: FakePeople, caplog: pytest.LogCaptureFixture
) -> None:
    aws.refused, aws.vetoed = {"bo@example.com"}, {"cy@example.com"}
    everybody, fewer = workers_properties(*_EMAILS), workers_properties(*_EMAILS[1:])
    known = {"PhysicalResourceId": f"{POOL}-dev-workers"}

    answers = [_answered(server, aws, "Create", everybody)]
    aws.switch("di@example.com", enabled=False)
    aws.stack_status = "UPDATE_IN_PROGRESS"
    answers.append(
        _answered(server, aws, "Update", fewer, OldResourceProperties=everybody, **known)
    )
    answers.append(
        _answered(server, aws, "Update", everybody, OldResourceProperties=fewer, **known)
    )
    answers.append(_answered(server, aws, "Delete", everybody, **known))

    assert [each["Status"] for each in answers] == ["SUCCESS"] * 4
    assert "worker 2 (B.): CodeDeliveryFailureException" in answers[0]["Reason"]
    assert "no account for worker 3 (C.)" in answers[0]["Reason"]
    assert f"{sub_of('di@example.com')} joins dev-readers" in caplog.text
    assert all(_is_public(each, caplog) for each in answers)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("An account for Ana.Berg@example.com exists", "An account for worker 1 (A.B.) exists"),
        ("eve@mail.example.com is taken", "an address is taken"),
    ],
)
def test_what_aws_says_is_told_without_addresses(
    server: RefusingServer,
    aws: FakePeople,
    caplog: pytest.LogCaptureFixture,
    error: str,
    words: str,
) -> None:
    aws.refuse("ListUsersInGroup", "NotAuthorizedException", error)

    answered = _answered(server, aws, "Create", workers_properties(*_EMAILS))

    assert answered["Reason"].endswith(f"was refused with NotAuthorizedException: {words}")
    assert _is_public(answered, caplog)


def test_an_unexpected_error_is_told_without_addresses(
    server: RefusingServer, aws: FakePeople, caplog: pytest.LogCaptureFixture
) -> None:
    aws.disturb("AdminAddUserToGroup", KeyError("ana.berg@example.com"))

    answered = _answered(server, aws, "Create", workers_properties(*_EMAILS))

    assert answered["Reason"].startswith("unexpected KeyError: 'worker 1 (A.B.)'")
    assert "Traceback" in caplog.text
    assert _is_public(answered, caplog)


def test_properties_that_can_t_be_read_are_told_without_addresses(
    server: RefusingServer, aws: FakePeople, caplog: pytest.LogCaptureFixture
) -> None:
    members = {"Members": [{"Email": "ana.berg@example.com", "Teams": "dev-readers"}, "bo@b.org"]}

    answered = _answered(server, aws, "Create", workers_properties(**members))

    assert "expected a list of Email and Teams" in answered["Reason"]
    assert _is_public(answered, caplog)
