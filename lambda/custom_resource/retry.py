"""Runs again what AWS refuses for a while only."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.errors import CustomResourceError, code_of, is_busy, is_lost, may_pass

if TYPE_CHECKING:
    from custom_resource.context import EventContext

_T = TypeVar("_T")

#: Seconds before the second attempt, and before any, at most.
_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 15.0


def retry(
    action: Callable[[], _T],
    aws: EventContext,
    is_passing: Callable[[ClientError], bool] | None = None,
) -> _T:
    """Run `action` again until the deadline while AWS is busy or lost, or a role not known yet.

    What may be the delay of a new role or policy is waited for `aws.propagation_seconds`, and so
    is what `is_passing` knows to pass in another way. Raises the last error as it is. The action
    must be safe to repeat.
    """
    pause = _FIRST_PAUSE
    end: float | None = None
    while True:
        try:
            return action()
        except (BotoCoreError, ClientError, CustomResourceError) as error:
            cause = error.__cause__ if isinstance(error, CustomResourceError) else error
            if not isinstance(cause, ClientError) and not is_lost(cause):
                raise
            now, until = aws.clock.now(), aws.clock.deadline
            if isinstance(cause, ClientError) and not is_busy(cause):
                if not may_pass(cause) and (is_passing is None or not is_passing(cause)):
                    raise
                end = now + aws.propagation_seconds if end is None else end
                until = min(end, until)
            if now + pause > until:
                raise
            aws.log.info("%s, trying again", _said(cause))
        aws.clock.sleep(spread(pause))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _said(cause: BaseException | None) -> str:
    if isinstance(cause, ClientError):
        return f"{cause.operation_name} was refused with {code_of(cause)}"
    return f"no answer ({cause})"


def spread(seconds: float) -> float:
    """Return some time up to `seconds`, so that many do not try again at the same moment."""
    return seconds * random.uniform(0.5, 1)  # noqa: S311  # no secret
