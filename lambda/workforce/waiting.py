"""Asks Cognito again while it has too much to do, or does not yet know what was just made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.errors import code_of, is_busy, is_lost

if TYPE_CHECKING:
    from workforce.clients import Clients

_T = TypeVar("_T")

#: Somebody else changes the same thing at the same time.
_CONFLICTS: Final = frozenset({"ConcurrentModificationException", "ConflictException"})
#: A user, a group, or their pool.
GONE: Final = frozenset({"ResourceNotFoundException", "UserNotFoundException"})
#: Seconds in which Cognito, whose lists and names are eventually consistent, comes to know what was
#: made (https://github.com/aws/aws-sdk-js-v3/issues/3825).
_WHILE: Final = 60.0


def is_passing(error: BotoCoreError | ClientError) -> bool:
    """Say whether the same call will do later, or may have done it already."""
    if not isinstance(error, ClientError):
        return is_lost(error)
    return is_busy(error) or code_of(error) in _CONFLICTS


def ask(
    call: Callable[[], _T], aws: Clients, *, is_new: bool = False, seconds: float | None = None
) -> _T:
    """Return what a call answers, made again while it is only too early.

    That is until the deadline, or for some `seconds`. So is a call without an answer, so that it
    must be one that may be made twice. `is_new` says that what it names may have been made a moment
    ago: that it is not there is believed only after a minute. Raises the last error.
    """
    pause = 1.0
    last = aws.clock.deadline if seconds is None else aws.clock.now() + seconds
    until: float | None = None
    while True:
        try:
            return call()
        except (BotoCoreError, ClientError) as error:
            now = aws.clock.now()
            if is_passing(error):
                end = min(last, aws.clock.deadline)
            elif is_new and isinstance(error, ClientError) and code_of(error) in GONE:
                until = until or now + _WHILE
                end = min(until, aws.clock.deadline)
            else:
                raise
            if now + pause > end:
                raise
            aws.log.info("trying again after %s", said(error))
        aws.clock.sleep(pause)
        pause = min(pause * 1.5, 10.0)


def said(error: BotoCoreError | ClientError) -> str:
    """Return what a log may say of an error: no address stands in it."""
    if isinstance(error, ClientError):
        return f"{error.operation_name} was refused with {code_of(error)}"
    return type(error).__name__
