"""Says what a person can do about a refusal of AWS, for those that people meet."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from botocore.exceptions import ClientError

from labeling_job.errors import code_of, is_denied, is_invalid, message_of, refusal

#: IAM's words for a missing permission
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
_NOT_AUTHORIZED: Final = re.compile(
    r"not authorized to perform:? (?P<action>[\w-]+:\w+)(?:.*? on resource:? (?P<resource>\S+))?"
)
_KEY: Final = re.compile(r"arn:[\w-]+:kms:[\w:/-]+")
_ROLE: Final = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]*[\w+=@/-]")
_EXPECTED_REGION: Final = re.compile(r"expecting '([a-z0-9-]+)'")
#: S3 answers these for a bucket of another Region
#: (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
_ELSEWHERE: Final = frozenset(
    {
        "301",
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
        "PermanentRedirect",
    }
)
#: The permission for an operation, where it has another name.
_ACTIONS: Final[Mapping[str, str]] = {
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "CompleteMultipartUpload": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "GetObject": "s3:GetObject",
    "ListObjectsV2": "s3:ListBucket",
    "PutObject": "s3:PutObject",
    "UploadPart": "s3:PutObject",
}


def explain(error: ClientError) -> str:
    """Return what was refused and, for what is known of it, what to do."""
    for advice in (_closed, _elsewhere, _key, _denied, _quota, _role):
        found = advice(error)
        if found is not None:
            return f"{refusal(error)}: {found}"
    return refusal(error)


def _closed(error: ClientError) -> str | None:
    message = message_of(error)
    is_new = "new customer" in message.lower()
    is_unexplained = (
        error.operation_name == "CreateLabelingJob"
        and is_denied(error)
        and _NOT_AUTHORIZED.search(message) is None
    )
    if not (is_new or is_unexplained):
        return None
    return (
        "Ground Truth is closed to accounts that did not use it before 2026-07-30; deploy to an "
        "account that did"
    )


def _elsewhere(error: ClientError) -> str | None:
    if code_of(error) not in _ELSEWHERE:
        return None
    response: Mapping[str, object] = dict(error.response)
    named = _EXPECTED_REGION.search(message_of(error))
    there = (
        _text(response.get("Error"), "Region")
        or (named[1] if named else None)
        or _text(_member(response.get("ResponseMetadata"), "HTTPHeaders"), "x-amz-bucket-region")
        or "another Region"
    )
    here = os.environ.get("AWS_REGION", "this one")
    return (
        f"the bucket is in {there}, and the job in {here}; use a bucket in {here}, since Ground "
        "Truth reads no other"
    )


def _key(error: ClientError) -> str | None:
    code, message = code_of(error).lower(), message_of(error)
    if "kms" not in code and "kms" not in message.lower():
        return None
    named = _KEY.search(message)
    key = named[0] if named else "the key of the bucket"
    if "pending deletion" in message.lower():
        return f"cancel the deletion of {key}, or use another key"
    if "disabled" in code or "disabled" in message.lower():
        return f"enable {key}, or use another key"
    if "notfound" in code:
        return f"{key} does not exist, use another key"
    return None


def _denied(error: ClientError) -> str | None:
    named = _NOT_AUTHORIZED.search(message_of(error))
    if named is None and not is_denied(error):
        return None
    action = named["action"] if named else _ACTIONS.get(error.operation_name)
    if action is None:
        action = f"sagemaker:{error.operation_name}"
    resource = f" on {named['resource'].rstrip('.,')}" if named and named["resource"] else ""
    others = "the key's policy" if action.startswith("kms:") else "the resource's own policy"
    return (
        f"allow {action}{resource} in the role's policy, and see that neither {others} nor the "
        "organization denies it"
    )


def _quota(error: ClientError) -> str | None:
    if code_of(error) != "ResourceLimitExceeded":
        return None
    return (
        "this is a quota of the account; wait until another job has ended or ask for more in "
        "Service Quotas, and deploy again"
    )


def _role(error: ClientError) -> str | None:
    message = message_of(error)
    if not is_invalid(error) or re.search(r"\bassum(e|ing)\b", message) is None:
        return None
    named = _ROLE.search(message)
    return (
        f"Ground Truth can't assume {named[0] if named else 'the execution role'}, even after the "
        "time that a new role takes; see that it exists and trusts sagemaker.amazonaws.com"
    )


def _text(value: object, name: str) -> str | None:
    found = _member(value, name)
    return found if isinstance(found, str) else None


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None
