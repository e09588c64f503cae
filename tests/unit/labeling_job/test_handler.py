"""The entry point: an answer for every event, over real HTTP."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import custom_resource
import labeling_job
from labeling_job.handler import handler
from tests.unit.labeling_job.labeling_job_aws import RESOURCE, event, own_id, properties
from tests.unit.refusing_server import RefusingServer, refusing_server

_CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)
_LAMBDA = Path(__file__).parents[3] / "lambda"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RefusingServer]:
    with refusing_server(monkeypatch) as running:
        yield running


def _handle(
    server: RefusingServer, sent: dict[str, Any], context: Any = _CONTEXT
) -> dict[str, Any]:
    handler({**sent, "ResponseURL": f"{server.url}/?Signature=secret-signature"}, context)
    (answer,) = server.answers
    assert answer["PhysicalResourceId"]
    return answer


def test_a_success_is_answered(server: RefusingServer) -> None:
    answer = _handle(server, event("Delete", {}, PhysicalResourceId="made-up"))

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == "made-up"


def test_a_delete_of_a_missing_job_is_a_success(
    server: RefusingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABSENT_SECONDS", "1")
    server.refusal = {"__type": "ResourceNotFound", "Message": "none"}
    server.has_lists = True

    answer = _handle(server, event("Delete", PhysicalResourceId=own_id()))

    assert answer["Status"] == "SUCCESS"


def test_a_failed_create_is_answered_with_the_id_that_it_would_have(server: RefusingServer) -> None:
    server.refusal = {"__type": "InternalFailure", "Message": "down"}

    answer = _handle(server, event("Create"), SimpleNamespace(get_remaining_time_in_millis=int))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == own_id()


def test_the_words_of_aws_are_the_reason(server: RefusingServer) -> None:
    server.refusal = {"__type": "ValidationException", "Message": "It is too long"}

    answer = _handle(server, event("Create"))

    assert answer["Reason"] == (
        "ListLabelingJobs was refused with ValidationException: It is too long"
    )


def test_a_failed_update_keeps_its_id(server: RefusingServer) -> None:
    server.refusal = {"__type": "ValidationException", "Message": "It is too long"}

    answer = _handle(server, event("Update", PhysicalResourceId="dev-even-odd-0123456789"))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == "dev-even-odd-0123456789"


def test_a_delete_without_permission_is_answered_with_what_to_do(server: RefusingServer) -> None:
    answer = _handle(server, event("Delete", PhysicalResourceId=own_id()))

    assert answer["Status"] == "FAILED"
    assert "--retain-resources" in answer["Reason"]


def test_bad_properties_are_the_reason(server: RefusingServer) -> None:
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
def test_a_broken_event_is_answered(server: RefusingServer, broken: dict[str, Any]) -> None:
    server.refusal = {"__type": "ValidationException", "Message": "It is too long"}

    answer = _handle(server, broken)

    assert answer["Status"] == "FAILED"
    assert answer["Reason"]


@pytest.mark.parametrize(
    "module",
    ["boto3", "labeling_job.resource", "labeling_job.request", "custom_resource.errors"],
)
def test_code_that_can_not_be_imported_is_answered(
    server: RefusingServer, monkeypatch: pytest.MonkeyPatch, module: str
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
    server: RefusingServer, caplog: pytest.LogCaptureFixture
) -> None:
    answer = _handle(server, event("Create"), context=None)

    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("unexpected AttributeError: ")
    assert answer["Reason"].endswith(", see the function's log")
    assert "Traceback" in caplog.text


def test_an_error_without_words_is_answered(server: RefusingServer) -> None:
    class WordlessError(Exception):
        def __str__(self) -> str:
            raise TypeError

    def time_left() -> int:
        raise WordlessError

    answer = _handle(
        server, event("Create"), SimpleNamespace(get_remaining_time_in_millis=time_left)
    )

    assert answer["Reason"].startswith("unexpected WordlessError: no message")


def test_an_address_that_gives_access_is_cut_off_and_the_rest_is_one_line(
    server: RefusingServer,
) -> None:
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
    server: RefusingServer, caplog: pytest.LogCaptureFixture
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
