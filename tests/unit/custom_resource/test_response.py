"""The answer to CloudFormation: small enough, sent until it arrives, its address kept secret."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from custom_resource.response import MAXIMUM_BODY, Answer, body, send
from tests.unit.labeling_job.labeling_job_aws import RESOURCE, STACK, event

_SIGNATURE = "secret-signature"


class _Server(ThreadingHTTPServer):
    """Answers with the given statuses, the last one for ever, and keeps what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = [200]
        self.received: list[tuple[str | None, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/answer?Signature={_SIGNATURE}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.headers["Content-Type"], content))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with _Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def _answer(**changes: Any) -> Answer:
    return Answer(**{"status": "SUCCESS", "physical_id": "id", **changes})


def test_the_answer_names_the_event_and_the_resource() -> None:
    create = event("Create")

    sent = json.loads(body(create, _answer(reason="fine", data={"JobName": "x"})))

    assert sent == {
        "Status": "SUCCESS",
        "Reason": "fine",
        "PhysicalResourceId": "id",
        "StackId": STACK,
        "RequestId": create["RequestId"],
        "LogicalResourceId": RESOURCE,
        "NoEcho": False,
        "Data": {"JobName": "x"},
    }


@pytest.mark.parametrize("letter", ["x", "é", "漢", "😀", '"', "\\", "\x00", "\ud800"])
@pytest.mark.parametrize("length", [900, 4096, 100_000])
def test_a_long_reason_is_cut_to_what_cloudformation_takes(letter: str, length: int) -> None:
    reason = f"the beginning {letter * length}"

    document = body(event("Create"), _answer(status="FAILED", reason=reason))

    assert len(document) <= MAXIMUM_BODY
    sent = json.loads(document)
    assert sent["Status"] == "FAILED"
    assert sent["Reason"].startswith("the beginning ")
    assert reason.startswith(sent["Reason"])


def test_a_reason_that_fits_is_not_cut() -> None:
    reason = "x" * 3000

    assert json.loads(body(event("Create"), _answer(reason=reason)))["Reason"] == reason


def test_long_data_are_cut_but_all_are_there() -> None:
    data = {"JobName": "short", "Summary": "é" * 5000, "ManifestUri": "y" * 5000}

    document = body(event("Create"), _answer(data=data))

    assert len(document) <= MAXIMUM_BODY
    sent = json.loads(document)["Data"]
    assert sent.keys() == data.keys()
    assert sent["JobName"] == "short"


def test_the_answer_is_put_without_content_type(server: _Server) -> None:
    sent_event = event("Create", ResponseURL=server.url)

    arrived = send(sent_event, _answer(), sleep=lambda _: None)

    assert arrived
    assert server.received == [("", body(sent_event, _answer()))]


def test_an_answer_that_does_not_arrive_is_sent_again(server: _Server) -> None:
    server.statuses = [500, 503, 200]
    pauses: list[float] = []

    arrived = send(event("Create", ResponseURL=server.url), _answer(), sleep=pauses.append)

    assert arrived
    assert len(server.received) == 3
    assert pauses == [1, 2]


@pytest.mark.parametrize("status", [403, 500])
def test_sending_ends_after_five_attempts(server: _Server, status: int) -> None:
    server.statuses = [status]

    arrived = send(event("Create", ResponseURL=server.url), _answer(), sleep=lambda _: None)

    assert not arrived
    assert len(server.received) == 5


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:1/answer?Signature={_SIGNATURE}",
        f"http://exa mple/answer?Signature={_SIGNATURE}",
        f"http://127.0.0.1:port/answer?Signature={_SIGNATURE}",
        f"https://127.0.0.1:1/\n?Signature={_SIGNATURE}",
        f"ftp://127.0.0.1/answer?Signature={_SIGNATURE}",
        f"{_SIGNATURE}",
        "",
    ],
)
def test_an_address_that_does_not_work_raises_nothing_and_is_not_logged(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    arrived = send(event("Create", ResponseURL=url), _answer(), sleep=lambda _: None)

    assert not arrived
    assert caplog.text
    assert _SIGNATURE not in caplog.text


def test_a_refused_address_is_not_logged(server: _Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    server.statuses = [403]

    send(event("Create", ResponseURL=server.url), _answer(), sleep=lambda _: None)

    assert "HTTP status 403" in caplog.text
    assert _SIGNATURE not in caplog.text
