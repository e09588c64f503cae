"""Whatever comes in whatever order: nothing of the resource runs on, and nobody else is touched."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lifecycle.cloudformation import CloudFormation, stringified
from tests.lifecycle.conftest import new_world
from tests.lifecycle.world import World
from tests.unit.labeling_job.labeling_job_aws import OWNER_TAGS, own_id, properties

#: Somebody else has the name of the job of this revision.
_FOREIGN_REVISION = 4

#: Revision, tag and OnChange.
_Version = tuple[int, int, str]
_Step = Callable[[CloudFormation], None]


def _version(revision: int, tag: int, on_change: str) -> dict[str, Any]:
    tags = [{"Key": "cost", "Value": str(tag)}]
    return properties(Revision=revision, Tags=tags, OnChange=on_change)


def _deploy(version: _Version, how: str, stack: CloudFormation) -> None:
    stack.deploy(_version(*version), fails_later=how == "fails later")


def _cancel_create(version: _Version, order: list[int], stack: CloudFormation) -> None:
    if stack.properties is None:
        stack.cancel_create(_version(*version), order)


def _destroy(stack: CloudFormation) -> None:
    stack.destroy()


def _end_late_runs(stack: CloudFormation) -> None:
    stack.world.end_of_late_runs()


def _complete_jobs(stack: CloudFormation) -> None:
    assert isinstance(stack.world, World)
    for job in stack.world.jobs.values():
        if job["LabelingJobStatus"] == "InProgress" and _is_ours(job):
            job["LabelingJobStatus"] = "Completed"


def _die(kind: str, deaths: list[int | None], stack: CloudFormation) -> None:
    stack.world.deaths[kind].extend(deaths)


def _double(kind: str, order: list[int] | None, stack: CloudFormation) -> None:
    stack.world.order = order
    stack.world.duplicated[kind] = 1


def _lose_answers(number: int, stack: CloudFormation) -> None:
    stack.world.answer_faults.extend([503] * number)


def _delay_event(kind: str, stack: CloudFormation) -> None:
    stack.world.delayed[kind] = 1


def _lose_event(kind: str, stack: CloudFormation) -> None:
    stack.world.lost[kind] = 1


def _refuse(operation: str, code: str, stack: CloudFormation) -> None:
    stack.world.refuse(operation, code, "not now")


def _steps(function: Callable[..., None], *arguments: st.SearchStrategy[Any]) -> Any:
    return st.builds(functools.partial, st.just(function), *arguments)


_VERSIONS = st.tuples(
    st.integers(1, _FOREIGN_REVISION),
    st.integers(0, 1),
    st.sampled_from(["replace", "replace", "fail"]),
)
_ORDER = st.lists(st.integers(0, 1), max_size=60)
_KINDS = st.sampled_from(["Create", "Update", "Delete"])
#: A rollback goes on when it may not stop what it takes back, and a Delete when it can't say that
#: its resource is no longer wanted, so that refusals of these are left to the cases. Having too
#: many calls is no reason to give up.
_LOOK_OR_STOP = st.sampled_from(["DescribeLabelingJob", "StopLabelingJob"])
_OTHERS = st.sampled_from(["AddTags", "CreateLabelingJob", "DeleteTags", "ListObjectsV2"])
_CODES = st.sampled_from(["AccessDeniedException", "InternalFailure", "ThrottlingException"])
_DEATHS = st.lists(st.one_of(st.none(), st.integers(0, 25)), max_size=3)
#: What happens to a stack, or lies in wait for what happens next.
_STEPS = st.one_of(
    _steps(_deploy, _VERSIONS, st.sampled_from(["well", "well", "well", "fails later"])),
    _steps(_deploy, _VERSIONS, st.just("well")),
    _steps(_cancel_create, _VERSIONS, _ORDER),
    _steps(_destroy),
    _steps(_end_late_runs),
    _steps(_complete_jobs),
    _steps(_die, _KINDS, _DEATHS),
    _steps(_double, _KINDS, st.one_of(st.none(), _ORDER)),
    _steps(_lose_answers, st.integers(1, 6)),
    _steps(_delay_event, _KINDS),
    _steps(_lose_event, _KINDS),
    _steps(_refuse, _LOOK_OR_STOP, st.just("ThrottlingException")),
    _steps(_refuse, _OTHERS, _CODES),
)


@settings(
    deadline=None,
    derandomize=True,
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(_STEPS, min_size=1, max_size=12))
def test_after_a_delete_nothing_of_the_resource_runs_and_others_are_untouched(
    steps: list[_Step],
) -> None:
    world = new_world()
    cloudformation = CloudFormation(world)
    foreign = own_id(stringified(_version(_FOREIGN_REVISION, 0, "replace")))
    world.add_job(foreign, "InProgress", tags={"team": "others"})
    world.add_job("dev-even-odd", "InProgress", tags={})
    before = {name: {**job} for name, job in world.jobs.items()}

    for step in steps:
        step(cloudformation)
        _assert_others_untouched(world, before)
    _end(world, cloudformation)

    cloudformation.check_answers()
    _assert_others_untouched(world, before)
    ours = {name for name in world.live_jobs() if _is_ours(world.jobs[name])}
    assert not ours


def _end(world: World, cloudformation: CloudFormation) -> None:
    """Let all that is under way end, and destroy the stack without any more faults."""
    world.forgive()
    for faults in (world.deaths, world.delayed, world.lost, world.duplicated):
        faults.clear()
    world.answer_faults.clear()
    world.end_of_late_runs()
    assert cloudformation.destroy().status == "DELETE_COMPLETE"
    world.end_of_late_runs()


def _is_ours(job: dict[str, Any]) -> bool:
    return OWNER_TAGS.items() <= {tag["Key"]: tag["Value"] for tag in job["Tags"]}.items()


def _assert_others_untouched(world: World, before: dict[str, dict[str, Any]]) -> None:
    assert {name: world.jobs[name] for name in before} == before
