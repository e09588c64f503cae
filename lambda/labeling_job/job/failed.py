"""A labeling job that Ground Truth could not start, and what to do about it.

AWS's reasons are written nowhere; what is known of them, tests/data/aws-words.yaml has with its
sources. They are passed on as they are: nothing but advice, and another try with a role that is
seconds old, goes by their words.
"""

from __future__ import annotations

import re
from typing import Final

from custom_resource.errors import CustomResourceError, without_names
from labeling_job.hints import ROLE
from labeling_job.job.jobs import Job

_FUNCTION: Final = re.compile(
    r"arn:[\w-]+:lambda:[\w-]+:\d{12}:function:(?P<name>[\w-]+)", re.IGNORECASE
)
#: What Lambda has answered, where AWS says it; a function that raises is `Unhandled`.
_LAMBDA_CODE: Final = re.compile(r"LambdaErrorCode: *(?P<code>\w+)")
_RAISED: Final = "Unhandled"
_NEW_ROLE: Final = re.compile(r"(unable to|could not) assume|\bsts:AssumeRole\b", re.IGNORECASE)


def _compiled(*rows: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(words, re.IGNORECASE), advice) for words, advice in rows)


#: Parts of Lambda's codes to what can be done about them, the first that fits
#: (botocore's model of Invoke has the codes).
_LAMBDA_ADVICE: Final = _compiled(
    (r"kms", "see that the key of the function {function} is enabled and may be used by it"),
    (
        r"access|denied",
        "see that the execution role may invoke the function {function}, and that neither its "
        "policy nor the organization denies it",
    ),
    (
        r"toomany|throttl|limit",
        "the function {function} has had too many calls; this may pass by itself, deploy again",
    ),
    (r"notfound", "see that the function {function} exists, with the version or alias named"),
)
#: Words of a reason to what can be done about it, the first that fits.
_ADVICE: Final = _compiled(
    *(
        (
            r"grant_read_access",
            "the worker template takes a text for the address of an object: leave out "
            "`grant_read_access` where data objects are texts",
        ),
        (
            r"\bkms\b",
            "see that the key exists and is enabled, and that the execution role may use it",
        ),
        (r"\bcors\b", "see the CORS rules of the bucket with the data objects"),
        (
            r"template|render|liquid",
            "see that the worker template uses only what the data objects or the pre-annotation "
            "function give it",
        ),
        (
            r"manifest",
            "see that {manifest} is there and that the execution role may read it and its key",
        ),
        (
            r"access|permission|authorized|forbidden|denied|\b403\b",
            "see that the execution role may read the data objects and write the labels, and that "
            "no policy of a bucket or of the organization denies it",
        ),
        (r"\brate\b|throttl|too many|internal", "this may pass by itself; deploy again"),
    )
)


class JobFailedError(CustomResourceError):
    """A labeling job has Failed before its data objects were counted."""

    def __init__(self, job: Job) -> None:
        reason = job.failure_reason or "SageMaker gives no reason"
        advice = _advice(reason, job.manifest_uri)
        super().__init__(
            f"labeling job {job.name} failed to start: {reason.rstrip('. ')}"
            f"{f': {advice}' if advice else ''}"
        )
        #: Whether it may be that its role was only just made.
        self.has_new_role = _NEW_ROLE.search(without_names(reason)) is not None


def _advice(reason: str, manifest_uri: str) -> str | None:
    if named := _FUNCTION.search(reason):
        code = _LAMBDA_CODE.search(reason)
        if code is not None and code["code"] != _RAISED:
            return _first(_LAMBDA_ADVICE, code["code"], function=named["name"])
        # Also said where the function has raised an error, which AWS's own words don't tell.
        return (
            f"mostly the function {named['name']} itself has raised an error, whatever is said of "
            "permissions: see its log, /aws/lambda/"
            f"{named['name']} or what `aws lambda get-function-configuration --function-name "
            f"{named['name']} --query LoggingConfig.LogGroup` names"
        )
    words = without_names(reason)
    if _NEW_ROLE.search(words):
        role = ROLE.search(reason)
        return (
            f"see that {role[0] if role else 'the execution role'} exists and trusts "
            "sagemaker.amazonaws.com"
        )
    return _first(_ADVICE, words, manifest=manifest_uri)


def _first(
    advices: tuple[tuple[re.Pattern[str], str], ...], words: str, **named: str
) -> str | None:
    for pattern, advice in advices:
        if pattern.search(words):
            return advice.format(**named)
    return None
