"""What the core works with: AWS clients, time and the log, all given by the caller."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
import urllib3
from botocore.config import Config
from botocore.httpsession import get_cert_path

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient

#: Objects that are read at the same time, and so the connections to S3 that are kept.
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
#: By itself botocore signs addresses in a way that S3 refuses for objects encrypted with a KMS key
#: (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html).
S3_CONFIG: Final = _CONFIG.merge(Config(signature_version="s3v4"))


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
    #: Answers a GET, given its address and headers, whatever its status; the body is not yet read.
    http: Callable[[str, Mapping[str, str]], urllib3.BaseHTTPResponse]
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
        s3=boto3.client("s3", config=S3_CONFIG),
        sagemaker=boto3.client("sagemaker", config=_CONFIG),
        http=http(),
        clock=Clock(now=time.monotonic, sleep=time.sleep, deadline=time.monotonic() + seconds),
        log=step_log(step),
        patience=float(os.environ.get("PROPAGATION_SECONDS", "180")),
    )


def http() -> Callable[[str, Mapping[str, str]], urllib3.BaseHTTPResponse]:
    """Return what sends a GET over connections that are kept, once; errors are urllib3's.

    They and urllib3's log name the address, which is a credential where it is signed.
    """
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
    pool = urllib3.PoolManager(
        maxsize=READERS,
        block=True,
        retries=False,
        timeout=urllib3.Timeout(connect=5, read=20),
        ca_certs=os.environ.get("AWS_CA_BUNDLE") or get_cert_path(verify=True),
    )

    def get(url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        scheme, _, rest = url.partition("://")
        host, slash, target = rest.partition("/")
        # Not the pool's own `request`, which takes `/../` in a key for a way up.
        connections = pool.connection_from_url(f"{scheme}://{host}")
        return connections.urlopen(
            "GET",
            slash + target,
            headers=dict(headers),
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )

    return get
