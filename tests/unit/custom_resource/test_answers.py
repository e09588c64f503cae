"""What AWS has answered is told from what only looks like an answer."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from custom_resource.answers import NoAnswerError, checked
from custom_resource.errors import is_lost
from tests.unit.http_server import Fault, HttpServer, Plan, http_server, response

_PAGE = response("200 OK", b"<html>Sign in to the network</html>", "Content-Type: text/html")


@pytest.fixture(scope="module")
def server() -> Iterator[HttpServer]:
    with http_server() as running:
        running.serve = lambda *_: {}
        yield running


def _client(server: HttpServer, service: str) -> Any:
    return checked(
        boto3.client(  # type: ignore[call-overload]  # any service
            service,
            config=Config(retries={"total_max_attempts": 1}),
            endpoint_url=server.url,
            region_name="us-east-1",
            aws_access_key_id="example",
            aws_secret_access_key="example",  # noqa: S106  # nothing is signed for anybody
        )
    )


@pytest.mark.parametrize(
    "answer",
    [
        response("200 OK", b""),
        response("200 OK", b"{}"),
        response("200 OK", b"null"),
        response("200 OK", b'["a"]'),
        response("200 OK", b'{"UserPool": {"Id": "us-ea'),
        _PAGE,
    ],
    ids=["nothing", "empty", "null", "list", "half", "page"],
)
@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("cognito-idp", "describe_user_pool", {"UserPoolId": "us-east-1_a"}),
        ("cloudformation", "describe_stacks", {"StackName": "dev"}),
        ("sesv2", "get_account", {}),
    ],
)
def test_what_says_nothing_that_the_operation_says_is_no_answer(
    server: HttpServer, service: str, operation: str, parameters: dict[str, str], answer: bytes
) -> None:
    fault = Fault(name="any", is_done=False, spoil=lambda _: answer)
    server.plan = Plan(fault=fault)

    with pytest.raises(NoAnswerError) as caught:
        getattr(_client(server, service), operation)(**parameters)

    assert is_lost(caught.value)
    assert operation.replace("_", "") in str(caught.value).lower()


@pytest.mark.parametrize(
    ("operation", "body"),
    [("admin_disable_user", b"{}"), ("admin_disable_user", b""), ("list_users", b'{"Users": []}')],
)
def test_an_operation_that_has_nothing_to_say_is_answered(
    server: HttpServer, operation: str, body: bytes
) -> None:
    server.plan = Plan(
        fault=Fault(name="", is_done=False, spoil=lambda _: response("200 OK", body))
    )
    parameters = {"UserPoolId": "us-east-1_a"}
    if operation == "admin_disable_user":
        parameters["Username"] = "ana"

    getattr(_client(server, "cognito-idp"), operation)(**parameters)


def test_a_refusal_stays_what_it_is(server: HttpServer) -> None:
    fault = Fault(
        name="", is_done=False, spoil=lambda good: good, refusal=("400 Bad", "SomeException")
    )
    server.plan = Plan(fault=fault)

    with pytest.raises(ClientError, match="SomeException"):
        _client(server, "cognito-idp").describe_user_pool(UserPoolId="us-east-1_a")
