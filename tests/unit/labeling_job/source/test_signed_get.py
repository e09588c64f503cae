"""Signed GETs: what is tried again, until when, and what is said of what fails."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import threading
from collections.abc import Callable, Mapping
from http.client import BadStatusLine, IncompleteRead
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from custom_resource.context import real_clock
from custom_resource.errors import CustomResourceError, code_of, may_pass
from labeling_job.clients import Clients
from labeling_job.connections import Answer, Connections
from labeling_job.source.signed_get import ContentError, LargerError, signed_get
from tests.unit.fake_services import ACCOUNT
from tests.unit.labeling_job.labeling_job_aws import OF_S3, FakeAws
from tests.unit.labeling_job.source.s3_stub import serving

_PLACE = {"Bucket": "in", "Key": "Input/1.txt"}


def _get(aws: Clients, maximum_bytes: int = 10) -> bytes:
    return signed_get(
        "GetObject", _PLACE, ACCOUNT, aws, maximum_bytes=maximum_bytes, understand=bytes
    )


@pytest.fixture
def fake() -> FakeAws:
    fake = FakeAws()
    fake.objects["in"]["Input/1.txt"] = b"42"
    return fake


@pytest.mark.parametrize(
    "disturb",
    [
        lambda fake: fake.refuse("GetObject", "SlowDown", "Reduce your request rate", times=3),
        lambda fake: fake.refuse("GetObject", "InternalError", "We had a problem", times=3),
        lambda fake: fake.disturb("GetObject", *[ConnectionResetError("reset by peer")] * 3),
        lambda fake: fake.disturb("GetObject", *[IncompleteRead(b"4", 1)] * 3),
        lambda fake: fake.disturb("GetObject", *[TimeoutError()] * 3),
    ],
    ids=["SlowDown", "InternalError", "reset", "cut off", "drips"],
)
def test_what_may_pass_is_tried_again_later(
    fake: FakeAws, disturb: Callable[[FakeAws], None]
) -> None:
    disturb(fake)

    assert _get(fake.as_clients()) == b"42"
    assert len(fake.called("GetObject")) == 4
    assert 0.7 <= fake.time <= 1.4


def _answering_first(fake: FakeAws, *answers: Answer) -> Clients:
    """Return clients that get these answers first, and then what S3 has."""
    left = [*answers]

    def http(url: str, headers: Mapping[str, str], **limits: Any) -> Answer:
        return left.pop(0) if left else fake.get(url, headers, **limits)

    return dataclasses.replace(fake.as_clients(), http=http)


#: botocore's own tables of what passes: of its older way to try again, and of `standard`.
_TABLE: Final = json.loads(
    files("botocore").joinpath("data", "_retry.json").read_text(encoding="utf-8")
)
_OF_S3: Final = [
    _TABLE["definitions"][each["$ref"]] if "$ref" in each else each
    for service in ("__default__", "s3")
    for each in (
        _TABLE["retry"][service]
        if service == "__default__"
        else _TABLE["retry"][service]["__default__"]
    )["policies"].values()
]
_PASSING: Final[Any] = TransientRetryableChecker
_THROTTLED: Final[Any] = ThrottledRetryableChecker
_TRIED_AGAIN: Final = {
    *(
        (answer["http_status_code"], answer.get("service_error_code", ""))
        for each in _OF_S3
        if (answer := each["applies_when"].get("response"))
    ),
    *((status, "") for status in _PASSING._TRANSIENT_STATUS_CODES),
    *((400, code) for code in _PASSING._TRANSIENT_ERROR_CODES),
    *((400, code) for code in _THROTTLED._THROTTLED_ERROR_CODES),
}


@pytest.mark.parametrize(("status", "code"), sorted(_TRIED_AGAIN))
def test_what_botocore_tries_again_is_tried_again(fake: FakeAws, status: int, code: str) -> None:
    body = f"<Error><Code>{code}</Code></Error>".encode()
    refused = Answer(status, OF_S3, body, len(body))

    assert _get(_answering_first(fake, refused, refused)) == b"42"


def test_tables_of_botocore_have_what_is_tried_again() -> None:
    assert {(503, ""), (509, ""), (400, "RequestTimeout"), (400, "SlowDown")} <= _TRIED_AGAIN


@pytest.mark.parametrize("status", [200, 203, 204, 206, 226, 300, 302, 304, 403, 407, 404])
def test_an_answer_of_something_else_is_asked_for_again_and_then_refused(
    fake: FakeAws, status: int
) -> None:
    page = Answer(status, {"location": "https://elsewhere.example/"}, b"<html>42</html>", 2)

    assert _get(_answering_first(fake, page, page)) == b"42"
    with pytest.raises(CustomResourceError) as refused:
        _get(_answering_first(fake, *[page] * 99))
    assert str(refused.value) == (
        f"s3://in/Input/1.txt can't be read: expected an answer of S3, got HTTP status {status} of "
        "something else, see whether a proxy or a name server answers in the place of S3, deploy "
        "again"
    )


def test_a_refusal_is_not_tried_again(fake: FakeAws) -> None:
    fake.refuse("GetObject", "AccessDenied", "Access Denied")

    with pytest.raises(ClientError) as refused:
        _get(fake.as_clients())

    assert (refused.value.operation_name, code_of(refused.value)) == ("GetObject", "AccessDenied")
    assert may_pass(refused.value)
    assert len(fake.called("GetObject")) == 1


@pytest.mark.parametrize("code", ["NoSuchBucket", "NoSuchKey", "PermanentRedirect", "Any<Other>"])
def test_a_refusal_has_the_words_of_aws(fake: FakeAws, code: str) -> None:
    fake.refuse("GetObject", code.replace("<Other>", ""), "its own <words>")

    with pytest.raises(ClientError, match="its own <words>"):
        _get(fake.as_clients())


def test_a_bucket_of_another_account_is_refused(fake: FakeAws) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        signed_get(
            "GetObject",
            _PLACE,
            "444455556666",
            fake.as_clients(),
            maximum_bytes=10,
            understand=bytes,
        )


def test_trying_ends_with_the_last_refusal(fake: FakeAws) -> None:
    fake.refuse("GetObject", "SlowDown", "Reduce your request rate", times=99)

    with pytest.raises(ClientError, match="SlowDown"):
        _get(fake.as_clients())

    assert len(fake.called("GetObject")) == 8


def test_trying_ends_at_the_deadline(fake: FakeAws) -> None:
    fake.refuse("GetObject", "SlowDown", "Reduce your request rate", times=99)

    with pytest.raises(ClientError, match="SlowDown"):
        _get(fake.as_clients(seconds=1.0))

    assert fake.time <= 1.0


def test_what_is_too_large_is_not_read(fake: FakeAws) -> None:
    with pytest.raises(LargerError) as refused:
        _get(fake.as_clients(), maximum_bytes=1)

    assert refused.value.size == 2


@pytest.mark.parametrize("error", [ConnectionResetError, TimeoutError, BadStatusLine])
def test_a_signature_is_neither_logged_nor_in_an_error(
    fake: FakeAws, error: Callable[[str], Exception], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def http(url: str, headers: Mapping[str, str], **_: Any) -> Answer:
        assert "Signature=" not in url
        assert "Signature=" in headers["authorization"]
        raise error("no answer")

    aws = dataclasses.replace(fake.as_clients(), http=http)
    caplog.clear()
    with pytest.raises(CustomResourceError) as refused:
        _get(aws)

    assert str(refused.value) == (
        f"s3://in/Input/1.txt can't be read: S3 did not answer GetObject ({error.__name__}), "
        "deploy again"
    )
    raised: BaseException | None = refused.value
    while raised is not None:
        assert "Signature" not in str(raised)
        raised = raised.__cause__ or raised.__context__
    assert not [each for each in caplog.records if not each.name.startswith("botocore")]


def test_what_is_not_understood_is_asked_for_again(fake: FakeAws) -> None:
    left = [ContentError("expected 3 bytes, got 2")] * 3

    def understand(content: bytes) -> bytes:
        if left:
            raise left.pop()
        return content

    content = signed_get(
        "GetObject", _PLACE, ACCOUNT, fake.as_clients(), maximum_bytes=10, understand=understand
    )

    assert content == b"42"
    assert len(fake.called("GetObject")) == 4


@pytest.mark.parametrize(
    ("deadline", "maximum_bytes", "seconds"),
    [(780.0, 0, 60.0), (780.0, 100_000_000, 160.0), (30.0, 0, 30.0), (0.0, 0, 1.0)],
)
def test_an_attempt_ends_by_its_size_and_by_the_deadline(
    fake: FakeAws, deadline: float, maximum_bytes: int, seconds: float
) -> None:
    given: list[float] = []

    def http(*_: object, seconds: float, **__: Any) -> Answer:
        given.append(seconds)
        return Answer(200, OF_S3, b"", 0)

    _get(dataclasses.replace(fake.as_clients(seconds=deadline), http=http), maximum_bytes)

    assert given == [seconds]


def test_a_body_that_drips_is_an_error_before_the_deadline() -> None:
    is_over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            with contextlib.suppress(OSError):
                while not is_over.wait(0.01):
                    self.wfile.write(b"x")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, serving(server):
        connections = Connections()

        def http(url: str, headers: Mapping[str, str], **limits: Any) -> Answer:
            here = f"http://127.0.0.1:{server.server_port}/"
            return connections.get(here + url.split("/", 3)[3], headers, **limits)

        aws = dataclasses.replace(FakeAws().as_clients(), http=http, clock=real_clock(0.3))
        try:
            with pytest.raises(CustomResourceError) as refused:
                _get(aws, maximum_bytes=1_000_000)
        finally:
            is_over.set()

    assert str(refused.value) == (
        "s3://in/Input/1.txt can't be read: S3 did not answer GetObject (TimeoutError), deploy "
        "again"
    )
