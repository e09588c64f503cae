"""Deployed functions that are asked again, as CloudFormation asks them, without a deployment."""

from __future__ import annotations

import itertools
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self


class RefusedError(Exception):
    """What was asked for did not come about; the message is AWS's or the function's own."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Where functions put their answers to CloudFormation's events."""

    address: str
    _by_path: dict[str, dict[str, Any]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def place(self) -> str:
        """Return an address for one answer."""
        return f"{self.address}/{next(self._numbers)}"

    def take(self, place: str) -> dict[str, Any]:
        """Return the answer that has come there."""
        return self._by_path.pop(place)

    @classmethod
    @contextmanager
    def listen(cls, certificate: Path, key: Path) -> Iterator[Self]:
        """Take answers on a port of this computer's own, as the owner of a certificate."""
        by_path: dict[str, dict[str, Any]] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                by_path[f"{address}{self.path}"] = json.loads(body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            address = f"https://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield cls(address=address, _by_path=by_path)
            finally:
                server.shutdown()
                thread.join()


@dataclass(frozen=True, kw_only=True)
class CustomResource:
    """One custom resource of a stack; `event` is what its template says, as `app_of_events`."""

    stack_id: str
    event: Mapping[str, Any]
    answers: Answers
    client: Callable[[str], Any]

    @property
    def kind(self) -> str:
        """The type, such as `Workers`."""
        return str(self.event["ResourceType"]).removeprefix("Custom::")

    @property
    def physical_id(self) -> str:
        """The id that CloudFormation knows."""
        return str(self.event["PhysicalResourceId"])

    def properties(self, **changes: Any) -> dict[str, Any]:
        """Return its properties with changes; None takes one away."""
        found = {**self.event["ResourceProperties"], **changes}
        return {name: value for name, value in found.items() if value is not None}

    def ask(
        self,
        kind: str,
        properties: Mapping[str, Any] | None = None,
        *,
        before: Mapping[str, Any] | None = None,
        physical_id: str | None = None,
    ) -> dict[str, Any]:
        """Let the function work on an event; RefusedError with its reason if it fails."""
        place = self.answers.place()
        wanted = self.properties() if properties is None else dict(properties)
        event = {
            **self.event,
            "RequestType": kind,
            "StackId": self.stack_id,
            "RequestId": place.rsplit("/", 1)[1],
            "ResponseURL": place,
            "PhysicalResourceId": physical_id or self.physical_id,
            "ResourceProperties": _as_sent(wanted),
        }
        if kind == "Create":
            del event["PhysicalResourceId"]
        if kind == "Update":
            event["OldResourceProperties"] = _as_sent(wanted if before is None else before)
        function = self.event["ResourceProperties"]["ServiceToken"]
        payload = json.dumps(event).encode()
        self.client("lambda").invoke(FunctionName=function, Payload=payload)["Payload"].read()
        answer = self.answers.take(place)
        if answer["Status"] != "SUCCESS":
            raise RefusedError(answer["Reason"])
        return answer


def _as_sent(value: Any) -> Any:
    """Make texts of scalars, as CloudFormation does."""
    if isinstance(value, Mapping):
        return {name: _as_sent(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_sent(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
