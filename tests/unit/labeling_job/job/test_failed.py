"""What is said of a job that has failed: AWS's own reason, and what to do."""

import datetime
from typing import Any

import pytest

from labeling_job.job.failed import JobFailedError
from labeling_job.job.jobs import look
from tests.unit.labeling_job.labeling_job_aws import FakeAws

_MANIFEST = "s3://out/requests/even-odd/0a/input.manifest"


def _failed(reason: str) -> JobFailedError:
    aws = FakeAws(failure_reason=reason)
    source: Any = {"DataSource": {"S3DataSource": {"ManifestS3Uri": _MANIFEST}}}
    aws.add_job(
        "dev-x", "Failed", InputConfig=source, CreationTime=datetime.datetime.now(datetime.UTC)
    )
    job = look("dev-x", aws.as_clients())
    assert job is not None
    return JobFailedError(job)


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("ClientError: Unable to read the manifest file", f"see that {_MANIFEST} is there"),
        ("ClientError: Access denied to s3://in/1.jpg", "may read the data objects"),
        ("ClientError: KMS can't decrypt", "the execution role may use it"),
        ("ClientError: The UI template failed to render", "see that the worker template uses"),
        ("ClientError: CORS is not set up", "see the CORS rules"),
        ("InternalServerError: internal error", "deploy again"),
    ],
)
def test_the_reason_comes_with_what_to_do(reason: str, advice: str) -> None:
    message = str(_failed(reason))

    assert message.startswith(f"labeling job dev-x failed to start: {reason}: ")
    assert advice in message


def test_a_reason_that_nobody_knows_is_passed_on_as_it_is() -> None:
    assert str(_failed("ClientError: 17.")) == "labeling job dev-x failed to start: ClientError: 17"


def test_a_job_without_a_reason_says_so() -> None:
    assert str(_failed("")) == "labeling job dev-x failed to start: SageMaker gives no reason"


@pytest.mark.parametrize(
    ("reason", "is_new"),
    [
        ("SageMaker was unable to assume the role 'arn:aws:iam::111122223333:role/r'", True),
        ("SageMaker is unable to perform: sts:AssumeRole on the role", True),
        ("The role has no permission to read s3://in", False),
        ("Do not assume that s3://could-not-assume/x is there", False),
        ("AlgorithmError: assume-nothing-bucket not readable: 403", False),
    ],
)
def test_only_a_role_that_can_not_be_assumed_may_be_new(reason: str, *, is_new: bool) -> None:
    assert _failed(reason).has_new_role is is_new


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("Access denied to s3://my-templates/x.liquid.jpg", "may read the data objects"),
        ("s3://heart-rate-in/a.jpg could not be read: Access Denied", "may read the data objects"),
        ("No access by arn:aws:iam::111122223333:role/kms", "may read the data objects"),
        ("No access to bucket dev-cors-check", "may read the data objects"),
        ("S3 object s3://internal-scans/manifest/a.jpg does not exist", None),
    ],
)
def test_what_users_have_named_makes_no_advice(reason: str, advice: str | None) -> None:
    message = str(_failed(reason))

    assert message.endswith(reason) if advice is None else advice in message


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (" LambdaErrorCode: Unhandled.", "the function dev-pre itself has raised an error"),
        ("", "the function dev-pre itself has raised an error"),
        (" LambdaErrorCode: AccessDeniedException.", "may invoke the function dev-pre"),
        (" LambdaErrorCode: KMSAccessDeniedException.", "the key of the function dev-pre"),
        (" LambdaErrorCode: TooManyRequestsException.", "dev-pre has had too many calls"),
        (" LambdaErrorCode: ResourceNotFoundException.", "see that the function dev-pre exists"),
    ],
)
def test_a_function_that_can_not_be_called_has_not_raised(code: str, advice: str) -> None:
    function = "arn:aws:lambda:us-east-1:111122223333:function:dev-pre"

    message = str(_failed(f"ClientError: Exception invoking the Lambda function {function}.{code}"))

    assert advice in message
    assert ("has raised" in message) is ("raised" in advice)
