"""Objects come whole, as they were listed, or not at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from labeling_job.clients import Clients
from labeling_job.connections import Answer
from labeling_job.request import from_event
from labeling_job.source.listing import Found
from labeling_job.source.object_reader import read_objects
from tests.unit.labeling_job.labeling_job_aws import FakeAws, event

_FOUND = Found("s3://in/Input/1.txt", "Input/1.txt", 5)
_REQUEST = from_event(event("Create"))


def _cutting_off(times: int) -> Clients:
    """Return clients for which an object has but two of its bytes, at so many looks."""
    fake = FakeAws()
    fake.objects["in"]["Input/1.txt"] = b"12345"
    left = [2] * times

    def http(url: str, headers: Mapping[str, str], **limits: Any) -> Answer:
        answer = fake.get(url, headers, **limits)
        size = left.pop() if left else answer.size
        return Answer(200, answer.headers, answer.body[:size], size)

    return dataclasses.replace(fake.as_clients(), http=http)


def test_an_object_that_is_shorter_than_it_was_listed_is_read_again() -> None:
    assert [*read_objects([_FOUND], _REQUEST, _cutting_off(3))] == [(_FOUND, b"12345")]


def test_an_object_that_stays_shorter_than_it_was_listed_is_refused() -> None:
    with pytest.raises(CustomResourceError) as refused:
        [*read_objects([_FOUND], _REQUEST, _cutting_off(99))]

    assert str(refused.value) == (
        "s3://in/Input/1.txt can't be read: expected 5 bytes, as it was listed, got 2, see whether "
        "it was changed a moment ago, deploy again"
    )


def test_an_object_that_was_not_listed_may_be_shorter_than_is_allowed() -> None:
    objects = read_objects([_FOUND], _REQUEST, _cutting_off(1), are_listed=False)

    assert [content for _, content in objects] == [b"12"]
