"""Faults of HTTP at each request of a labeling job's resource, and what S3 may say wrongly.

The function's own clients ask a real server, which plays the fault at one of the requests of a
deployment. No job ever has fewer data objects than there are, every event is answered in time and
in words, and when the fault is over, the next deployment ends as if nothing had been.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.lifecycle.cloudformation import CloudFormation
from tests.lifecycle.http_faults import FAULTS
from tests.lifecycle.jobs_over_http import HttpWorld, over_http
from tests.unit.http_server import Fault, HttpServer, Plan, http_server
from tests.unit.labeling_job.labeling_job_aws import own_id, properties

_OBJECTS: Final = {f"Input/{number}.txt": b"%d" % (100 + number) for number in range(5)}
_ID: Final = "x-amz-request-id: 4442587F"


@pytest.fixture(scope="module")
def server() -> Iterator[HttpServer]:
    with http_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _over_http(server: HttpServer, _in_a_simulated_world: None) -> Iterator[None]:
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
    """Raise AssertionError for a job with fewer objects, and for an event without an answer."""
    assert server.errors == []
    for job in world.jobs.values():
        assert len(world.lines(job["LabelingJobName"])) == len(_OBJECTS)
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


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[_said(*each) for each in FAULTS])
def test_case_89_a_fault_of_http_costs_no_data_object_and_is_over_with_the_next_deployment(
    server: HttpServer, place: str, number: int
) -> None:
    fault, times = FAULTS[number]
    first = _PLACES[place](_requests(server), number)

    _deployed(server, Plan(fault=fault, first=first, times=times))
