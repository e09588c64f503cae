"""The entry point: an answer for every event, over real HTTP."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import custom_resource
import labeling_job
from labeling_job.handler import handler
from tests.unit.labeling_job_aws import RESOURCE, event, own_id, properties

_CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)
_LAMBDA = Path(__file__).parents[2] / "lambda"


class _Server(ThreadingHTTPServer):
    """CloudFormation's address, an empty S3, and a SageMaker that refuses all with one error."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[dict[str, Any]] = []
        self.refusal = {"__type": "AccessDeniedException", "Message": "not authorized"}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_PUT(self) -> None:
        content = self._content()
        if "secret-signature" in self.path:
            self.server.answers.append(json.loads(content))
        self._send(200, b"")

    def do_GET(self) -> None:
        self._send(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_POST(self) -> None:
        self._content()
        self._send(400, json.dumps(self.server.refusal).encode())

    def _content(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    with _Server() as running:
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


def _handle(server: _Server, sent: dict[str, Any], context: Any = _CONTEXT) -> dict[str, Any]:
    handler({**sent, "ResponseURL": f"{server.url}/?Signature=secret-signature"}, context)
    (answer,) = server.answers
    assert answer["PhysicalResourceId"]
    return answer


def test_a_success_is_answered(server: _Server) -> None:
    answer = _handle(server, event("Delete", {}, PhysicalResourceId="made-up"))

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == "made-up"


def test_a_delete_of_a_missing_job_is_a_success(server: _Server) -> None:
    server.refusal = {"__type": "ResourceNotFound", "Message": "none"}

    answer = _handle(server, event("Delete", PhysicalResourceId=own_id()))

    assert answer["Status"] == "SUCCESS"


def test_a_failed_create_is_answered_with_the_id_that_it_would_have(server: _Server) -> None:
    server.refusal = {"__type": "InternalFailure", "Message": "down"}

    answer = _handle(server, event("Create"), SimpleNamespace(get_remaining_time_in_millis=int))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == own_id()


def test_the_words_of_aws_are_the_reason(server: _Server) -> None:
    server.refusal = {"__type": "ValidationException", "Message": "It is too long"}

    answer = _handle(server, event("Create"))

    assert answer["Reason"] == (
        "DescribeLabelingJob was refused with ValidationException: It is too long"
    )


def test_a_failed_update_keeps_its_id(server: _Server) -> None:
    server.refusal = {"__type": "ValidationException", "Message": "It is too long"}

    answer = _handle(server, event("Update", PhysicalResourceId="dev-even-odd-0123456789"))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == "dev-even-odd-0123456789"


def test_a_delete_without_permission_is_answered_with_what_to_do(server: _Server) -> None:
    answer = _handle(server, event("Delete", PhysicalResourceId=own_id()))

    assert answer["Status"] == "FAILED"
    assert "--retain-resources" in answer["Reason"]


def test_bad_properties_are_the_reason(server: _Server) -> None:
    answer = _handle(server, event("Create", properties(NamePrefix="under_score")))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == f"{RESOURCE}-invalid"
    assert "under_score" in answer["Reason"]


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"RequestType": "Create"},
        {"RequestType": "Delete"},
        {"RequestType": "Rename", "LogicalResourceId": RESOURCE},
        {**event("Create"), "ResourceProperties": None},
        {**event("Create"), "StackId": 7},
        {**event("Update"), "PhysicalResourceId": None},
    ],
)
def test_a_broken_event_is_answered(server: _Server, broken: dict[str, Any]) -> None:
    server.refusal = {"__type": "ValidationException", "Message": "It is too long"}

    answer = _handle(server, broken)

    assert answer["Status"] == "FAILED"
    assert answer["Reason"]


@pytest.mark.parametrize(
    "module",
    ["boto3", "labeling_job.labeling_job", "labeling_job.request", "custom_resource.errors"],
)
def test_code_that_can_not_be_imported_is_answered(
    server: _Server, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    for package in (custom_resource, labeling_job):
        for name in [name for name in sys.modules if name.startswith(f"{package.__name__}.")]:
            monkeypatch.delitem(sys.modules, name)
            # Other tests shall find the same modules again, also by way of their package.
            monkeypatch.delattr(package, name.partition(".")[2], raising=False)
    monkeypatch.setitem(sys.modules, module, None)

    answer = _handle(server, event("Create"))

    assert answer["Status"] == "FAILED"
    assert module in answer["Reason"]


def test_an_error_that_nobody_thought_of_is_answered_and_traced(
    server: _Server, caplog: pytest.LogCaptureFixture
) -> None:
    answer = _handle(server, event("Create"), context=None)

    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("unexpected AttributeError: ")
    assert answer["Reason"].endswith(", see the function's log")
    assert "Traceback" in caplog.text


def test_an_error_without_words_is_answered(server: _Server) -> None:
    class WordlessError(Exception):
        def __str__(self) -> str:
            raise TypeError

    def time_left() -> int:
        raise WordlessError

    answer = _handle(
        server, event("Create"), SimpleNamespace(get_remaining_time_in_millis=time_left)
    )

    assert answer["Reason"].startswith("unexpected WordlessError: no message")


def test_an_address_that_gives_access_is_cut_off_and_the_rest_is_one_line(server: _Server) -> None:
    address = "https://b.s3.amazonaws.com/Input/1.txt?X-Amz-Date=1&X-Amz-Signature=secret&x=y"

    def time_left() -> int:
        raise OSError(f"no answer:\n  '{address}' timed out")

    answer = _handle(
        server, event("Create"), SimpleNamespace(get_remaining_time_in_millis=time_left)
    )

    assert answer["Reason"] == (
        "unexpected OSError: no answer: 'https://b.s3.amazonaws.com/Input/1.txt?…' timed out, see "
        "the function's log"
    )


@pytest.mark.parametrize("sent", [None, [], {"ResponseURL": 7}, {"ResponseURL": ""}])
def test_nothing_is_raised_for_what_is_no_event(sent: Any) -> None:
    handler(sent, _CONTEXT)


def test_neither_the_address_nor_the_event_is_logged(
    server: _Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="custom_resource")
    server.refusal = {"__type": "ResourceNotFound", "Message": "none"}

    _handle(server, event("Delete", PhysicalResourceId=own_id()))
    server.answers.clear()
    _handle(server, {"RequestType": "Create"})

    assert f"Delete {RESOURCE}" in caplog.text
    assert "secret-signature" not in caplog.text
    assert "crowd-form" not in caplog.text


def test_the_entry_point_imports_only_the_standard_library() -> None:
    program = (
        "import labeling_job.handler, sys; "
        "print(sorted({n.partition('.')[0] for n in sys.modules} - sys.stdlib_module_names))"
    )

    shown = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-S", "-c", program],
        cwd=_LAMBDA,
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout == "['__main__', 'custom_resource', 'labeling_job']\n"
