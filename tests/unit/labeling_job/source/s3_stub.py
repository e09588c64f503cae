"""A stub of S3 on this computer, which plays all hosts of S3 and is asked over real HTTP.

It answers only what is signed for the host that is asked, by botocore's own reckoning.
"""

from __future__ import annotations

import dataclasses
import functools
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from typing import Final
from urllib.parse import unquote, urlsplit

import boto3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from labeling_job.clients import S3_CONFIG, Clients
from labeling_job.connections import Answer, Connections
from tests.unit.labeling_job.labeling_job_aws import CREDENTIALS, OF_S3, FakeAws


@dataclass(frozen=True)
class Reply:
    """What S3 says."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class S3Stub(ThreadingHTTPServer):
    """S3 in one Region, with one object, whose hosts may be told to answer otherwise."""

    daemon_threads = True

    def __init__(self, region: str, bucket: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.region: Final = region
        self.bucket: Final = bucket
        self.objects: dict[str, bytes] = {"Input/1.txt": b"42"}
        #: Host to what it answers every request with.
        self.replies: dict[str, Reply] = {}
        #: The hosts that were asked, one after the other.
        self.asked: list[str] = []

    @property
    def own_host(self) -> str:
        """Return the bucket's own host in the Region."""
        return f"{self.bucket}.s3.{self.region}.amazonaws.com"

    def as_clients(self) -> Clients:
        """Return clients for which every host is this one; boto3's own client reaches nothing."""
        connections = Connections()

        def http(
            url: str, headers: Mapping[str, str], *, maximum_bytes: int, seconds: float
        ) -> Answer:
            parts = urlsplit(url)
            assert parts.scheme == "https"
            here = f"http://127.0.0.1:{self.server_port}"
            return connections.get(
                url.replace(f"https://{parts.netloc}", here, 1),
                headers,
                maximum_bytes=maximum_bytes,
                seconds=seconds,
            )

        return dataclasses.replace(_clients(self.region), http=http, addresses={})

    def reply(self, host: str, path: str, headers: Mapping[str, str]) -> Reply:
        """Return what a host answers."""
        self.asked.append(host)
        if not _is_signed(host, path, headers, self.region):
            return Reply(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        if host in self.replies:
            return self.replies[host]
        key = unquote(urlsplit(path).path[1:])
        if not host.startswith(f"{self.bucket}."):
            key = key.removeprefix(f"{self.bucket}/")
        if key not in self.objects:
            return Reply(404, b"<Error><Code>NoSuchKey</Code></Error>")
        return Reply(200, self.objects[key])


@functools.cache
def _clients(region: str) -> Clients:
    s3 = boto3.client(
        "s3",
        region_name=region,
        aws_access_key_id=CREDENTIALS.access_key,
        aws_secret_access_key=CREDENTIALS.secret_key,
        config=S3_CONFIG,
    )
    return dataclasses.replace(FakeAws().as_clients(), s3=s3)


def _is_signed(host: str, path: str, headers: Mapping[str, str], region: str) -> bool:
    sent = {name.lower(): value for name, value in headers.items()}
    scope, _, signature = sent["authorization"].rpartition("Signature=")
    listed = scope.partition("SignedHeaders=")[2].rstrip(", ").split(";")
    request = AWSRequest(
        "GET", f"https://{host}{path}", headers={name: sent[name] for name in listed}
    )
    request.context["timestamp"] = sent["x-amz-date"]
    auth = S3SigV4Auth(Credentials("example", "example"), "s3", region)
    text = auth.string_to_sign(request, auth.canonical_request(request))
    return f"/{region}/s3/aws4_request" in scope and auth.signature(text, request) == signature


class _Handler(BaseHTTPRequestHandler):
    server: S3Stub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        reply = self.server.reply(self.headers["Host"], self.path, dict(self.headers.items()))
        self.send_response(reply.status)
        for name, value in {**OF_S3, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def s3_stub(region: str = "eu-central-1", bucket: str = "in-put") -> Iterator[S3Stub]:
    """Run the stub."""
    with S3Stub(region, bucket) as stub, serving(stub):
        yield stub


@contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    """Let a server serve beside what is inside."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
