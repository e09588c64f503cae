"""What the core works with: AWS clients, time and the log, all given by the caller."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
import urllib3
from botocore.config import Config
from botocore.httpsession import get_cert_path

from custom_resource.context import CONFIG, EventContext, propagation_seconds, real_clock, step_log

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient

#: Objects that are read at the same time, and so the connections to S3 that are kept.
READERS: Final = 32

_CONFIG: Final = CONFIG.merge(Config(max_pool_connections=READERS))
#: By itself botocore signs addresses in a way that S3 refuses for objects encrypted with a KMS key
#: (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html).
S3_CONFIG: Final = _CONFIG.merge(Config(signature_version="s3v4"))


@dataclass(frozen=True, kw_only=True)
class Clients(EventContext):
    """Everything outside of this package that an event needs."""

    s3: S3Client
    sagemaker: SageMakerClient
    #: Answers a GET, given its address and headers, whatever its status; the body is not yet read.
    http: Callable[[str, Mapping[str, str]], urllib3.BaseHTTPResponse]
    #: Seconds over which the jobs of a file begin.
    spread_seconds: float = 0.0


def connect(*, step: str, seconds: float) -> Clients:
    """Return real clients and a clock whose deadline is `seconds` from now."""
    return Clients(
        s3=boto3.client("s3", config=S3_CONFIG),
        sagemaker=boto3.client("sagemaker", config=_CONFIG),
        http=http(),
        clock=real_clock(seconds),
        log=step_log(step),
        propagation_seconds=propagation_seconds(),
        spread_seconds=float(os.environ.get("SPREAD_SECONDS", "8")),
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
