"""A world whose labeling jobs' function speaks HTTP with S3 and Ground Truth."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from custom_resource.request_ids import from_aws
from labeling_job.clients import S3_CONFIG, Clients
from labeling_job.connections import Answer, Connections
from tests.lifecycle.simulation import begin_call, end_call
from tests.lifecycle.world import World
from tests.unit.http_server import HttpServer

#: Seconds until an answer that never comes is given up; others never wait so long.
_SHORT: Final = 0.1


@dataclass
class HttpWorld(World):
    """A world whose events go over the wire."""

    server: ClassVar[HttpServer]
    #: Clients take longer to make than all the rest.
    _over_http: ClassVar[dict[tuple[str, float], Any]] = {}

    def connect(self, *, step: str, seconds: float) -> Clients:
        """Stand in for the function's real clients, which differ in the address only."""
        aws = super().connect(step=step, seconds=seconds)
        return replace(
            aws,
            s3=self._http_client("s3"),
            sagemaker=self._http_client("sagemaker"),
            http=functools.partial(_get, Connections(), self._patience),
            addresses={},
        )

    @property
    def _patience(self) -> float:
        fault = self.server.plan.fault
        return _SHORT if fault is not None and fault.spoil(b"") is None else 20.0

    def _http_client(self, service: str) -> Any:
        key = service, self._patience
        if key not in self._over_http:
            # Of all that is S3_CONFIG's, only where a bucket is, is another here.
            more = Config(read_timeout=key[1], s3={"addressing_style": "path"})
            client = boto3.client(  # type: ignore[call-overload]  # any service
                service,
                config=S3_CONFIG.merge(more),
                endpoint_url=self.server.url,
                region_name="us-east-1",
                aws_access_key_id="example",
                aws_secret_access_key="example",  # noqa: S106  # nothing is signed for anybody
            )
            events = client.meta.events
            events.register_first("before-parameter-build", functools.partial(begin_call, 0))
            events.register_first("after-call", functools.partial(end_call, 0))
            self._over_http[key] = from_aws(client)
        return self._over_http[key]


def _get(
    connections: Connections,
    patience: float,
    url: str,
    headers: Mapping[str, str],
    *,
    maximum_bytes: int,
    seconds: float,
) -> Answer:
    begin_call(0)
    host = urlsplit(HttpWorld.server.url).netloc
    assert urlsplit(url).netloc == host
    answer = connections.get(
        url, headers, maximum_bytes=maximum_bytes, seconds=min(seconds, patience)
    )
    end_call(0)
    return answer
