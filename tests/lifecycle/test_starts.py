"""A job is started when it has counted its data objects, not when it is said to be in progress."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.lifecycle.cloudformation import CloudFormation, stringified
from tests.lifecycle.world import World
from tests.unit.labeling_job.labeling_job_aws import own_id, properties

_NEVER = float("inf")
_ROLE = "ClientError: SageMaker was unable to assume the role 'arn:aws:iam::111122223333:role/r'"
_ZEROS = {
    "TotalLabeled": 0,
    "HumanLabeled": 0,
    "MachineLabeled": 0,
    "FailedNonRetryableError": 0,
    "Unlabeled": 0,
}
_DESIRED = stringified(properties(Revision=2))


@pytest.mark.parametrize("seconds", range(121))
def test_a_job_that_fails_after_it_was_in_progress_fails_its_deployment(
    world: World, cloudformation: CloudFormation, seconds: int
) -> None:
    world.seconds_to_count, world.fails_after = _NEVER, seconds
    world.failure_reason = "ClientError: no template"

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert "failed to start: ClientError: no template" in deployment.first.reason
    assert not world.live_jobs()


def test_a_job_that_has_counted_is_not_waited_for(
    world: World, cloudformation: CloudFormation
) -> None:
    deployment = cloudformation.deploy(properties())

    assert deployment.first.data["Summary"] == "2 data objects; left out 1: folder marker 1"
    assert world.time < 10


def test_a_job_that_counts_late_is_confirmed(world: World, cloudformation: CloudFormation) -> None:
    world.seconds_to_count = 60

    deployment = cloudformation.deploy(properties())

    assert "not confirmed" not in deployment.first.data["Summary"]
    assert 60 <= world.time < 90


@pytest.mark.parametrize(
    "counters", [{}, _ZEROS, {**_ZEROS, "Unlabeled": 1}, {**_ZEROS, "FailedNonRetryableError": 1}]
)
def test_a_job_that_never_counts_is_waited_for_two_minutes(
    world: World, cloudformation: CloudFormation, counters: dict[str, int]
) -> None:
    world.seconds_to_count = _NEVER
    world.shown_counters = counters

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert "not confirmed yet" in deployment.first.data["Summary"]
    assert 115 < world.time < 130
    assert world.live_jobs() == {own_id()}


@pytest.mark.parametrize(
    "counters",
    [
        {"Unlabeled": 2},
        {"TotalLabeled": 1, "Unlabeled": 1},
        {"FailedNonRetryableError": 1, "Unlabeled": 1},
        {**_ZEROS, "TotalLabeled": 2, "HumanLabeled": 2},
    ],
)
def test_whatever_makes_up_the_manifest_confirms_a_job(
    world: World, cloudformation: CloudFormation, counters: dict[str, int]
) -> None:
    world.shown_counters = counters

    deployment = cloudformation.deploy(properties())

    assert "not confirmed" not in deployment.first.data["Summary"]
    assert world.time < 10


def test_the_wait_ends_before_an_answer_is_due(
    world: World, cloudformation: CloudFormation
) -> None:
    world.course = ("Initializing",) * 155 + ("InProgress",)
    world.seconds_to_count = _NEVER

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert "not confirmed yet" in deployment.first.data["Summary"]
    assert world.time < 800


def test_a_job_that_was_at_work_before_is_not_waited_for(
    world: World, cloudformation: CloudFormation
) -> None:
    world.seconds_to_count = _NEVER
    world.add_job(own_id(), "InProgress")

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert world.time < 10


def test_an_update_in_place_waits_for_no_job(world: World, cloudformation: CloudFormation) -> None:
    world.seconds_to_count = _NEVER
    cloudformation.deploy(properties())
    begin = world.time

    deployment = cloudformation.deploy(properties(Tags=[]))

    assert deployment.status == "UPDATE_COMPLETE"
    assert world.time - begin < 10


def test_a_repetition_of_a_killed_run_waits_for_the_job_of_that_run(
    world: World, cloudformation: CloudFormation
) -> None:
    world.seconds_to_count, world.fails_after = _NEVER, 100
    world.deaths["Create"] = [20]

    deployment = cloudformation.deploy(properties())

    assert len(world.runs) > 1
    assert deployment.first.status == "FAILED"
    assert not world.live_jobs()


@pytest.mark.parametrize("failures", [1, 2, 3])
def test_a_role_that_is_new_to_ground_truth_is_tried_with_the_next_names(
    world: World, cloudformation: CloudFormation, failures: int
) -> None:
    world.courses = [("InProgress", "Failed")] * failures
    world.seconds_to_count = 30
    world.failure_reason = _ROLE

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert deployment.first.data["JobName"] == f"{own_id()}-{failures + 1}"
    assert world.live_jobs() == {f"{own_id()}-{failures + 1}"}


def test_a_role_that_stays_unknown_fails_the_deployment_after_three_minutes(
    world: World, cloudformation: CloudFormation
) -> None:
    world.course, world.failure_reason = ("Failed",), _ROLE

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert "arn:aws:iam::111122223333:role/r exists and trusts" in deployment.first.reason
    assert 150 < world.time < 220
    assert len(world.jobs) < 30


def test_a_role_that_is_new_does_not_start_a_job_that_was_taken_back(world: World) -> None:
    world.course, world.failure_reason = ("InProgress", "Failed"), _ROLE
    world.seconds_to_count = _NEVER

    for steps in range(3, 60, 3):
        order = itertools.chain(itertools.repeat(0, steps), itertools.repeat(1, 60))
        CloudFormation(world).cancel_create(properties(Revision=steps), order)

    assert not world.live_jobs()


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalFailure", "ServiceUnavailable"])
@pytest.mark.parametrize(
    "operation", ["CreateLabelingJob", "DescribeLabelingJob", "ListLabelingJobs", "PutObject"]
)
def test_what_is_busy_is_tried_again(
    world: World, cloudformation: CloudFormation, operation: str, code: str
) -> None:
    world.refuse(operation, code, "Rate exceeded", times=5)

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert world.statuses() == {own_id(): "InProgress"}


def test_what_stays_busy_is_told_before_an_answer_is_due(
    world: World, cloudformation: CloudFormation
) -> None:
    world.refuse("CreateLabelingJob", "ThrottlingException", "Rate exceeded", times=999)

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert "Rate exceeded" in deployment.first.reason
    assert 700 < world.time < 900


def test_all_jobs_of_a_large_file_start_where_few_may_at_once(world: World) -> None:
    world.creations_per_second = 1
    stacks = [CloudFormation(world, resource=f"Job{number}") for number in range(24)]
    events = [stack.event("Create", stringified(properties())) for stack in stacks]

    world.stage.play((), *(_delivery(world, event) for event in events))

    assert len(world.live_jobs()) == 24


def test_a_failure_names_what_it_has_stopped_and_what_goes_on(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.course = ("Initializing",)

    deployment = cloudformation.deploy(_DESIRED)

    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.first.reason.endswith(
        f"; stopped what it had started: labeling job {own_id(_DESIRED)}; labeling job {own_id()} "
        "goes on"
    )
    assert world.live_jobs() == {own_id()}


def test_a_failure_of_a_first_deployment_names_only_what_it_has_stopped(
    world: World, cloudformation: CloudFormation
) -> None:
    world.course = ("Initializing",)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.reason.endswith(f"it had started: labeling job {own_id()}")


def test_a_job_that_has_failed_since_is_told_of_with_its_reason(
    world: World, cloudformation: CloudFormation
) -> None:
    made = cloudformation.deploy(properties())
    world.jobs[own_id()]["LabelingJobStatus"] = "Failed"
    world.failure_reason = "ClientError: The template can't be shown."

    updated = cloudformation.deploy(properties(Tags=[]))

    assert made.first.data["FailureReason"] == "none"
    assert updated.first.data["FailureReason"] == "ClientError: The template can't be shown."
    assert updated.first.data["Summary"].endswith(
        "; the job is Failed (ClientError: The template can't be shown), raise the revision for a "
        "new run"
    )


def _delivery(world: World, event: dict[str, Any]) -> Any:
    return lambda: world.deliver(event)
