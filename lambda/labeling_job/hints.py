"""Says what to do about the refusals that only labeling jobs meet."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from botocore.exceptions import ClientError

from custom_resource import hints
from custom_resource.errors import code_of, is_invalid, message_of

#: A role's ARN in AWS's words.
ROLE: Final = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]*[\w+=@/-]")
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


def explain(error: ClientError) -> str:
    """Return what was refused and, for what is known of it, what to do."""
    return hints.explain(error, _elsewhere, _quota, _role)


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
    named = ROLE.search(message)
    return (
        f"Ground Truth can't assume {named[0] if named else 'the execution role'}, even after the "
        "time that a new role takes; see that it exists and trusts sagemaker.amazonaws.com"
    )


def _text(value: object, name: str) -> str | None:
    found = _member(value, name)
    return found if isinstance(found, str) else None


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None
