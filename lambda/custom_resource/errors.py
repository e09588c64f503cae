"""What can go wrong: the one exception that users read, and what AWS's errors mean here."""

from __future__ import annotations

import re
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

#: What a role or policy that was made a moment ago looks like.
_PROPAGATION_WORDS: Final = re.compile(
    r"\bassum(e|ing)\b|\brole\b|permission|not authorized|access denied|accessdenied",
    re.IGNORECASE,
)
#: Errors with these words will not go away: CORS rules, values that break a constraint of the
#: API's model, and keys that can't be used.
_LASTING_WORDS: Final = re.compile(
    r"\bcors\b|validation errors? detected|is disabled|pending (deletion|import)", re.IGNORECASE
)
#: The operations of Ground Truth, which AWS has closed to accounts that did not use it.
_GROUND_TRUTH: Final = re.compile(r"LabelingJobs?|Workforces?|Workteams?")
#: How AWS says that a service is closed: tests/data/aws-words.yaml has sources.
_CLOSED_WORDS: Final = re.compile(
    r"\b(new|existing) (aws )?customers?\b|no longer (be )?(accept|offered|open)|\bclosed to\b",
    re.IGNORECASE,
)
#: Codes with a meaning of their own, whatever is said beside them (botocore's model of SageMaker).
_NEVER_CLOSED: Final = frozenset(
    {"ConflictException", "ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound"}
)
#: What users have named, in AWS's words: ARNs, addresses, what is quoted, and words with hyphens,
#: or with digits beside letters. A bare word can't be told from AWS's own.
_NAMED: Final = re.compile(
    r"\barn:[^\s'\"`]+|\b\w+://[^\s'\"`]+|[\w.]+(?:-+[\w.]+)+(?:/[^\s'\"`]*)?"
    r"|\b(?=\w*[a-z])(?=\w*\d)\w+",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"(?<!\w)(['\"`])[^'\"`]*\1(?!\w)")
#: IAM's words for a missing permission
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
NOT_AUTHORIZED: Final = re.compile(
    r"not authorized to perform:? (?P<action>[\w-]+:\w+)(?:.*? on resource:? (?P<resource>\S+))?"
)
_BUSY: Final = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
#: HTTP statuses that say the same.
_BUSY_STATUS: Final = 500
_TOO_MANY: Final = 429


class CustomResourceError(Exception):
    """One or two sentences for the user, shown as the reason why the deployment failed."""


def code_of(error: ClientError) -> str:
    """Return AWS's error code, or an empty string."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """Return AWS's own words, or an empty string."""
    return str(error.response.get("Error", {}).get("Message", ""))


def words_of(error: ClientError) -> str:
    """Return AWS's words without what users have named, to look for words in."""
    return _QUOTED.sub(" ", without_names(message_of(error)))


def without_names(text: str) -> str:
    """Return a text of AWS without ARNs, addresses and what looks like a name of the user's."""
    return _NAMED.sub(" ", text)


def refusal(error: ClientError) -> str:
    """Return the operation, the code and AWS's own words, which often name action and resource."""
    words = message_of(error).rstrip(". ")
    return f"{error.operation_name} was refused with {code_of(error)}: {words}"


def is_invalid(error: ClientError) -> bool:
    """Say whether SageMaker refused a request for what is in it or for the state of a thing."""
    return code_of(error) == "ValidationException"


def is_denied(error: ClientError) -> bool:
    """Say whether a permission is missing, or not yet effective.

    SNS has a word of its own for that (botocore: AuthorizationErrorException).
    """
    return code_of(error).startswith("AccessDenied") or code_of(error) == "AuthorizationError"


def is_busy(error: ClientError) -> bool:
    """Say whether AWS has too many calls, or a fault of its own, even for botocore's retries."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code_of(error) in _BUSY or status >= _BUSY_STATUS or status == _TOO_MANY


def is_lost(error: BaseException | None) -> bool:
    """Say whether no answer came, for all of botocore's attempts: AWS may have done it or not."""
    return isinstance(error, BotoCoreError) and isinstance(
        error, (FlexibleChecksumError, HTTPClientError, IncompleteReadError, NoConnectionError)
    )


def is_closed(error: ClientError) -> bool:
    """Say whether AWS says plainly that Ground Truth is closed to the account."""
    if (
        is_busy(error)
        or code_of(error) in _NEVER_CLOSED
        or NOT_AUTHORIZED.search(message_of(error))
    ):
        return False
    return _is_of_ground_truth(error) and _CLOSED_WORDS.search(words_of(error)) is not None


def may_be_closed(error: ClientError) -> bool:
    """Say whether Ground Truth may be closed to the account: IAM does not explain its refusal."""
    is_explained = NOT_AUTHORIZED.search(message_of(error)) is not None
    return is_closed(error) or (
        _is_of_ground_truth(error) and is_denied(error) and not is_explained
    )


def may_mean_absent(error: ClientError) -> bool:
    """Say whether a refusal to look at a thing may mean that there is none.

    SageMaker has several codes and texts for that, none of which is documented, and uses them for
    other things too: only a list says which it is.
    """
    return not (is_busy(error) or is_closed(error) or is_denied(error))


def may_pass(error: ClientError) -> bool:
    """Say whether an error may be the delay of a new role or policy."""
    if is_closed(error) or _LASTING_WORDS.search(words_of(error)):
        return False
    if is_denied(error):
        return True
    return is_invalid(error) and _PROPAGATION_WORDS.search(words_of(error)) is not None


def _is_of_ground_truth(error: ClientError) -> bool:
    return _GROUND_TRUTH.search(error.operation_name) is not None
