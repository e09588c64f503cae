"""Killed after every single call and run again, an event comes to the same end as undisturbed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.lifecycle.cloudformation import CloudFormation, Deployment
from tests.lifecycle.conftest import new_world
from tests.lifecycle.world import World
from tests.unit.labeling_job.labeling_job_aws import own_id, properties

#: Plays a life of a resource in a world.
Life = Callable[[World], list[Deployment]]


def _create(world: World) -> list[Deployment]:
    return [CloudFormation(world).deploy(properties())]


def _change_tags(world: World) -> list[Deployment]:
    cloudformation = CloudFormation(world)
    return [
        cloudformation.deploy(properties()),
        cloudformation.deploy(properties(Tags=[{"Key": "cost", "Value": "7"}])),
    ]


def _replace(world: World) -> list[Deployment]:
    cloudformation = CloudFormation(world)
    made = cloudformation.deploy(properties())
    world.label(own_id(), "42")
    return [made, cloudformation.deploy(properties(Revision=2))]


def _fail_to_replace(world: World) -> list[Deployment]:
    cloudformation = CloudFormation(world)
    made = cloudformation.deploy(properties())
    return [made, cloudformation.deploy(properties(Revision=2), fails_later=True)]


def _there_and_back(world: World) -> list[Deployment]:
    return [*_replace(world), *_deploy_again(world)]


def _deploy_again(world: World) -> list[Deployment]:
    again = CloudFormation(world)
    again.properties = {**properties(), "Revision": "2"}
    again.physical_id = own_id(again.properties)
    return [again.deploy(properties())]


def _destroy(world: World) -> list[Deployment]:
    cloudformation = CloudFormation(world)
    made = cloudformation.deploy(properties())
    world.label(own_id(), "42")
    return [made, cloudformation.destroy()]


_LIVES = [
    (_create, "Create"),
    (_change_tags, "Update"),
    (_replace, "Update"),
    (_destroy, "Delete"),
    (_replace, "Delete"),
    (_fail_to_replace, "Update"),
    (_fail_to_replace, "Delete"),
    (_there_and_back, "Update"),
]
_IDS = [f"{kind}-of{life.__name__}" for life, kind in _LIVES]
#: Each of them once.
LIVES = tuple(dict.fromkeys(life for life, _ in _LIVES))


def _end(life: Life, kind: str = "", deaths: tuple[int, ...] = ()) -> tuple[Any, World]:
    """Return what is there after a life in which runs of one kind die, and what was answered."""
    world = new_world()
    world.deaths[kind] = list(deaths)
    deployments = life(world)
    answers = [
        (deployment.status, deployment.steps, [_told(each.response) for each in deployment.sent])
        for deployment in deployments
    ]
    return (world.state(), answers), world


def _told(response: Any) -> Any:
    return response.physical_id, response.reason, response.data


def _calls(life: Life, kind: str) -> range:
    """Return the numbers of calls after which a run can die."""
    _, world = _end(life)
    return range(max(run.calls for run in world.runs if run.event["RequestType"] == kind) + 1)


@pytest.mark.parametrize(("life", "kind"), _LIVES, ids=_IDS)
def test_an_event_that_dies_after_any_call_comes_to_the_same_end(life: Life, kind: str) -> None:
    undisturbed, _ = _end(life)

    for calls in _calls(life, kind):
        end, world = _end(life, kind, (calls,))

        assert len(world.runs) > 1
        assert end == undisturbed, f"died after {calls} calls"


@pytest.mark.parametrize(("life", "kind"), _LIVES[:4], ids=_IDS[:4])
def test_an_event_that_dies_twice_comes_to_the_same_end(life: Life, kind: str) -> None:
    undisturbed, _ = _end(life)

    for first in _calls(life, kind):
        for second in _calls(life, kind):
            end, _ = _end(life, kind, (first, second))

            assert end == undisturbed, f"died after {first} calls, then after {second}"


def test_a_create_that_dies_three_times_leaves_nothing_at_work() -> None:
    for calls in _calls(_create, "Create"):
        (_, answers), world = _end(_create, "Create", (calls,) * 3)

        # A repetition has less to do, and so may end before it dies.
        at_work = {own_id()} if answers[0][0] == "CREATE_COMPLETE" else set()
        assert world.live_jobs() == at_work, f"died after {calls} calls"


def test_an_update_that_dies_three_times_is_taken_back_to_the_job_that_runs() -> None:
    for calls in _calls(_replace, "Update"):
        (_, answers), world = _end(_replace, "Update", (calls,) * 3)

        done = answers[1][0] == "UPDATE_COMPLETE"
        at_work = own_id({**properties(), "Revision": "2"}) if done else own_id()
        assert world.live_jobs() == {at_work}, f"died after {calls} calls"


def test_a_delete_that_dies_three_times_can_be_tried_again() -> None:
    for calls in _calls(_destroy, "Delete"):
        world = new_world()
        cloudformation = CloudFormation(world)
        cloudformation.deploy(properties())
        world.deaths["Delete"] = [calls] * 3

        cloudformation.destroy()
        again = cloudformation.destroy()

        assert again.status == "DELETE_COMPLETE"
        assert not world.live_jobs()
