"""AWS behind a real HTTP server, which answers as wrongly as a test wants it to."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import socketserver
import struct
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

from tests.unit.fake_services import RefusedError
from tests.unit.labeling_job.s3_over_http import STATUSES, s3_answer, s3_request

#: How a connection goes on after an answer: it is kept, closed in order, or torn.
End = Literal["keep", "close", "reset"]
#: Does an operation and returns its answer; may raise RefusedError.
Serve = Callable[[str, dict[str, Any]], dict[str, Any]]
#: What a service speaks: JSON, Query's XML, or S3's own.
Language = Literal["json", "query", "s3"]

_SES: Final = re.compile(r"/v2/email/(identities/(?P<identity>.+)|account)")
#: An entry of a map in the Query protocol, and the name of the map that SNS answers with.
_ENTRY: Final = re.compile(r"(?P<entry>(?P<map>\w+)\.entry\.\d+)\.(?P<part>key|value)")
_MAP: Final = "Attributes"
_LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_LIMIT: Final = 1 << 20
_ID: Final = "4442587F-B7D0-4A1B-9C1D-3F5E6A7B8C9D"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What becomes of a request instead of an answer."""

    name: str
    #: Whether the work is done all the same.
    is_done: bool
    #: Makes what is sent of the right answer, None where nothing is ever sent.
    spoil: Callable[[bytes], bytes | None]
    #: What AWS refuses it with, in the language of the service; after an HTTP status.
    refusal: tuple[str, str] | None = None
    end: End = "close"
    #: Seconds of the simulated clock that it takes.
    seconds: float = 0.0
    #: Whether it is sent byte by byte.
    drips: bool = False


@dataclass
class Plan:
    """The fault of a run: at which request, counted from 0, and for how many from there."""

    fault: Fault | None = None
    first: int = 0
    #: None where it lasts.
    times: int | None = 1
    #: Operations of all requests, those that were spoiled included; mails are told from accounts.
    requests: list[str] = field(default_factory=list)

    def next(self, operation: str) -> Fault | None:
        """Count a request; return what becomes of it, None where it is answered."""
        number = len(self.requests)
        self.requests.append(operation)
        last = float("inf") if self.times is None else self.first + self.times
        return self.fault if self.first <= number < last else None

    def forgive(self) -> None:
        """Let everything be answered from now on."""
        self.fault = None


class HttpServer(socketserver.ThreadingTCPServer):
    """Listens on a port of its own; `serve` and `plan` may be exchanged from test to test."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.plan = Plan()
        self.serve: Serve | None = None
        #: Lets the simulated clock go on.
        self.wait: Callable[[float], None] = lambda _: None
        #: What has gone wrong here, and not as a test wants it to.
        self.errors: list[Exception] = []
        #: Ends those who wait for an answer that never comes.
        self.is_over = threading.Event()

    @property
    def url(self) -> str:
        """The address that clients take for AWS."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Connection(socketserver.BaseRequestHandler):
    server: HttpServer
    request: socket.socket

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            rest = b""
            while True:
                head, body, rest = self._read(rest)
                try:
                    if not head or not self._answer(head, body):
                        return
                except OSError:
                    raise
                except Exception as error:
                    self.server.errors.append(error)
                    raise

    def _read(self, received: bytes) -> tuple[bytes, bytes, bytes]:
        while b"\r\n\r\n" not in received:
            more = self.request.recv(_LIMIT)
            if not more:
                return b"", b"", b""
            received += more
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(found[1]) if (found := _LENGTH.search(head)) else 0
        if b"\r\nexpect: 100-continue" in head.lower() and not body:
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(body) < length:
            more = self.request.recv(_LIMIT)
            if not more:
                return b"", b"", b""
            body += more
        return head, body[:length], body[length:]

    def _answer(self, head: bytes, body: bytes) -> bool:
        """Answer a request; say whether there may be another one."""
        operation, parameters, language = _parsed(head, body)
        what = f"{operation} {parameters.get('MessageAction', '')}".strip()
        fault, serve = self.server.plan.next(what), self.server.serve
        assert serve is not None
        good = b""
        if fault is None or fault.is_done:
            good = _answered(serve, operation, parameters, language)
        if fault is None:
            self.request.sendall(good)
            return True
        self.server.wait(fault.seconds)
        if fault.refusal:
            status, code = fault.refusal
            good = _refused(RefusedError(code, "Said by a test"), status, language)
        said = fault.spoil(good)
        if said is None:
            self.server.is_over.wait(5.0)
            return False
        if fault.drips:
            for byte in said:
                self.request.sendall(bytes([byte]))
                time.sleep(0)
        else:
            self.request.sendall(said)
        if fault.end == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.request.close()
        return fault.end == "keep"


@contextmanager
def http_server() -> Iterator[HttpServer]:
    """Run the server."""
    with HttpServer() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield running
        finally:
            running.is_over.set()
            running.shutdown()
            thread.join()


def response(status: str, content: bytes, *headers: str) -> bytes:
    """Return an answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(content)}"]
    return "\r\n".join((*lines, "", "")).encode() + content


def _parsed(head: bytes, body: bytes) -> tuple[str, dict[str, Any], Language]:
    """Return operation and parameters, and what its service speaks."""
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if target := headers.get("x-amz-target"):
        return target.partition(".")[2], json.loads(body), "json"
    if found := _SES.fullmatch(lines[0].split()[1]):
        if identity := found["identity"]:
            return "GetEmailIdentity", {"EmailIdentity": unquote(identity)}, "json"
        return "GetAccount", {}, "json"
    if "/s3/aws4_request" in headers.get("authorization", ""):
        method, path, _ = lines[0].split()
        return *s3_request(method, path, headers, body), "s3"
    parameters = dict(parse_qsl(body.decode()))
    return parameters.pop("Action"), _with_maps(parameters), "query"


def _with_maps(parameters: dict[str, str]) -> dict[str, Any]:
    """Return parameters with their maps, of which the Query protocol sends key and value apart."""
    whole: dict[str, Any] = {}
    for name, value in parameters.items():
        found = _ENTRY.fullmatch(name)
        if found is None:
            whole[name] = value
        elif found["part"] == "key":
            whole.setdefault(found["map"], {})[value] = parameters[f"{found['entry']}.value"]
    return whole


def _answered(
    serve: Serve, operation: str, parameters: dict[str, Any], language: Language
) -> bytes:
    try:
        answer = serve(operation, parameters)
    except RefusedError as refusal:
        status = f"{STATUSES.get(refusal.code, 400)} Refused" if language == "s3" else "400 Refused"
        return _refused(refusal, status, language)
    if language == "s3":
        content, headers = s3_answer(operation, answer)
        return response("200 OK", content, f"x-amz-request-id: {_ID}", *headers)
    if language == "query":
        inner = f"<{operation}Result>{_xml(answer)}</{operation}Result>"
        return response("200 OK", f"<{operation}Response>{inner}</{operation}Response>".encode())
    content = json.dumps(answer, default=_plain).encode()
    return response("200 OK", content, f"x-amzn-requestid: {_ID}")


def _refused(refusal: RefusedError, status: str, language: Language) -> bytes:
    if language == "s3":
        inner = _xml({"Code": refusal.code, "Message": refusal.message})
        document = f"<Error>{inner}</Error>"
        return response(status, document.encode(), f"x-amz-request-id: {_ID}")
    if language == "query":
        inner = _xml({"Code": refusal.code, "Message": refusal.message})
        document = f"<ErrorResponse><Error>{inner}</Error></ErrorResponse>"
        return response(status, document.encode())
    content = json.dumps({"__type": refusal.code, "message": refusal.message}).encode()
    headers = f"x-amzn-errortype: {refusal.code}", f"x-amzn-requestid: {_ID}"
    return response(status, content, *headers)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.timestamp()
    assert isinstance(value, bytes)
    return b64encode(value).decode()


def _member(name: str, value: Any) -> str:
    if name != _MAP:
        return _xml(value)
    pairs = (f"<key>{_xml(key)}</key><value>{_xml(each)}</value>" for key, each in value.items())
    return "".join(f"<entry>{pair}</entry>" for pair in pairs)


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_member(name, each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(each)}</member>" for each in value)
    return escape(value.isoformat() if isinstance(value, datetime) else str(value))
