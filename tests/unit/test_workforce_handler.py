"""The entry point: an answer for every event, and broken code that is reported as well."""

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

import workforce
from tests.unit.workforce_events import (
    STACK,
    access_properties,
    adopting,
    check_properties,
    event,
    login_properties,
    oidc_properties,
    workers_properties,
)
from workforce.handler import handler

_CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)
_LAMBDA = Path(__file__).parents[2] / "lambda"


class _Server(ThreadingHTTPServer):
    """CloudFormation's address, and an AWS that refuses all with one error."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[dict[str, Any]] = []


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_PUT(self) -> None:
        self.server.answers.append(json.loads(self._content()))
        self._send(200, b"")

    def do_POST(self) -> None:
        self._content()
        self._send(400, b'{"__type": "InvalidParameterException", "message": "It is wrong"}')

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
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{running.server_port}",
            "no_proxy": "127.0.0.1",
        }.items():
            monkeypatch.setenv(name, value)
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def _handle(server: _Server, sent: dict[str, Any]) -> dict[str, Any]:
    address = f"http://127.0.0.1:{server.server_port}/?Signature=secret"
    handler({**sent, "ResponseURL": address}, _CONTEXT)
    (answer,) = server.answers
    return answer


@pytest.mark.parametrize(
    ("resource", "props", "identity"),
    [
        ("WorkforceCheck", adopting(), "dev-workforce-check"),
        ("OidcWorkforce", oidc_properties(), "dev"),
        ("PortalLogin", login_properties(), "devclient-portal-login"),
        ("WorkerAccess", access_properties(), "dev-Workforce-WorkerAccess-worker-access"),
        ("Workers", workers_properties("a@b.c"), "us-east-1_Dev000001-dev-workers"),
    ],
)
def test_a_failed_create_is_answered_with_the_id_that_it_would_have(
    server: _Server, resource: str, props: dict[str, Any], identity: str
) -> None:
    answer = _handle(server, event("Create", resource, props))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == identity
    assert answer["Reason"].endswith("was refused with InvalidParameterException: It is wrong")


def test_a_delete_of_a_check_succeeds_without_any_permission(server: _Server) -> None:
    answer = _handle(
        server, event("Delete", "WorkforceCheck", check_properties(), PhysicalResourceId="x")
    )

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "x")


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"RequestType": "Create", "ResourceType": "Custom::Workers"},
        {**event("Create", "Nobody", {})},
        {**event("Rename", "Workers", {})},
        {**event("Create", "Workers", {}), "ResourceProperties": None},
        {**event("Create", "Workers", {}), "StackId": 7},
        {**event("Create", "WorkerAccess", {}), "StackId": "no ARN"},
    ],
)
def test_a_broken_event_is_answered(server: _Server, broken: dict[str, Any]) -> None:
    answer = _handle(server, broken)

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"]
    assert answer["Reason"]


def test_an_unknown_type_is_named_with_the_known_ones(server: _Server) -> None:
    answer = _handle(server, event("Create", "Nobody", {}))

    assert answer["Reason"].startswith("expected Custom::OidcWorkforce or Custom::PortalLogin or ")
    assert answer["Reason"].endswith("got 'Custom::Nobody' in event.ResourceType")


@pytest.mark.parametrize("module", ["boto3", "workforce.resources", "workforce.workers"])
def test_code_that_can_not_be_imported_is_answered(
    server: _Server, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    for name in [name for name in sys.modules if name.startswith("workforce.")]:
        monkeypatch.delitem(sys.modules, name)
        # Other tests shall find the same modules again, also by way of their package.
        monkeypatch.delattr(workforce, name.partition(".")[2], raising=False)
    monkeypatch.setitem(sys.modules, module, None)

    answer = _handle(server, event("Create", "Workers", workers_properties()))

    assert answer["Status"] == "FAILED"
    assert module in answer["Reason"] or module.partition(".")[2] in answer["Reason"]


def test_a_long_name_makes_no_id_that_is_too_long() -> None:
    from workforce.resources import physical_id

    long = event("Create", "WorkerAccess", access_properties(), LogicalResourceId="x" * 255)

    assert len(physical_id({**long, "StackId": STACK})) == 214


def test_the_entry_point_imports_only_the_standard_library() -> None:
    program = (
        "import workforce.handler, sys; "
        "print(sorted({n.partition('.')[0] for n in sys.modules} - sys.stdlib_module_names))"
    )

    shown = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-S", "-c", program],
        cwd=_LAMBDA,
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout == "['__main__', 'custom_resource', 'workforce']\n"
