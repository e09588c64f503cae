"""Errors of AWS that no verb knows say what to do, where that is known."""

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
from botocore.exceptions import NoCredentialsError as NoCredentials

from cli.aws.session import SIGN_IN, unanswered


def _refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "ListUsers")


@pytest.mark.parametrize("error", [NoCredentials(), _refused("ExpiredTokenException")])
def test_where_nobody_is_signed_in_that_is_what_to_do(error: BotoCoreError | ClientError) -> None:
    assert str(unanswered(error)) == f"{SIGN_IN}: {error}"


@pytest.mark.parametrize(
    "error", [_refused("AccessDenied"), EndpointConnectionError(endpoint_url="https://aws")]
)
def test_any_other_answer_is_told_in_aws_s_words(error: BotoCoreError | ClientError) -> None:
    assert str(unanswered(error)) == f"AWS did not answer as expected: {error}"
