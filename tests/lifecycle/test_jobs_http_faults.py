"""Faults of HTTP at each request of a labeling job's resource, and what S3 may say wrongly.

The function's own clients ask a real server, which plays the fault at one of the requests of a
deployment. No job ever has fewer data objects than there are, every event is answered in time and
in words, and when the fault is over, the next deployment ends as if nothing had been.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from tests.lifecycle.cloudformation import CloudFormation
from tests.lifecycle.http_faults import FAULTS
from tests.lifecycle.jobs_over_http import HttpWorld
from tests.lifecycle.over_http import over_http
from tests.unit.http_server import Fault, HttpServer, Plan, http_server, response
from tests.unit.labeling_job.labeling_job_aws import own_id, properties

_OBJECTS: Final = {f"Input/{number}.txt": b"%d" % (100 + number) for number in range(5)}
_ID: Final = "x-amz-request-id: 4442587F"


@pytest.fixture(scope="module")
def server() -> Iterator[HttpServer]:
    with http_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _over_http(server: HttpServer, _in_a_simulated_world: None) -> Iterator[None]:
    HttpWorld.server = server
    with over_http(server):
        yield


def _deployed(server: HttpServer, plan: Plan) -> HttpWorld:
    """Return the world after a deployment with a fault, and one more without."""
    world = HttpWorld(page_size=2)
    world.objects["in"].update(_OBJECTS)
    server.plan = plan
    stack = CloudFormation(world)
    status = stack.deploy(properties()).status
    _check(world, server)
    plan.forgive()
    if status == "ROLLBACK_FAILED":
        assert stack.destroy().status == "DELETE_COMPLETE"
    assert stack.deploy(properties()).status in ("CREATE_COMPLETE", "")
    _check(world, server)
    [job] = world.live_jobs()
    assert job.startswith(own_id())
    return world


def _check(world: HttpWorld, server: HttpServer) -> None:
    """Raise AssertionError for a job with other objects, and for an event without an answer."""
    assert server.errors == []
    for job in world.jobs.values():
        labeled = [line["object"] for line in world.lines(job["LabelingJobName"])]
        assert labeled == [f"s3://in/{key}" for key in _OBJECTS]
    for run in world.runs:
        answers = world.answers[run.event["ResponseURL"]]
        assert answers, run.event
        for time, body in answers:
            assert time < run.ends
            assert not json.loads(body)["Reason"].startswith("unexpected"), body


def _requests(server: HttpServer) -> list[str]:
    """Return the operations of a deployment without a fault."""
    if not _undisturbed:
        plan = Plan()
        _deployed(server, plan)
        _undisturbed.extend(plan.requests)
    return _undisturbed


_undisturbed: list[str] = []


def _said(fault: Fault, times: int | None) -> str:
    return f"{fault.name}-{'for-ever' if times is None else times}"


#: Which of a deployment's requests a fault comes to: of the listing, of the objects, of all.
_PLACES: Final[dict[str, Callable[[list[str], int], int]]] = {
    "listing": lambda requests, number: _nth(requests, "ListObjectsV2", number),
    "reading": lambda requests, number: _nth(requests[1:], "GetObject", number) + 1,
    "any": lambda requests, number: number * 7 % len(requests),
}


def _nth(requests: list[str], operation: str, number: int) -> int:
    places = [place for place, each in enumerate(requests) if each == operation]
    return places[number % len(places)]


def _cases() -> Iterator[Any]:
    """Yield a fault at the listing for each, and at another request."""
    for number, (fault, times) in enumerate(FAULTS):
        for place in ("listing", ("reading", "any")[number % 2]):
            yield pytest.param(place, number, id=f"{place}-{_said(fault, times)}")


@pytest.mark.parametrize(("place", "number"), [*_cases()])
def test_case_101_a_fault_of_http_costs_no_data_object_and_is_over_with_the_next_deployment(
    server: HttpServer, place: str, number: int
) -> None:
    fault, times = FAULTS[number]
    first = _PLACES[place](_requests(server), number)

    _deployed(server, Plan(fault=fault, first=first, times=times))


def _replaced(pattern: bytes, by: bytes, count: int = 0) -> Callable[[bytes], bytes]:
    return lambda body: re.sub(pattern, by, body, count=count)


#: What an answer with S3's own id may have in the place of a page of the listing, or of an object.
_WRONG: Final[dict[str, tuple[str, Callable[[bytes], bytes]]]] = {
    "no token": ("ListObjectsV2", _replaced(rb"<NextC.*Token>", b"")),
    "an empty token": ("ListObjectsV2", _replaced(rb"(<NextC\w*>)[^<]*", rb"\1")),
    "the last token": ("ListObjectsV2", _replaced(rb"(<NextC\w*>)[^<]*", rb"\1Input/1.txt")),
    "neither more nor the end": ("ListObjectsV2", _replaced(b"true|false", b"")),
    "the page before": (
        "ListObjectsV2",
        lambda body: body.replace(b"%2F2", b"%2F0").replace(b"%2F3", b"%2F1"),
    ),
    "another prefix": ("ListObjectsV2", _replaced(b"Input%2F", b"Other%2F")),
    "fewer objects": ("ListObjectsV2", _replaced(b"<Contents>.*?</Contents>", b"", 1)),
    "no objects": ("ListObjectsV2", _replaced(b"<Contents>.*</Contents>", b"")),
    "half a page": ("ListObjectsV2", lambda body: body[: len(body) // 2]),
    "nothing": ("ListObjectsV2", lambda _: b""),
    "an error": ("ListObjectsV2", lambda _: b"<Error><Code>InternalError</Code></Error>"),
    "HTML": ("ListObjectsV2", lambda _: b"<html><body/></html>"),
    "half an object": ("GetObject", lambda body: body[: len(body) // 2]),
    "an empty object": ("GetObject", lambda _: b""),
    "a larger object": ("GetObject", lambda body: body + body),
}


@pytest.mark.parametrize("times", [1, 3, None])
@pytest.mark.parametrize("name", _WRONG)
def test_case_101_what_s3_says_wrongly_costs_no_data_object(
    server: HttpServer, name: str, times: int | None
) -> None:
    operation, change = _WRONG[name]

    def spoil(good: bytes) -> bytes:
        return response("200 OK", change(good.partition(b"\r\n\r\n")[2]), _ID)

    fault = Fault(name=name, is_done=True, spoil=spoil, end="keep")
    # The second page or object, if there is one: the first request is for the marker.
    first = _nth(_requests(server)[1:], operation, 1) + 1

    _deployed(server, Plan(fault=fault, first=first, times=times))
