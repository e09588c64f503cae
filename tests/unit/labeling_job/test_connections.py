"""GETs over real sockets: kept connections, whole bodies, and an end however slowly bytes come."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.client import BadStatusLine, IncompleteRead
from pathlib import Path

import pytest
import trustme

from labeling_job.connections import Answer, Connections

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n42"


class _Server:
    """Takes connections, and gives each request of one to a function of its number."""

    def __init__(self, speak: Callable[[socket.socket, int], None], tls: trustme.CA | None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._speak = speak
        self._context: ssl.SSLContext | None = None
        if tls is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.issue_cert("127.0.0.1").configure_cert(self._context)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self.connections = 0
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            spoken = connection
            if self._context is not None:
                spoken = self._context.wrap_socket(connection, server_side=True)
            with spoken:
                while request := spoken.recv(65_536):
                    self.requests.append(request)
                    self._speak(spoken, len(self.requests))

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        for thread in self._threads:
            thread.join()


Serve = Callable[..., _Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[_Server] = []

    def start(
        speak: Callable[[socket.socket, int], None], tls: trustme.CA | None = None
    ) -> _Server:
        servers.append(_Server(speak, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def _says(answer: bytes) -> Callable[[socket.socket, int], None]:
    return lambda connection, _: connection.sendall(answer)


def _says_and_closes(answer: bytes) -> Callable[[socket.socket, int], None]:
    def speak(connection: socket.socket, _: int) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_RDWR)

    return speak


def _get(server: _Server, *, maximum_bytes: int = 100, seconds: float = 30.0) -> Answer:
    return Connections().get(
        f"{server.url}/in/a", {"x": "1"}, maximum_bytes=maximum_bytes, seconds=seconds
    )


def test_a_request_is_sent_as_it_is(serve: Serve) -> None:
    server = serve(_says(_OK))

    Connections().get(
        f"{server.url}/in/a/../%2F?b=%20", {"host": "s3.example"}, maximum_bytes=9, seconds=9.0
    )

    assert server.requests == [
        b"GET /in/a/../%2F?b=%20 HTTP/1.1\r\naccept-encoding: identity\r\nhost: s3.example\r\n\r\n"
    ]


@pytest.mark.parametrize(
    "answer",
    [
        _OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n4\r\n1\r\n2\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + _OK,
    ],
    ids=["length", "chunked", "continue"],
)
def test_a_connection_is_used_again(serve: Serve, answer: bytes) -> None:
    server = serve(_says(answer))
    connections = Connections()

    answers = [
        connections.get(f"{server.url}/in/a", {}, maximum_bytes=100, seconds=30.0) for _ in range(3)
    ]

    assert answers == [Answer(200, {}, b"42", 2)] * 3
    assert server.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew(serve: Serve) -> None:
    server = serve(_says_and_closes(_OK))
    connections = Connections()

    for _ in range(3):
        answer = connections.get(f"{server.url}/in/a", {}, maximum_bytes=100, seconds=30.0)
        assert answer.body == b"42"

    assert server.connections == 3


def test_headers_of_a_refusal_have_lower_case_names(serve: Serve) -> None:
    server = serve(
        _says(b"HTTP/1.1 301 Moved\r\nX-Amz-Bucket-Region: eu-west-1\r\nContent-Length: 0\r\n\r\n")
    )

    assert _get(server) == Answer(
        301, {"x-amz-bucket-region": "eu-west-1", "content-length": "0"}, b"", 0
    )


@pytest.mark.parametrize(
    ("answer", "size"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", 1_000_000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n", 2),
    ],
    ids=["length", "chunked"],
)
def test_what_is_larger_is_not_read_to_its_end(serve: Serve, answer: bytes, size: int) -> None:
    # The rest never comes: who waits for it ends with an error.
    assert _get(serve(_says(answer)), maximum_bytes=1, seconds=5.0).size == size


def test_a_refusal_is_read_however_small_the_object_is(serve: Serve) -> None:
    body = b"<Error><Code>NoSuchKey</Code></Error>"
    server = serve(_says(b"HTTP/1.1 404 No\r\nContent-Length: %d\r\n\r\n" % len(body) + body))

    assert _get(server, maximum_bytes=1).body == body


def test_a_connection_with_an_unread_rest_is_not_used_again(serve: Serve) -> None:
    server = serve(_says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"))
    connections = Connections()

    for _ in range(2):
        connections.get(f"{server.url}/in/a", {}, maximum_bytes=1, seconds=5.0)

    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1234", IncompleteRead),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n1234", IncompleteRead),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n", IncompleteRead),
        (b"HTTP/1.1 200 OK\r\n\r\n12345", IncompleteRead),
        (b"", ConnectionError),
        (b"SSH-2.0-OpenSSH_9.2\r\n", BadStatusLine),
    ],
)
def test_half_an_answer_is_none(serve: Serve, answer: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        _get(serve(_says_and_closes(answer)))


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "chunks", "headers", "continue"],
)
def test_what_drips_for_ever_ends(serve: Serve, before: bytes, drop: bytes) -> None:
    is_over = threading.Event()

    def drip(connection: socket.socket, _: int) -> None:
        connection.sendall(before)
        while not is_over.wait(0.01):
            connection.sendall(drop)

    try:
        with pytest.raises(TimeoutError):
            _get(serve(drip), maximum_bytes=1_000_000, seconds=0.2)
    finally:
        is_over.set()


def test_nobody_who_listens_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(ConnectionRefusedError):
        Connections().get(f"http://127.0.0.1:{port}/", {}, maximum_bytes=1, seconds=1.0)


def test_an_own_certificate_authority_is_trusted(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    server = serve(_says(_OK), authority)
    connections = Connections()

    for _ in range(2):
        answer = connections.get(f"{server.url}/", {}, maximum_bytes=9, seconds=9.0)
        assert answer.body == b"42"

    assert server.connections == 1


def test_an_unknown_certificate_authority_is_not_trusted(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    server = serve(_says(_OK), trustme.CA())

    with pytest.raises(ssl.SSLCertVerificationError):
        _get(server)
    assert server.requests == []
