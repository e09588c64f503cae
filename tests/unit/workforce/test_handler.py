"""The entry point: an answer for every event, and broken code that is reported as well."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import workforce
from tests.unit.refusing_server import RefusingServer, refusing_server
from tests.unit.workforce.workforce_events import (
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
_LAMBDA = Path(__file__).parents[3] / "lambda"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RefusingServer]:
    with refusing_server(monkeypatch) as running:
        running.refusal = {"__type": "InvalidParameterException", "message": "It is wrong"}
        yield running


def _handle(server: RefusingServer, sent: dict[str, Any]) -> dict[str, Any]:
    handler({**sent, "ResponseURL": f"{server.url}/?Signature=secret-signature"}, _CONTEXT)
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
    server: RefusingServer, resource: str, props: dict[str, Any], identity: str
) -> None:
    answer = _handle(server, event("Create", resource, props))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == identity
    assert answer["Reason"].endswith("was refused with InvalidParameterException: It is wrong")


def test_a_delete_of_a_check_succeeds_without_any_permission(server: RefusingServer) -> None:
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
def test_a_broken_event_is_answered(server: RefusingServer, broken: dict[str, Any]) -> None:
    answer = _handle(server, broken)

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"]
    assert answer["Reason"]


def test_an_unknown_type_is_named_with_the_known_ones(server: RefusingServer) -> None:
    answer = _handle(server, event("Create", "Nobody", {}))

    assert answer["Reason"].startswith(
        "expected Custom::OidcWorkforce or Custom::PoolProtection or "
    )
    assert answer["Reason"].endswith("got 'Custom::Nobody' in event.ResourceType")


@pytest.mark.parametrize("module", ["boto3", "workforce.resources", "workforce.workers"])
def test_code_that_can_not_be_imported_is_answered(
    server: RefusingServer, monkeypatch: pytest.MonkeyPatch, module: str
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
