"""Says what to do about the refusals that only labeling jobs meet."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from custom_resource import hints
from custom_resource.errors import code_of, is_invalid, message_of, words_of

#: A role's ARN in AWS's words.
ROLE: Final = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]*[\w+=@/-]")
#: S3 answers these for a bucket of another Region, or of a place that it does not know yet
#: (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). Numbers are botocore's
#: codes for answers without a body.
_ELSEWHERE: Final = frozenset(
    {
        *("301", "302", "303", "307", "308"),
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
        "PermanentRedirect",
        "Redirect",
        "TemporaryRedirect",
    }
)
_TEMPORARY: Final = frozenset({"302", "303", "307", "TemporaryRedirect"})
#: Compiled when they are first used, which is seldom.
_NAMED_REGION: Final = (
    r"expecting '([a-z0-9-]+)'|The ([a-z0-9-]+) location constraint is incompatible"
)
#: The Region in a name of S3's, such as `in.s3.eu-west-1.amazonaws.com` or `s3-eu-west-1.…`.
_REGION_OF_HOST: Final = r"(?:^|\.)s3(?:-fips)?(?:\.dualstack)?[.-]([a-z]{2,}(?:-[a-z]+)+-\d+)\."


def explain(error: ClientError) -> str:
    """Return what was refused and, for what is known of it, what to do."""
    return hints.explain(error, _elsewhere, _quota, _role)


def bucket_region(error: ClientError) -> str | None:
    """Return the Region in which a bucket is, where an error of S3 says so."""
    response: Mapping[str, object] = dict(error.response)
    words = re.search(_NAMED_REGION, message_of(error))
    named = words and (words[1] or words[2])
    hosts = re.findall(_REGION_OF_HOST, endpoint_of(error) or "")
    return (
        _header(error, "x-amz-bucket-region")
        or _text(response.get("Error"), "Region")
        # S3's own name for us-east-1, which needs no location constraint.
        or ("us-east-1" if named == "unspecified" else named)
        or (hosts[-1] if hosts else None)
    )


def endpoint_of(error: ClientError) -> str | None:
    """Return the host that an error of S3 sends a request to, in lower case."""
    response: Mapping[str, object] = dict(error.response)
    location = _header(error, "location") or ""
    try:
        host = urlsplit(location).netloc
    except ValueError:
        host = location
    host = host or _text(response.get("Error"), "Endpoint") or ""
    return host.lower().removesuffix(":443") or None


def _elsewhere(error: ClientError) -> str | None:
    if code_of(error) not in _ELSEWHERE:
        return None
    there, here = bucket_region(error), os.environ.get("AWS_REGION", "this one")
    if there == here or (there is None and code_of(error) in _TEMPORARY):
        return (
            "S3 does not find the bucket's place yet, as in the first hours of a bucket; deploy "
            "again in some minutes"
        )
    return (
        f"the bucket is in {there or 'another Region'}, and the job in {here}; use a bucket in "
        f"{here}, since Ground Truth reads no other"
    )


def _quota(error: ClientError) -> str | None:
    if code_of(error) != "ResourceLimitExceeded":
        return None
    return (
        "this is a quota of the account; wait until another job has ended or ask for more in "
        "Service Quotas, and deploy again"
    )


def _role(error: ClientError) -> str | None:
    if not is_invalid(error) or re.search(r"\bassum(e|ing)\b", words_of(error)) is None:
        return None
    named = ROLE.search(message_of(error))
    return (
        f"Ground Truth can't assume {named[0] if named else 'the execution role'}, even after the "
        "time that a new role takes; see that it exists and trusts sagemaker.amazonaws.com"
    )


def _header(error: ClientError, name: str) -> str | None:
    response: Mapping[str, object] = dict(error.response)
    return _text(_member(response.get("ResponseMetadata"), "HTTPHeaders"), name)


def _text(value: object, name: str) -> str | None:
    found = _member(value, name)
    return found if isinstance(found, str) else None


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None
