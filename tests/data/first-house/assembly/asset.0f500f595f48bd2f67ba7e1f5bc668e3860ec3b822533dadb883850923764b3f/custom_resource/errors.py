"""What can go wrong: the one exception that users read, and what AWS's errors mean here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from custom_resource.surroundings import Surroundings

_T = TypeVar("_T")

#: SageMaker answers a missing thing with either of two codes; ValidationException means many
#: other things too, hence the words.
_ABSENT_WORDS: Final = re.compile(r"not found|does not exist|cannot find", re.IGNORECASE)
#: What a role or policy that was made a moment ago looks like.
_PROPAGATION_WORDS: Final = re.compile(
    r"\bassum(e|ing)\b|\brole\b|permission|not authorized|access denied|accessdenied",
    re.IGNORECASE,
)
#: Errors with these words will not go away: CORS rules, values that break a constraint of the
#: API's model, accounts that may not use Ground Truth, and keys that can't be used.
_LASTING_WORDS: Final = re.compile(
    r"\bcors\b|validation errors? detected|new customer|is disabled|pending (deletion|import)", re.I
)
_THROTTLED: Final = frozenset(
    {
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


class CustomResourceError(Exception):
    """One or two sentences for the user, shown as the reason why the deployment failed."""


def code_of(error: ClientError) -> str:
    """Return AWS's error code, or an empty string."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """Return AWS's own words, or an empty string."""
    return str(error.response.get("Error", {}).get("Message", ""))


def refusal(error: ClientError) -> str:
    """Return the operation, the code and AWS's own words, which often name action and resource."""
    words = message_of(error).rstrip(". ")
    return f"{error.operation_name} was refused with {code_of(error)}: {words}"


def is_absent(error: ClientError) -> bool:
    """Say whether a thing of SageMaker does not exist."""
    if code_of(error) == "ResourceNotFound":
        return True
    return is_invalid(error) and _ABSENT_WORDS.search(message_of(error)) is not None


def is_invalid(error: ClientError) -> bool:
    """Say whether SageMaker refused a request for what is in it or for the state of a thing."""
    return code_of(error) == "ValidationException"


def is_denied(error: ClientError) -> bool:
    """Say whether a permission is missing, or not yet effective."""
    return code_of(error).startswith("AccessDenied")


def is_throttled(error: ClientError) -> bool:
    """Say whether the call was one too many, also for botocore's own retries."""
    return code_of(error) in _THROTTLED


def may_pass(error: ClientError) -> bool:
    """Say whether an error may be the delay of a new role or policy."""
    if _LASTING_WORDS.search(message_of(error)):
        return False
    if is_denied(error):
        return True
    return is_invalid(error) and _PROPAGATION_WORDS.search(message_of(error)) is not None


def patiently(
    action: Callable[[], _T],
    aws: Surroundings,
    is_passing: Callable[[ClientError], bool] | None = None,
) -> _T:
    """Run `action` again while its error may be IAM's delay, which is up to `aws.patience`.

    The action must be safe to repeat. Its last error is raised as it is. `is_passing` knows
    errors that pass in another way.
    """
    pause = 2.0
    end: float | None = None
    while True:
        try:
            return action()
        except (ClientError, CustomResourceError) as error:
            cause = error if isinstance(error, ClientError) else error.__cause__
            if not isinstance(cause, ClientError) or not (
                may_pass(cause) or (is_passing is not None and is_passing(cause))
            ):
                raise
            now = aws.clock.now()
            end = now + aws.patience if end is None else end
            if now + pause > min(end, aws.clock.deadline):
                raise
            aws.log.info(
                "%s was refused with %s, trying again", cause.operation_name, code_of(cause)
            )
        aws.clock.sleep(pause)
        pause = min(pause * 1.5, 15.0)
