"""GETs of signed addresses: what is tried again, and what is said instead of an address."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from custom_resource.errors import CustomResourceError, code_of, may_pass
from labeling_job.clients import Clients
from labeling_job.source.signed_get import LargerError, signed_get
from tests.unit.fake_services import ACCOUNT
from tests.unit.labeling_job.labeling_job_aws import FakeAws

_PLACE = {"Bucket": "in", "Key": "Input/1.txt"}


def _get(aws: Clients, maximum_bytes: int = 10) -> bytes:
    return signed_get("GetObject", _PLACE, ACCOUNT, aws, maximum_bytes=maximum_bytes)


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
        lambda fake: fake.disturb("GetObject", *[ProtocolError("Connection reset")] * 3),
    ],
    ids=["SlowDown", "InternalError", "reset"],
)
def test_what_may_pass_is_tried_again_later(
    fake: FakeAws, disturb: Callable[[FakeAws], None]
) -> None:
    disturb(fake)

    assert _get(fake.as_clients()) == b"42"
    assert len(fake.called("GetObject")) == 4
    assert 0.7 <= fake.time <= 1.4


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
        signed_get("GetObject", _PLACE, "444455556666", fake.as_clients())


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


@pytest.mark.parametrize("make", [ProtocolError, lambda url: ReadTimeoutError(None, url, url)])  # type: ignore[arg-type]  # a pool is of no account
def test_an_address_is_neither_logged_nor_in_an_error(
    fake: FakeAws, make: Callable[[str], HTTPError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def http(url: str, _headers: object) -> BaseHTTPResponse:
        assert "X-Amz-Signature=" in url
        raise make(url)

    aws = dataclasses.replace(fake.as_clients(), http=http)
    with pytest.raises(CustomResourceError) as refused:
        _get(aws)

    assert str(refused.value).startswith(
        "s3://in/Input/1.txt can't be read: S3 did not answer GetObject ("
    )
    error: BaseException | None = refused.value
    while error is not None:
        assert "X-Amz" not in str(error)
        error = error.__cause__ or error.__context__
    assert "X-Amz" not in caplog.text
