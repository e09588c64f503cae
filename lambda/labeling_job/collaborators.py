"""What the core works with: AWS clients, time and the log, all given by the caller."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient

#: Objects that are read at the same time, and so the connections that S3's client keeps.
READERS: Final = 32

#: A call ends after at most four times 25 seconds and some seconds between, which the margin of
#: the deadline covers.
_CONFIG: Final = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=READERS,
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
class Collaborators:
    """Everything outside of this package that an event needs."""

    s3: S3Client
    sagemaker: SageMakerClient
    clock: Clock
    log: StepLog
    #: Seconds in which a refusal may still be the delay of a new role or policy.
    patience: float = 180.0


def step_log(step: str) -> StepLog:
    """Return the log of one event, such as `Create EvenOddJob`."""
    return StepLog(logging.getLogger("labeling_job"), {"step": step})


def connect(*, step: str, seconds: float) -> Collaborators:
    """Return real clients and a clock whose deadline is `seconds` from now."""
    return Collaborators(
        s3=boto3.client("s3", config=_CONFIG),
        sagemaker=boto3.client("sagemaker", config=_CONFIG),
        clock=Clock(now=time.monotonic, sleep=time.sleep, deadline=time.monotonic() + seconds),
        log=step_log(step),
        patience=float(os.environ.get("PROPAGATION_SECONDS", "180")),
    )
