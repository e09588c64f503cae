"""What a refusal of AWS says, and what it says to do."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from custom_resource.response import MAXIMUM_BODY, Answer, body
from labeling_job.hints import explain
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import FakeAws, event

_USER = "User: arn:aws:sts::111122223333:assumed-role/labeling/function"
_POLICY = "because no identity-based policy allows the"
_KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
_ROLE = "arn:aws:iam::111122223333:role/path/execution"


def _error(operation: str, code: str, message: str, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}, **more}
    return ClientError(response, operation)


@pytest.mark.parametrize("operation", ["CreateLabelingJob", "DescribeWorkforce", "ListWorkteams"])
@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_an_account_that_may_not_use_ground_truth_is_told_so(operation: str, code: str) -> None:
    message = "Ground Truth is not available to new customers."

    words = explain(_error(operation, code, message))

    assert words == (
        f"{operation} was refused with {code}: {message.rstrip('.')}: Ground Truth is closed to "
        "accounts that did not use it before 2026-07-30; deploy to an account that did"
    )


def test_an_account_that_is_refused_without_a_reason_may_be_one() -> None:
    words = explain(_error("DescribeLabelingJob", "AccessDeniedException", "Access denied"))

    assert words.endswith(
        ": allow sagemaker:DescribeLabelingJob in the role's policy; if that is allowed, Ground "
        "Truth is closed to this account, as to all that did not use it before 2026-07-30: deploy "
        "to an account that did"
    )


def test_a_permission_that_is_missing_says_nothing_of_the_account() -> None:
    message = f"{_USER} is not authorized to perform: sagemaker:DescribeLabelingJob"

    assert "Ground Truth" not in explain(
        _error("DescribeLabelingJob", "AccessDeniedException", message)
    )


@pytest.mark.parametrize(
    ("operation", "action", "resource", "other"),
    [
        (
            "CreateLabelingJob",
            "sagemaker:CreateLabelingJob",
            "arn:aws:sagemaker:us-east-1:111122223333:labeling-job/dev-a",
            "the resource's own policy",
        ),
        ("CreateLabelingJob", "iam:PassRole", _ROLE, "the resource's own policy"),
        ("PutObject", "kms:GenerateDataKey", _KEY, "the key's policy"),
    ],
)
def test_a_missing_permission_is_named_with_its_resource(
    operation: str, action: str, resource: str, other: str
) -> None:
    message = f"{_USER} is not authorized to perform: {action} on resource: {resource} {_POLICY} it"

    words = explain(_error(operation, "AccessDenied", message))

    assert words == (
        f"{operation} was refused with AccessDenied: {message}: allow {action} on {resource} in "
        f"the role's policy, and see that neither {other} nor the organization denies it"
    )


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("ListObjectsV2", "s3:ListBucket"),
        ("GetObject", "s3:GetObject"),
        ("UploadPart", "s3:PutObject"),
        ("StopLabelingJob", "sagemaker:StopLabelingJob"),
    ],
)
def test_a_missing_permission_that_aws_does_not_name_is_that_of_the_call(
    operation: str, action: str
) -> None:
    assert f": allow {action} in the role's policy" in explain(
        _error(operation, "AccessDenied", "Access Denied")
    )


def test_a_quota_is_named_with_the_ways_to_go_on() -> None:
    message = "The account-level service limit 'concurrent labeling jobs' is 20"

    words = explain(_error("CreateLabelingJob", "ResourceLimitExceeded", message))

    assert words == (
        f"CreateLabelingJob was refused with ResourceLimitExceeded: {message}: this is a quota of "
        "the account; wait until another job has ended or ask for more in Service Quotas, and "
        "deploy again"
    )


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        ("KMS.DisabledException", f"{_KEY} is disabled.", f"enable {_KEY}, or use another key"),
        (
            "KMS.KMSInvalidStateException",
            f"{_KEY} is pending deletion.",
            f"cancel the deletion of {_KEY}, or use another key",
        ),
        (
            "KMS.NotFoundException",
            f"Key '{_KEY}' does not exist",
            f"{_KEY} does not exist, use another key",
        ),
        ("KMS.DisabledException", "", "enable the key of the bucket, or use another key"),
    ],
)
def test_a_key_that_can_not_be_used_is_named(code: str, message: str, hint: str) -> None:
    assert explain(_error("PutObject", code, message)).endswith(f": {hint}")


@pytest.mark.parametrize(
    ("code", "message", "more"),
    [
        (
            "AuthorizationHeaderMalformed",
            "the region 'us-east-1' is wrong; expecting 'eu-west-1'",
            {},
        ),
        (
            "PermanentRedirect",
            "The bucket must be addressed by another endpoint",
            {"ResponseMetadata": {"HTTPHeaders": {"x-amz-bucket-region": "eu-west-1"}}},
        ),
    ],
)
def test_a_bucket_in_another_region_is_named_with_both(
    code: str, message: str, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")

    assert explain(_error("ListObjectsV2", code, message, **more)).endswith(
        ": the bucket is in eu-west-1, and the job in us-east-1; use a bucket in us-east-1, since "
        "Ground Truth reads no other"
    )


def test_a_bucket_in_a_region_that_is_not_told_is_in_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)

    assert ": the bucket is in another Region, and the job in this one;" in explain(
        _error("ListObjectsV2", "PermanentRedirect", "elsewhere")
    )


def test_a_role_that_can_not_be_assumed_is_named() -> None:
    message = f"SageMaker is not able to assume role {_ROLE}. Check its trust"

    assert explain(_error("CreateLabelingJob", "ValidationException", message)).endswith(
        f": Ground Truth can't assume {_ROLE}, even after the time that a new role takes; see that "
        "it exists and trusts sagemaker.amazonaws.com"
    )


def test_what_is_not_known_is_passed_on_as_it_is() -> None:
    assert explain(_error("CreateLabelingJob", "ValidationException", "Too long")) == (
        "CreateLabelingJob was refused with ValidationException: Too long"
    )


@pytest.mark.parametrize(
    ("operation", "code", "message"),
    [
        ("CreateLabelingJob", "ResourceLimitExceeded", "The limit is 20"),
        ("CreateLabelingJob", "AccessDeniedException", "Closed to new customers"),
        ("CreateLabelingJob", "ValidationException", f"The role can't use {_KEY}: it is disabled"),
        ("PutObject", "KMS.DisabledException", f"{_KEY} is disabled"),
        ("ListObjectsV2", "PermanentRedirect", "elsewhere"),
    ],
)
def test_what_will_not_pass_is_tried_once(operation: str, code: str, message: str) -> None:
    aws = FakeAws()
    aws.objects["in"]["Input/1.txt"] = b"42"
    aws.refuse(operation, code, message)

    with pytest.raises(Exception, match=message):
        run(event("Create"), aws.as_clients())

    assert len(aws.called(operation)) == 1
    assert aws.time == 0
    assert aws.jobs == {}


def test_words_without_end_fit_an_answer() -> None:
    message = f"{_USER} is not authorized to perform: s3:GetObject on resource: {'é' * 5_000}"
    reason = explain(_error("GetObject", "AccessDenied", message))

    answered = body(event("Create"), Answer(status="FAILED", physical_id="i", reason=reason))

    assert len(answered) <= MAXIMUM_BODY
    assert json.loads(answered)["Reason"].startswith("GetObject was refused with AccessDenied")
