"""Does the same for many people, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

#: Cognito takes 25 changes of users a second in all
#: (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html), which four who wait a
#: tenth of a second for most answers just don't exceed for long.
AT_A_TIME: Final = 4


class Together(Protocol):
    """Works on each of many, and returns what came of them in their order."""

    def __call__(self, work: Callable[[_T], _R], many: Iterable[_T]) -> list[_R]:
        """Raise the first error; what has not begun by then is left."""


def by_threads(work: Callable[[_T], _R], many: Iterable[_T]) -> list[_R]:
    """Work on some at a time; nothing goes on when this ends, unless time is up altogether."""
    pool = ThreadPoolExecutor(AT_A_TIME)
    try:
        done = [each.result() for each in [pool.submit(work, each) for each in many]]
    except BaseException as error:
        # When all time is up, whoever still waits for an answer is not waited for.
        pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
        raise
    pool.shutdown()
    return done


def one_by_one(work: Callable[[_T], _R], many: Iterable[_T]) -> list[_R]:
    """Work on one after the other."""
    return [work(each) for each in many]
