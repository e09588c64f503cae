"""What AWS's errors mean goes by AWS's words, and never by what users have named."""

from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    FlexibleChecksumError,
    IncompleteReadError,
    ReadTimeoutError,
)

from custom_resource.errors import is_closed, is_lost, may_pass, words_of
from custom_resource.hints import explain

_ABSENT = "Could not find requested job with name: "
_ROLE = "arn:aws:iam::111122223333:role/dev-kms-disabled"
_CLOSED = "Ground Truth is no longer available to new customers"


def _error(code: str, message: str, operation: str = "DescribeLabelingJob") -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}}
    return ClientError(answer, operation)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ValidationException", f"{_ABSENT}dev-retired-cards-0123456789"),
        ("ValidationException", f"{_ABSENT}dev-discontinued-0123456789"),
        ("ValidationException", "No workforce retired"),
        ("ValidationException", "No bucket 'closed to new customers'"),
        ("ValidationException", "This operation is currently not supported"),
        ("ValidationException", "This feature is not supported for the built-in task type"),
        ("ValidationException", "The operation is not supported while the workforce is Updating"),
        ("ResourceInUse", "Names of existing customers must be unique"),
        ("ThrottlingException", "Rate exceeded for new customers"),
        ("AccessDeniedException", "explicit deny in a service control policy for new accounts"),
        (
            "AccessDeniedException",
            "it is not authorized to perform: sagemaker:ListLabelingJobs, closed to new customers",
        ),
    ],
)
def test_an_account_is_not_closed_for_a_name_or_another_refusal(code: str, message: str) -> None:
    assert not is_closed(_error(code, message))
    assert "is closed to accounts that" not in explain(_error(code, message))


@pytest.mark.parametrize("code", ["AccessDeniedException", "AnyException", "ValidationException"])
def test_an_account_is_closed_by_any_code_that_means_nothing_else(code: str) -> None:
    assert is_closed(_error(code, _CLOSED))


@pytest.mark.parametrize("key", ["even-odd", "retired", "discontinued", "cors-check"])
def test_a_new_role_is_waited_for_whatever_a_job_is_called(key: str) -> None:
    job = f"arn:aws:sagemaker:us-east-1:111122223333:labeling-job/dev-{key}-0123456789"
    message = f"User: {_ROLE} is not authorized to perform: it on resource: {job}"

    assert may_pass(_error("AccessDeniedException", message))
    assert may_pass(_error("ValidationException", f"Could not assume role of dev-{key}"))


def test_what_is_wrong_with_a_job_is_not_a_new_role_for_its_name() -> None:
    assert not may_pass(_error("ValidationException", "The title of dev-role-0123 is not polite"))


def test_cors_rules_are_not_waited_for() -> None:
    message = "The role found no CORS rules of the bucket dev-data"

    assert not may_pass(_error("ValidationException", message))


def test_a_key_is_not_disabled_for_the_name_of_a_role_or_bucket() -> None:
    for message in (f"Could not assume role {_ROLE}", "No access to s3://kms-is-disabled/kms"):
        assert "enable" not in explain(_error("ValidationException", message, "CreateLabelingJob"))


@pytest.mark.parametrize(
    "named",
    [
        _ROLE,
        f"'{_ROLE}'",
        "s3://in/cors/retired.txt",
        "dev-retired-0123456789",
        "assumed-role/retired/x",
        "retired2",
        '"retired"',
    ],
)
def test_what_users_have_named_is_none_of_aws_s_words(named: str) -> None:
    words = words_of(_error("ValidationException", f"It can't be that {named} isn't there"))

    assert words.split() == ["It", "can't", "be", "that", "isn't", "there"]


@pytest.mark.parametrize(
    "error",
    [
        IncompleteReadError(actual_bytes=1, expected_bytes=2),
        FlexibleChecksumError(error_msg="another checksum"),
        ReadTimeoutError(endpoint_url="https://s3.example"),
    ],
)
def test_a_body_that_did_not_come_whole_is_no_answer(error: BotoCoreError) -> None:
    assert is_lost(error)
