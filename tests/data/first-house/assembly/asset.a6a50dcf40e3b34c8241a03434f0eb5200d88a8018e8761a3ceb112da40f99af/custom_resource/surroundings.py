"""What every event needs of its surroundings: time, the log, and how AWS is called."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.config import Config

#: A call ends after at most four times 25 seconds and some seconds between, which the margin of
#: the deadline covers.
CONFIG: Final = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 4},
    user_agent_extra="ground-truth-cdk",
)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Time, in seconds of any monotonic scale."""

    now: Callable[[], float]
    sleep: Callable[[float], None]
    #: When no more work may be begun, because an answer is due.
    deadline: float


class StepLog(logging.LoggerAdapter[logging.Logger]):
    """Puts what CloudFormation asked for, and for which resource, before every line."""

    def process(
        self, msg: object, kwargs: MutableMapping[str, Any]
    ) -> tuple[str, MutableMapping[str, Any]]:
        """Return the line with its beginning."""
        return f"{(self.extra or {}).get('step')}: {msg}", kwargs


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What an event needs beside its clients."""

    clock: Clock
    log: StepLog
    #: Seconds in which a refusal may still be the delay of a new role or policy.
    patience: float = 180.0


def step_log(step: str) -> StepLog:
    """Return the log of one event, such as `Create EvenOddJob`."""
    return StepLog(logging.getLogger("custom_resource"), {"step": step})


def real_clock(seconds: float) -> Clock:
    """Return a clock whose deadline is `seconds` from now."""
    return Clock(now=time.monotonic, sleep=time.sleep, deadline=time.monotonic() + seconds)


def real_patience() -> float:
    """Return the patience that the function is configured with."""
    return float(os.environ.get("PROPAGATION_SECONDS", "180"))
