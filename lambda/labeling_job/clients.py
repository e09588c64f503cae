"""What the core works with: AWS clients, time and the log, all given by the caller."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import NoCredentialsError

from custom_resource.context import CONFIG, EventContext, propagation_seconds, real_clock, step_log
from custom_resource.request_ids import from_aws
from labeling_job.connections import Connections, Get

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient

    from labeling_job.source.addresses import Address

#: Objects that are read at the same time, each over a connection of its own.
READERS: Final = 64

#: Each Region has hosts of its own. By itself botocore makes addresses at one for all of them,
#: which sends on what comes for a new bucket of another Region
#: (https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html), and signs them in a way
#: that names no Region.
S3_CONFIG: Final = CONFIG.merge(
    Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    )
)
#: Where local AWS is, if it is: a bucket has no host of its own there.
_ENDPOINTS: Final = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")
_LOCAL_S3_CONFIG: Final = S3_CONFIG.merge(Config(s3={"addressing_style": "path"}))


@dataclass(frozen=True, kw_only=True)
class Clients(EventContext):
    """Everything outside of this package that an event needs."""

    s3: S3Client
    sagemaker: SageMakerClient
    #: What requests are signed with that no client sends; they may be others a moment later.
    credentials: Callable[[], ReadOnlyCredentials]
    http: Get
    #: Bucket to where S3 has answered for it last.
    addresses: dict[str, Address] = field(default_factory=dict)
    #: Seconds over which the jobs of a file begin.
    spread_seconds: float = 0.0
    #: Seconds for which a job must be neither described nor listed before it is left to itself,
    #: since the list may show a new job late.
    absent_seconds: float = 30.0


def connect(*, step: str, seconds: float) -> Clients:
    """Return real clients and a clock whose deadline is `seconds` from now."""
    session = boto3.Session()
    is_local = any(name in os.environ for name in _ENDPOINTS)
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    return Clients(
        s3=from_aws(session.client("s3", config=_LOCAL_S3_CONFIG if is_local else S3_CONFIG)),
        sagemaker=from_aws(session.client("sagemaker", config=CONFIG)),
        credentials=credentials.get_frozen_credentials,
        http=Connections().get,
        clock=real_clock(seconds),
        log=step_log(step),
        propagation_seconds=propagation_seconds(),
        spread_seconds=float(os.environ.get("SPREAD_SECONDS", "8")),
        absent_seconds=float(os.environ.get("ABSENT_SECONDS", "30")),
    )
