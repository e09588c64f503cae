"""`ground-truth workers` says of everybody what AWS says, and what somebody has to do."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from rich.console import Console

from cli.aws.people import Clients, PeopleError, find
from cli.aws.people_to_do import to_do
from cli.aws.reminders import remind
from cli.commands.workers import show_people
from ground_truth.config import Environment, load

_FILE = """\
region: us-east-1
protected: false
workforce:
  create: {organization: Example Labs, support_email: labeling@example.com}
  teams:
    readers:
      description: Reads
      workers: [ana@example.com, bo@example.com, cleo@example.com]
      notify: [lead@example.com]
"""
_WORKERS = ("ana@example.com", "bo@example.com", "cleo@example.com")
_POOL, _CLIENT = "us-east-1_AbC123", "1h57kf5cpq17m0eml12EXAMPLE"
_TOPIC = "arn:aws:sns:us-east-1:111122223333:readers"
_STACK = "dev-Workforce"


class Aws:
    """Stubbed clients, each of which must get exactly the calls that a test has told it of."""

    def __init__(self, stack: ExitStack) -> None:
        names = ("cloudformation", "cognito-idp", "sns")
        clients: dict[str, Any] = {}
        self.stubs: dict[str, Stubber] = {}
        for name in names:
            untyped: Any = boto3
            clients[name] = untyped.client(
                name,
                region_name="us-east-1",
                aws_access_key_id="x",
                aws_secret_access_key="x",  # noqa: S106  # no secret
            )
            self.stubs[name] = stack.enter_context(Stubber(clients[name]))
        self.clients = Clients(
            cloudformation=clients["cloudformation"],
            cognito=clients["cognito-idp"],
            mailer=clients["cognito-idp"],
            sns=clients["sns"],
            notifier=clients["sns"],
        )

    def add_all(
        self, *, users: list[dict[str, Any]], gone: list[dict[str, Any]], callbacks: list[str]
    ) -> None:
        """Expect the calls of `find` and answer them."""
        self.add_outputs()
        self.add_topics()
        cognito = self.stubs["cognito-idp"]
        pool = {
            "Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 3}},
            "UsernameAttributes": ["email"],
            "UsernameConfiguration": {"CaseSensitive": False},
        }
        cognito.add_response("describe_user_pool", {"UserPool": pool}, {"UserPoolId": _POOL})
        for group, found in (("dev-readers", users), ("dev-workers", [*users, *gone])):
            cognito.add_response(
                "list_users_in_group",
                {"Users": found},
                {"UserPoolId": _POOL, "GroupName": group},
            )
        there = {user["Attributes"][0]["Value"] for user in users}
        missing = [email for email in _WORKERS if email not in there]
        for number, email in enumerate(missing):
            if number == 0:
                # How people sign in.
                cognito.add_response("describe_user_pool", {"UserPool": pool})
            cognito.add_response(
                "list_users",
                {"Users": []},
                {"UserPoolId": _POOL, "Filter": f'email = "{email}"'},
            )
        self.stubs["sns"].add_response(
            "list_subscriptions_by_topic",
            {
                "Subscriptions": [
                    _subscription("ana@example.com", f"{_TOPIC}:1"),
                    _subscription("bo@example.com", f"{_TOPIC}:2"),
                    _subscription("cleo@example.com", f"{_TOPIC}:3"),
                    _subscription("lead@example.com", "PendingConfirmation"),
                ]
            },
            {"TopicArn": _TOPIC},
        )
        cognito.add_response(
            "describe_user_pool_client",
            {"UserPoolClient": {"ClientId": _CLIENT, "CallbackURLs": callbacks}},
            {"UserPoolId": _POOL, "ClientId": _CLIENT},
        )

    def add_outputs(self) -> None:
        """Expect a question for the stack's outputs."""
        outputs = {
            "PortalUrl": "https://abc.example.com",
            "UserPoolId": _POOL,
            "ClientId": _CLIENT,
        }
        self.stubs["cloudformation"].add_response(
            "describe_stacks",
            {
                "Stacks": [
                    {
                        "StackName": _STACK,
                        "CreationTime": "2026-01-01",
                        "StackStatus": "CREATE_COMPLETE",
                        "Outputs": [
                            {"OutputKey": key, "OutputValue": value}
                            for key, value in outputs.items()
                        ],
                    }
                ]
            },
            {"StackName": _STACK},
        )

    def add_topics(self) -> None:
        """Expect a question for the stack's topics."""
        self.stubs["cloudformation"].add_response(
            "list_stack_resources",
            {
                "StackResourceSummaries": [
                    {
                        "LogicalResourceId": "Topic",
                        "PhysicalResourceId": _TOPIC,
                        "ResourceType": "AWS::SNS::Topic",
                        "LastUpdatedTimestamp": "2026-01-01",
                        "ResourceStatus": "CREATE_COMPLETE",
                    }
                ]
            },
            {"StackName": _STACK},
        )
        self.stubs["sns"].add_response(
            "get_topic_attributes",
            {"Attributes": {"DisplayName": "Labeling work for dev-readers"}},
            {"TopicArn": _TOPIC},
        )


def _user(email: str, status: str = "CONFIRMED", *, enabled: bool = True) -> dict[str, Any]:
    return {
        "Username": f"id-of-{email}",
        "Attributes": [{"Name": "email", "Value": email}, {"Name": "sub", "Value": "s"}],
        "UserStatus": status,
        "Enabled": enabled,
        "UserCreateDate": datetime.now(UTC),
    }


def _subscription(email: str, arn: str) -> dict[str, str]:
    return {"SubscriptionArn": arn, "Protocol": "email", "Endpoint": email, "TopicArn": _TOPIC}


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    (tmp_path / "environments").mkdir()
    file = tmp_path / "environments" / "dev.yaml"
    file.write_text(_FILE)
    return load(file)


@pytest.fixture
def aws() -> Iterator[Aws]:
    with ExitStack() as stack:
        yield Aws(stack)


def _some(aws: Aws) -> None:
    aws.add_all(
        users=[_user("ana@example.com"), _user("bo@example.com", "FORCE_CHANGE_PASSWORD")],
        gone=[_user("old@example.com", enabled=False)],
        callbacks=["https://abc.example.com/oauth2/idpresponse"],
    )


def test_everybody_s_state_is_told(environment: Environment, aws: Aws) -> None:
    _some(aws)

    persons = find(environment, aws.clients).persons

    assert {email: (each.state, each.teams) for email, each in persons.items()} == {
        "ana@example.com": ("signed in", ["dev-readers"]),
        "bo@example.com": ("invited", ["dev-readers"]),
        "cleo@example.com": ("not invited", []),
        "lead@example.com": ("-", []),
        "old@example.com": ("disabled", []),
    }
    assert persons["ana@example.com"].subscriptions == {"dev-readers": "confirmed"}
    assert persons["lead@example.com"].subscriptions == {"dev-readers": "pending"}
    assert not persons["old@example.com"].is_listed


def test_what_has_to_be_done_is_said(environment: Environment, aws: Aws) -> None:
    _some(aws)

    assert to_do(environment, find(environment, aws.clients)) == [
        "cleo@example.com: in the file, without an account: ground-truth deploy dev, or, if that"
        " changes nothing, ground-truth workers dev --fix",
        "bo@example.com: not signed in yet; a temporary password is good for 3 days. If an address"
        " is wrong, write the right one in its place and deploy",
        "lead@example.com: get no mail before they follow the link in SNS's request",
    ]


def test_a_login_that_can_t_work_is_said_first(environment: Environment, aws: Aws) -> None:
    aws.add_all(users=[], gone=[], callbacks=["https://127.0.0.1"])

    first = to_do(environment, find(environment, aws.clients))[0]

    assert first.startswith(
        "nobody can log in: the call-back URL https://abc.example.com/oauth2/idpresponse is missing"
    )


def test_the_table_has_a_line_for_each_person(environment: Environment, aws: Aws) -> None:
    _some(aws)
    printed = io.StringIO()

    show_people(environment, find(environment, aws.clients), Console(file=printed, width=120))

    lines = printed.getvalue().splitlines()
    (old,) = (line for line in lines if "old@example.com" in line)
    assert "disabled, not in the file" in old
    assert "Worker portal: https://abc.example.com" in lines


def test_in_a_narrow_terminal_no_address_is_cut(environment: Environment, aws: Aws) -> None:
    _some(aws)
    printed = io.StringIO()

    show_people(environment, find(environment, aws.clients), Console(file=printed, width=40))

    lines = printed.getvalue().splitlines()
    assert {"ana@example.com", "bo@example.com", "old@example.com"} < set(lines)
    assert "  account: disabled, not in the file" in lines


def test_of_a_job_only_its_team_is_told(environment: Environment, aws: Aws) -> None:
    _some(aws)

    persons = find(environment, aws.clients).of_team(environment, "readers").persons

    assert sorted(persons) == [
        "ana@example.com",
        "bo@example.com",
        "cleo@example.com",
        "lead@example.com",
    ]


@pytest.mark.parametrize(
    ("made", "name"),
    [("s", "bo@example.com"), ("id-of-bo@example.com", "id-of-bo@example.com")],
)
def test_who_has_not_signed_in_is_invited_again(
    environment: Environment, aws: Aws, made: str, name: str
) -> None:
    bo = {**_user("bo@example.com", "FORCE_CHANGE_PASSWORD"), "Username": made}
    aws.add_all(users=[bo], gone=[], callbacks=[])
    aws.stubs["cognito-idp"].add_response(
        "admin_create_user",
        {"User": {}},
        {
            "UserPoolId": _POOL,
            "Username": name,
            "MessageAction": "RESEND",
            "DesiredDeliveryMediums": ["EMAIL"],
        },
    )

    sent = remind(environment, aws.clients, "bo@example.com")

    assert sent == ["the invitation, with a new temporary password"]
    aws.stubs["cognito-idp"].assert_no_pending_responses()


def test_who_has_not_confirmed_is_asked_again(environment: Environment, aws: Aws) -> None:
    _some(aws)
    aws.add_topics()
    aws.stubs["sns"].add_response(
        "subscribe",
        {"SubscriptionArn": "pending confirmation"},
        {"TopicArn": _TOPIC, "Protocol": "email", "Endpoint": "lead@example.com"},
    )

    sent = remind(environment, aws.clients, "lead@example.com")

    assert sent == ["the request to confirm dev-readers"]


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("old@example.com", "expected an address of environments/dev.yaml, got 'old@example.com'"),
        ("zoe@example.com", "expected an address of environments/dev.yaml, got 'zoe@example.com'"),
        ("ana@example.com", "there is nothing to remind ana@example.com of: signed in"),
    ],
)
def test_there_is_not_always_something_to_remind_of(
    environment: Environment, aws: Aws, email: str, words: str
) -> None:
    _some(aws)
    aws.add_topics()

    with pytest.raises(PeopleError, match=words):
        remind(environment, aws.clients, email)


def test_people_who_are_not_deployed_are_no_trace(environment: Environment, aws: Aws) -> None:
    aws.stubs["cloudformation"].add_client_error(
        "describe_stacks", "ValidationError", f"Stack with id {_STACK} does not exist"
    )

    with pytest.raises(PeopleError, match=r"deploy it with `ground-truth deploy dev`"):
        find(environment, aws.clients)
