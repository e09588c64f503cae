"""GETs over connections that are kept, each of which ends in time however slowly bytes come."""

from __future__ import annotations

import io
import os
import socket
import ssl
import time
import weakref
from collections import defaultdict
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any, Final, NamedTuple, Protocol, cast
from urllib.parse import urlsplit

from botocore.httpsession import get_cert_path

#: What is raised where no whole answer comes.
NO_ANSWER: Final = (OSError, HTTPException)
#: What S3 gives each answer
#: (https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html), and what
#: stands between does not.
REQUEST_ID: Final = "x-amz-request-id"
_PORTS: Final = {"http": 80, "https": 443}
_OK: Final = 200
#: Bytes that are read of anything but a success, which says in a few hundred what is wrong.
_REFUSAL: Final = 1_000_000
#: Seconds that connecting may take, and the wait for the next bytes.
_CONNECTING: Final = 5.0
_WAITING: Final = 20.0


class Answer(NamedTuple):
    """What comes for a GET."""

    status: int
    #: By their names in lower case; of those of a success only REQUEST_ID is of use.
    headers: Mapping[str, str]
    #: Empty, or cut off, where there is more than was asked for.
    body: bytes
    #: Bytes that there are; where they are not told, those of `body`.
    size: int


class Get(Protocol):
    """Answers a GET of an address, whatever the answer's status.

    Of a success reads at most one byte more than `maximum_bytes`, and ends after `seconds` at the
    latest. Raises one of NO_ANSWER.
    """

    def __call__(
        self, url: str, headers: Mapping[str, str], *, maximum_bytes: int, seconds: float
    ) -> Answer: ...


class Connections:
    """Keeps connections by scheme and host; any number of threads may use it at once."""

    def __init__(self) -> None:
        self._idle: defaultdict[str, list[socket.socket]] = defaultdict(list)
        self._trusted = ssl.create_default_context(
            cafile=os.environ.get("AWS_CA_BUNDLE") or get_cert_path(verify=True)
        )
        weakref.finalize(self, _close, self._idle)

    def get(
        self, url: str, headers: Mapping[str, str], *, maximum_bytes: int, seconds: float
    ) -> Answer:
        """Answer a GET as `Get` says. A `host` among the headers is what the other side is told."""
        until = time.monotonic() + seconds
        scheme, _, rest = url.partition("://")
        host, _, target = rest.partition("/")
        lines = "".join(
            f"{name}: {value}\r\n" for name, value in ({"host": host} | {**headers}).items()
        )
        # Not encoded anew, and `/../` is no way up: all of it is what was signed.
        request = f"GET /{target} HTTP/1.1\r\naccept-encoding: identity\r\n{lines}\r\n".encode()
        idle = self._idle[f"{scheme}://{host}"]
        while True:
            is_new = False
            try:
                connection = idle.pop()
            except IndexError:
                connection, is_new = self._connect(f"{scheme}://{host}", until), True
            is_kept = False
            try:
                answer, is_kept = _exchange(connection, request, maximum_bytes, until)
            except ConnectionError:
                # S3 closes what has been idle for some seconds, and has answered nothing then.
                if is_new:
                    raise
                continue
            finally:
                if is_kept:
                    idle.append(connection)
                else:
                    connection.close()
            return answer

    def _connect(self, origin: str, until: float) -> socket.socket:
        parts = urlsplit(origin)
        host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
        # The limit is for each address of the host, of which there may be eight.
        left = max(min(_CONNECTING, until - time.monotonic()), 0.01)
        connection = socket.create_connection((host, port), timeout=left)
        if parts.scheme == "http":
            return connection
        try:
            return self._trusted.wrap_socket(connection, server_hostname=host)
        except BaseException:
            connection.close()
            raise


def _exchange(
    connection: socket.socket, request: bytes, maximum_bytes: int, until: float
) -> tuple[Answer, bool]:
    """Return the answer, and whether the connection can be used again."""
    connection.settimeout(_WAITING)
    connection.sendall(request)
    # All that it needs of a socket is a file to read from.
    response = HTTPResponse(cast("socket.socket", _Reading(connection, until)), method="GET")
    with response:
        response.begin()
        size = response.length
        most = maximum_bytes if response.status == _OK else _REFUSAL
        if size is None and response.status == _OK and not response.chunked:
            # It ends with the connection, whatever ends that.
            raise IncompleteRead(b"")
        if size is None:
            body = response.read(most + 1)
        elif size <= most:
            # Raises if there are fewer bytes, as the other way of reading does not.
            body = response.read()
        else:
            body = b""
        is_read = response.isclosed()
    answer = Answer(response.status, _headers(response), body, len(body) if size is None else size)
    return answer, is_read and not response.will_close


def _headers(response: HTTPResponse) -> dict[str, str]:
    if response.status != _OK:
        return {name.lower(): value for name, value in response.headers.items()}
    request_id = response.headers.get(REQUEST_ID)
    return {} if request_id is None else {REQUEST_ID: request_id}


class _Reading(io.RawIOBase):
    """What comes over a connection, up to a time. A limit for each wait ends no slow drip."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection = connection
        self._until = until

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(min(left, _WAITING))
        return self._connection.recv_into(buffer)


def _close(idle: Mapping[str, list[socket.socket]]) -> None:
    for connections in idle.values():
        for connection in connections:
            connection.close()
