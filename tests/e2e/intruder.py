"""Somebody else of this computer, who knows the port of local AWS and nothing besides."""

from __future__ import annotations

import datetime as dt
import http.client
import importlib
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.auth import HmacV1Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

#: Access keys that MiniStack takes for the root's, or that anybody may try.
KNOWN: Final = (
    ("test", "test"),
    ("000000000000", "test"),
    ("111111111111", "test"),
    ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
)
_METHODS: Final = ("GET", "POST", "PUT", "DELETE", "OPTIONS")
#: Bodies with which services can be asked to make something.
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request: its line and headers, and what is tried by it."""

    what: str
    method: str
    target: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Intruder:
    """Sends requests to `endpoint`, whatever its certificate; has seen `key`, the root's, once.

    Of the key the id is known, as it may be from a log, and requests of 20 minutes ago.
    """

    endpoint: str
    key: Credentials

    @cached_property
    def _connection(self) -> http.client.HTTPSConnection:
        place = urlsplit(self.endpoint)
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        assert place.hostname
        return http.client.HTTPSConnection(place.hostname, place.port, context=tls, timeout=30)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def send(self, attempt: Attempt, text: str | None = None) -> tuple[int, dict[str, str], str]:
        """Return status, headers by their names in lower case, and what was answered.

        `text` is the body, else there is one where one is usual.
        """
        usual = "" if attempt.method in ("GET", "OPTIONS") else "{}"
        body = (usual if text is None else text).encode()
        try:
            answer = self._ask(attempt, body)
        except (http.client.RemoteDisconnected, ssl.SSLEOFError, ConnectionError):
            self.close()  # who is refused before all has come is asked to come anew
            answer = self._ask(attempt, body)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, headers, answer.read().decode(errors="replace")

    def _ask(self, attempt: Attempt, body: bytes) -> http.client.HTTPResponse:
        self._connection.request(attempt.method, attempt.target, body, dict(attempt.headers))
        return self._connection.getresponse()

    def on_services(self) -> Iterator[Attempt]:
        """Yield attempts on each service that MiniStack has."""
        for service in sorted(importlib.import_module("ministack.app").SERVICE_HANDLERS):
            for what, method, target, headers in self._of_service(service):
                yield Attempt(
                    what=f"{service}: {what}", method=method, target=target, headers=headers
                )

    def _of_service(self, service: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
        target = {
            "X-Amz-Target": f"{service}.ListAll",
            "Content-Type": "application/x-amz-json-1.1",
        }
        yield "unsigned", "POST", "/", target
        yield "unsigned form", "POST", "/?Action=ListRoles&Version=2010-05-08", _FORM
        yield "virtual host", "GET", "/", {"Host": f"{service}.us-east-1.amazonaws.com"}
        yield "empty key", "POST", "/", {**target, "Authorization": _authorization("", service)}
        for name, secret in (*KNOWN, (self.key.access_key, "test")):
            claimed = Credentials(name, secret)
            forged = {**target, "Authorization": _authorization(name, service)}
            yield f"forged as {name}", "POST", "/", {**forged, "X-Amz-Date": _now()}
            signed = self._signed(claimed, service, target)
            yield f"signed as {name}", "POST", "/", signed
            for where in ({"Host": f"{service}.127.0.0.1"}, {"X-Forwarded-Host": "127.0.0.1"}):
                yield f"signed as {name}, {where}", "POST", "/", {**signed, **where}
            yield f"presigned as {name}", "GET", self._presigned(claimed, service), {}
        old = _now(dt.timedelta(minutes=-20))
        yield "sent again", "POST", "/", self._signed(self.key, service, target, time=old)

    def on_paths(self) -> Iterator[Attempt]:
        """Yield attempts on each path that stands in MiniStack's code, and on our own."""
        for path in sorted({*_paths(), "/_mailbox", "/_mailbox.json", "/bucket", "/bucket/key"}):
            for method in _METHODS:
                yield Attempt(what="path", method=method, target=path, headers={})
            name, secret = KNOWN[0]
            forged = self._signed(Credentials(name, secret), "s3", {}, path=path)
            yield Attempt(what="path, signed", method="POST", target=path, headers=forged)

    def on_site(self, host: str) -> Iterator[Attempt]:
        """Yield calls of services at a host that is for people."""
        for path in ("/", "/login", "/oauth2/token", "/oauth2/authorize", "/data/secret.txt"):
            for what, method, target, headers in self._of_service("iam"):
                yield Attempt(
                    what=what,
                    method=method,
                    target=f"{path}{target[1:]}",
                    headers={**headers, "Host": host},
                )

    def on_objects(self) -> Iterator[Attempt]:
        """Yield attempts on an object, in S3's older ways to sign."""
        for name, secret in KNOWN:
            request = AWSRequest("GET", f"{self.endpoint}/data/secret.txt")
            request.context["timestamp"] = _now()
            HmacV1Auth(Credentials(name, secret)).add_auth(request)
            headers = {key: str(value) for key, value in request.headers.items()}
            yield Attempt(what="V2", method="GET", target="/data/secret.txt", headers=headers)
            query = f"AWSAccessKeyId={name}&Signature=a&Expires=9999999999"
            target = f"/data/secret.txt?{query}"
            yield Attempt(what="V2 in the query", method="GET", target=target, headers={})
        yield Attempt(what="unsigned", method="GET", target="/data/secret.txt", headers={})
        yield Attempt(what="unsigned", method="PUT", target="/data/new.txt", headers={})
        yield Attempt(what="unsigned", method="GET", target="/data", headers={})

    def _signed(
        self,
        key: Credentials,
        service: str,
        headers: Mapping[str, str],
        *,
        path: str = "/",
        time: str | None = None,
    ) -> dict[str, str]:
        request = AWSRequest("POST", f"{self.endpoint}{path}", dict(headers), data=b"{}")
        signer = SigV4Auth(key, service, "us-east-1")
        if time is None:
            signer.add_auth(request)
        else:
            request.context["timestamp"] = request.headers["X-Amz-Date"] = time
            signature = signer.signature(
                signer.string_to_sign(request, signer.canonical_request(request)), request
            )
            names = signer.signed_headers(signer.headers_to_sign(request))
            request.headers["Authorization"] = (
                f"AWS4-HMAC-SHA256 Credential={signer.scope(request)},"
                f" SignedHeaders={names}, Signature={signature}"
            )
        return {name: str(value) for name, value in request.headers.items()}

    def _presigned(self, key: Credentials, service: str) -> str:
        signer: Any = S3SigV4QueryAuth if service == "s3" else SigV4QueryAuth
        url = f"{self.endpoint}/?Action=ListRoles&Version=2010-05-08"
        request = AWSRequest("GET", url)
        signer(key, service, "us-east-1", expires=600).add_auth(request)
        return f"/?{urlsplit(str(request.url)).query}"


def _now(later: dt.timedelta = dt.timedelta()) -> str:
    return f"{dt.datetime.now(dt.UTC) + later:%Y%m%dT%H%M%SZ}"


def _authorization(key: str, service: str) -> str:
    scope = f"{key}/{_now()[:8]}/us-east-1/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}"


def _paths() -> set[str]:
    """Return what looks like a path in the code that chooses who answers."""
    app = importlib.import_module("ministack.app").__file__
    router = importlib.import_module("ministack.core.router").__file__
    code = "".join(Path(str(file)).read_text() for file in (app, router))
    found = re.findall(r"[\"'](/[\w.@-][\w./@-]*)[\"']", code)
    return {f"{path}x" if path.endswith("/") else path for path in found}
