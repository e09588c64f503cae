"""A server that takes a function's answers and refuses its calls, over real HTTP."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class RefusingServer(ThreadingHTTPServer):
    """CloudFormation's address, an empty S3, and other services that refuse all with one error.

    Where `has_lists` is true, they list nothing instead.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[dict[str, Any]] = []
        self.has_lists = False
        self.refusal = {"__type": "AccessDeniedException", "Message": "not authorized"}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: RefusingServer

    def do_PUT(self) -> None:
        content = self._content()
        if "secret-signature" in self.path:
            self.server.answers.append(json.loads(content))
        self._send(200, b"")

    def do_GET(self) -> None:
        self._send(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_POST(self) -> None:
        self._content()
        is_list = ".List" in self.headers.get("X-Amz-Target", "")
        if is_list and self.server.has_lists:
            self._send(200, json.dumps({"LabelingJobSummaryList": []}).encode())
            return
        self._send(400, json.dumps(self.server.refusal).encode())

    def _content(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        # As AWS's services do, each in its own way; without one an answer is none.
        for name in ("x-amz-request-id", "x-amzn-requestid"):
            self.send_header(name, "4442587F-B7D0-4A1B-9C1D-3F5E6A7B8C9D")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
        pass


@contextmanager
def refusing_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RefusingServer]:
    """Run the server, and let boto3 take it for AWS."""
    with RefusingServer() as running:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "example",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": running.url,
            "no_proxy": "127.0.0.1",
        }.items():
            monkeypatch.setenv(name, value)
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()
