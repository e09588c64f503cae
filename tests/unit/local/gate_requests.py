"""A gate in front of nothing, and requests that come to it, signed by botocore."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.gate.gate import Gate, Site
from local.gate.keys import AccessKey
from local.gate.request import Request

OWN: Final = "127.0.0.1:4566"
#: Always the same, since the names of tests hold it.
ROOT: Final = AccessKey(id="AKIAROOTOFTHETESTS00", secret="a-secret-of-tests")  # noqa: S106  # of tests
SESSION: Final = AccessKey(id="ASIASESSION", secret="secret", token="token", expires=2e9)  # noqa: S106  # of tests
#: One bucket has these rules.
RULES: Final = [{"AllowedOrigin": ["*"], "AllowedMethod": ["GET"]}]


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(kw_only=True)
class Behind:
    """What is behind the gate: it answers everything, to every origin."""

    hosts: tuple[str, ...] = ()
    seen: list[tuple[str, str, bytes, dict[str, str]]] = field(default_factory=list)

    def serves(self, host: str) -> bool:
        return host in self.hosts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.seen.append((scope["method"], scope["path"], body, headers))
        any_origin = (b"Access-Control-Allow-Origin", b"*")
        await send({"type": "http.response.start", "status": 200, "headers": [any_origin]})
        await send({"type": "http.response.body", "body": b"done"})


@dataclass(frozen=True, kw_only=True)
class World:
    """Local AWS without AWS."""

    aws: Behind = field(default_factory=Behind)
    mailbox: Behind = field(default_factory=Behind)
    portal: Site = field(default_factory=lambda: Behind(hosts=("portal.localhost:4566",)))
    #: As botocore, which signs by the computer's clock.
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    own: str = OWN
    keys: tuple[AccessKey, ...] = (ROOT, SESSION)

    @property
    def reached(self) -> bool:
        """Whether anything behind the gate has seen a request."""
        return bool(self.seen)

    @property
    def seen(self) -> list[tuple[str, str, bytes, dict[str, str]]]:
        """Return what has come through, to whatever."""
        portal = self.portal.seen if isinstance(self.portal, Behind) else []
        return self.aws.seen + self.mailbox.seen + portal

    def send(
        self,
        line: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        host: str = OWN,
        kind: str = "http",
    ) -> Answer:
        """Send a request such as `GET /path?query` through the gate."""
        given = {"host": host, **{name.lower(): value for name, value in (headers or {}).items()}}
        scope = {**_scope(line, given), "type": kind}
        return asyncio.run(self._send(scope, body))

    async def _send(self, scope: Any, body: bytes) -> Answer:
        messages: list[Any] = []
        parts = [body[: len(body) // 2], body[len(body) // 2 :]]

        async def receive() -> Any:
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message: Any) -> None:
            messages.append(message)

        await self._gate(scope, receive, send)
        start = messages[0]
        return Answer(
            status=start.get("status", 0),
            headers={n.decode().lower(): v.decode() for n, v in start.get("headers", ())},
            body=b"".join(each.get("body", b"") for each in messages[1:]),
        )

    @property
    def _gate(self) -> Gate:
        return Gate(
            own=self.own,
            aws=self.aws,
            sites=(self.portal,),
            mailbox=self.mailbox,
            mailbox_path="/_mailbox",
            key={key.id: key for key in self.keys}.get,
            rules=lambda bucket: RULES if bucket == "open" else None,
            has_pool=lambda pool: pool == "us-east-1_pool",
            clock=lambda: self.now,
        )


def request_of(line: str, headers: Mapping[str, str]) -> Request:
    """Return a request as the gate reads it."""
    return Request.of(_scope(line, headers))


def _scope(line: str, headers: Mapping[str, str]) -> dict[str, Any]:
    method, _, target = line.partition(" ")
    path, _, query = target.partition("?")
    return {
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


def signed(
    line: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    *,
    service: str = "s3",
    key: AccessKey = ROOT,
    host: str = OWN,
    context: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """Return the headers of a request that botocore has signed now."""
    method, _, target = line.partition(" ")
    request = AWSRequest(method, f"https://{host}{target}", dict(headers or {}), data=body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    request.context.update(context or {})
    signer(Credentials(key.id, key.secret, key.token), service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


def presigned(line: str, *, seconds: int = 60, key: AccessKey = ROOT) -> str:
    """Return the line of a request with a presigned URL of S3's."""
    method, _, target = line.partition(" ")
    request = AWSRequest(method, f"https://{OWN}{target}")
    credentials = Credentials(key.id, key.secret, key.token)
    S3SigV4QueryAuth(credentials, "s3", "us-east-1", expires=seconds).add_auth(request)
    url = urlsplit(str(request.url))
    return f"{method} {url.path}?{url.query}"
