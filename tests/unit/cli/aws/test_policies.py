"""Which policies are deployed is asked as CDK would ask, and older ones stop a deployment."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
import yaml
from botocore.exceptions import NoCredentialsError
from botocore.stub import Stubber

from cli.aws import policies
from cli.aws.policies import (
    UnreadableError,
    deployed_version,
    needed_parameters,
    require_policies,
)
from cli.aws.policy_parameters import named
from cli.errors import CommandError
from ground_truth.config import Environment
from tests.environments import shipped

_ROOT: Final = Path(__file__).parents[4]
_ACCOUNT: Final = "111122223333"
_LOOKUP: Final = f"arn:aws:iam::{_ACCOUNT}:role/cdk-hnb659fds-lookup-role-{_ACCOUNT}-us-east-1"
_OUTPUTS: Final = {
    "ExecutionPolicies": "arn:a,arn:b",
    "PermissionsBoundary": "GroundTruth-dev-boundary",
}
_CREDENTIALS: Final = {
    "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "SecretAccessKey": "x" * 20,
    "SessionToken": "of-the-role",
    "Expiration": "2026-12-01",
}


class Session:
    """boto3's session with stubbed clients."""

    def __init__(self, stack: ExitStack) -> None:
        self.stubs: dict[str, Stubber] = {}
        self._clients: dict[str, Any] = {}
        untyped: Any = boto3
        for name in ("sts", "cloudformation"):
            self._clients[name] = untyped.client(
                name,
                region_name="us-east-1",
                aws_access_key_id="x",
                aws_secret_access_key="x",  # noqa: S106  # no secret
            )
            self.stubs[name] = stack.enter_context(Stubber(self._clients[name]))
        #: The token that CloudFormation was asked with.
        self.token: str | None = None

    def client(self, name: str, *, aws_session_token: str | None = None, **_: Any) -> Any:
        """Return a client; whose credentials it gets is kept."""
        if name == "cloudformation":
            self.token = aws_session_token
        return self._clients[name]

    def knows_me(self, account: str = _ACCOUNT) -> None:
        """Expect the question who asks."""
        identity = {"Account": account, "Arn": f"arn:aws:iam::{account}:user/ana", "UserId": "x"}
        self.stubs["sts"].add_response("get_caller_identity", identity, {})

    def lets_me_look(self, role: str = _LOOKUP) -> None:
        """Expect that CDK's role is assumed."""
        self.stubs["sts"].add_response(
            "assume_role",
            {"Credentials": _CREDENTIALS},
            {"RoleArn": role, "RoleSessionName": "ground-truth"},
        )

    def has(self, outputs: dict[str, str], **parameters: str) -> None:
        """Expect the question for the stack of the policies."""
        listed = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
        said = {"Environment": "dev", **parameters}
        stack = {
            "StackName": "GroundTruth-dev",
            "CreationTime": "2026-01-01",
            "StackStatus": "CREATE_COMPLETE",
            "Outputs": listed,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in said.items()
            ],
        }
        self.stubs["cloudformation"].add_response(
            "describe_stacks", {"Stacks": [stack]}, {"StackName": "GroundTruth-dev"}
        )

    def deploys_nothing(self) -> None:
        """Expect the question what an earlier version has made, which is nothing."""
        for _ in range(2):
            self.refuses("cloudformation", "describe_stack_resources", "ValidationError")

    def refuses(self, service: str, operation: str, code: str) -> None:
        """Expect a call that is refused, in any words."""
        self.stubs[service].add_client_error(operation, code, "words of today")


@pytest.fixture
def session() -> Iterator[Session]:
    with ExitStack() as stack:
        session = Session(stack)
        yield session
        for stub in session.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def environment() -> Environment:
    return shipped("dev").model_copy(update={"region": "us-east-1", "account": None})


def test_the_version_is_read_as_the_role_that_cdk_looks_with(
    session: Session, environment: Environment
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.has({**_OUTPUTS, "Version": "7"})

    assert deployed_version(environment, session) == 7
    assert session.token == "of-the-role"  # noqa: S105  # no secret


def test_where_cdk_has_no_such_role_the_caller_asks(
    session: Session, environment: Environment
) -> None:
    session.knows_me()
    session.refuses("sts", "assume_role", "AccessDenied")
    session.has({**_OUTPUTS, "Version": "7"})

    assert deployed_version(environment, session) == 7
    assert session.token is None


def test_of_another_account_only_the_role_is_asked(
    session: Session, environment: Environment
) -> None:
    session.knows_me("444455556666")
    session.refuses("sts", "assume_role", "AccessDenied")

    with pytest.raises(UnreadableError):
        deployed_version(environment.model_copy(update={"account": _ACCOUNT}), session)


def test_policies_without_a_version_are_the_first(
    session: Session, environment: Environment
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.has(_OUTPUTS)

    assert deployed_version(environment, session) == 1


def test_a_stack_that_was_never_made_is_no_policies(
    session: Session, environment: Environment
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.has({})

    assert deployed_version(environment, session) is None


def test_where_there_are_none_nothing_is_compared(
    session: Session, environment: Environment
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.refuses("cloudformation", "describe_stacks", "ValidationError")

    require_policies(environment, session)


@pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken", "Throttling"])
def test_where_they_can_not_be_read_nothing_is_compared(
    session: Session, environment: Environment, code: str
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.refuses("cloudformation", "describe_stacks", code)

    require_policies(environment, session)


def test_without_credentials_nothing_is_compared(environment: Environment) -> None:
    class Nobody:
        def client(self, *_: Any, **__: Any) -> Any:
            raise NoCredentialsError

    require_policies(environment, Nobody())


def test_with_a_profile_that_is_not_there_nothing_is_compared(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody's")

    require_policies(environment)


@pytest.mark.parametrize("version", ["2.1", "-1", "", "1_0"])
def test_a_version_that_is_none_is_not_compared(
    session: Session, environment: Environment, version: str
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.has({**_OUTPUTS, "Version": version})

    require_policies(environment, session)


def test_the_role_has_the_qualifier_that_cdk_json_names(
    session: Session,
    environment: Environment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "cdk.json").write_text('{"context": {"@aws-cdk/core:bootstrapQualifier": "ours"}}')
    monkeypatch.chdir(tmp_path)
    session.knows_me()
    session.lets_me_look(_LOOKUP.replace("hnb659fds", "ours"))
    session.has({**_OUTPUTS, "Version": "7"})

    assert deployed_version(environment, session) == 7


def test_with_an_address_that_is_none_nothing_is_compared(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "foo")

    require_policies(environment)


@pytest.mark.parametrize("more", [0, 1])
def test_the_same_or_later_policies_are_enough(
    session: Session, environment: Environment, more: int
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.has({**_OUTPUTS, "Version": str(policies.expected_version() + more)})
    session.deploys_nothing()

    require_policies(environment, session)


def test_older_policies_stop_a_deployment_and_say_who_does_what_first(
    session: Session, environment: Environment
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.has(_OUTPUTS)
    session.deploys_nothing()

    with pytest.raises(CommandError) as raised:
        require_policies(environment, session)

    assert str(raised.value) == (
        f"expected the policies of GroundTruth-dev in version {policies.expected_version()}, got"
        " version 1, which does not allow all that this deployment does; who administers the"
        " account runs first: `aws cloudformation deploy --region us-east-1 --stack-name"
        " GroundTruth-dev --template-file bootstrap/policies.yaml --parameter-overrides"
        " Environment=dev --capabilities CAPABILITY_NAMED_IAM`"
    )


def test_policies_of_a_file_that_named_less_stop_a_deployment_and_say_of_what(
    session: Session, environment: Environment
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.has({**_OUTPUTS, "Version": "9"}, Buckets="arn:aws:s3:::letters")
    session.deploys_nothing()
    job = next(iter(environment.jobs.values()))
    elsewhere = job.model_copy(
        update={"input": job.input.model_copy(update={"prefix": "s3://pictures/2026/"})}
    )
    named_more = environment.model_copy(update={"jobs": {"pictures": elsewhere}})

    with pytest.raises(CommandError) as raised:
        require_policies(named_more, session)

    assert "to allow what the file names, got others in Buckets; who adm" in str(raised.value)
    assert "Buckets=arn:aws:s3:::pictures,arn:aws:s3:::pictures/*" in str(raised.value)


#: What a file named once, and what an administrator has said by hand.
_BEFORE: Final = {
    "Buckets": "arn:aws:s3:::shop,arn:aws:s3:::shop/*",
    "SharedWith": "main",
    "TagKeys": "aws:cloudformation:*,owner",
    "UserPools": "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Shop",
    "Secrets": "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop-a1B2c3",
    "Functions": "arn:aws:lambda:us-east-1:111122223333:function:shop",
}
_BY_HAND: Final = {
    "Qualifier": "ours",
    "Keys": "arn:aws:kms:us-east-1:111122223333:key/0a1b",
    "DataKey": "2c3d",
    "TopicsKey": "4e5f",
}


def test_what_a_file_names_no_more_is_taken_from_the_policies_that_are_deployed(
    session: Session, environment: Environment
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.deploys_nothing()
    session.has({**_OUTPUTS, "Version": "9"}, **_BEFORE, **_BY_HAND)

    parameters = needed_parameters(environment, session)

    words = policies.command(environment, parameters)
    assert set(parameters) == {"Environment", *_BEFORE}
    assert (
        " --parameter-overrides Environment=dev SharedWith= 'TagKeys=aws:cloudformation:*' Buckets="
        " UserPools= Secrets= Functions= --cap" in words
    )


def test_of_policies_that_say_no_more_than_the_file_nothing_is_said_again(
    session: Session, environment: Environment
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.deploys_nothing()
    session.has({**_OUTPUTS, "Version": "9"}, Buckets="", TagKeys="aws:cloudformation:*")

    assert needed_parameters(environment, session) == {"Environment": "dev"}


def test_older_policies_are_deployed_anew_without_what_the_file_names_no_more(
    session: Session, environment: Environment
) -> None:
    session.knows_me()
    session.lets_me_look()
    session.has(_OUTPUTS, **_BEFORE)
    session.deploys_nothing()

    with pytest.raises(CommandError, match=" Buckets= UserPools= Secrets= Functions= --cap"):
        require_policies(environment, session)


def test_of_a_name_that_the_policies_do_not_know_nothing_is_compared(
    session: Session, environment: Environment
) -> None:
    named_long = environment.model_copy()
    named_long._name = "x" * 16

    require_policies(named_long, session)


def test_the_command_of_the_message_is_the_documented_one(environment: Environment) -> None:
    page = (_ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    documented = re.sub(r" *\\\n *", " ", page)

    assert policies.command(environment, named(environment)) in documented


def test_the_expected_version_is_that_of_the_template() -> None:
    text = (_ROOT / "bootstrap" / "policies.yaml").read_text(encoding="utf-8")
    template = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # all as text

    assert template["Outputs"]["Version"]["Value"] == str(policies.expected_version())
