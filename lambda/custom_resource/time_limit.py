"""Ends what waits too long: an answer that comes byte by byte has no end of its own.

botocore's time limits are for each piece of an answer, not for the whole of it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from custom_resource.errors import CustomResourceError


class _TimeIsUp(BaseException):  # nobody may take it for an error of AWS
    """Passes through everything that handles errors."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise CustomResourceError in whatever goes on when `seconds` are over.

    Only the main thread can be interrupted, in which Lambda runs functions; elsewhere there is no
    limit.
    """
    if threading.current_thread() is not threading.main_thread() or seconds <= 0:
        yield
        return

    def ring(*_: object) -> None:
        raise _TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _TimeIsUp:
        raise CustomResourceError(
            "deploy again, what is done is done: AWS has answered so slowly that the function's"
            " time was over"
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
