"""Cases 77 and 80, and two stacks of one account: what people do to whole stacks."""

from __future__ import annotations

import pytest

from tests.lifecycle.cloudformation import MADE_UP_ID, CloudFormation, stringified
from tests.lifecycle.world import World
from tests.unit.labeling_job.labeling_job_aws import STACK, own_id, properties


def test_case_77_destroying_stops_the_job_and_leaves_its_labels_byte_for_byte(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.label(own_id(), "42")
    before = {key: each for key, each in world.objects["out"].items() if "/wanted/" not in key}

    deployment = cloudformation.destroy()

    after = {key: each for key, each in world.objects["out"].items() if "/wanted/" not in key}
    assert deployment.status == "DELETE_COMPLETE"
    assert world.statuses() == {own_id(): "Stopped"}
    assert after == before


def test_case_77_a_job_that_may_not_be_stopped_fails_the_destruction_and_goes_on(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties(StopOnDelete=False))
    world.jobs[own_id()]["LabelCounters"] = {"TotalLabeled": 1, "Unlabeled": 1}

    refused = cloudformation.destroy()
    going_on = world.statuses()
    cloudformation.deploy(properties(StopOnDelete=True))
    destroyed = cloudformation.destroy()

    assert refused.status == "DELETE_FAILED"
    assert "stop_on_delete" in refused.first.reason
    assert going_on == {own_id(): "InProgress"}
    assert destroyed.status == "DELETE_COMPLETE"
    assert world.statuses() == {own_id(): "Stopped"}


def test_case_77_a_job_that_may_not_be_stopped_is_stopped_when_its_deployment_fails(
    world: World, cloudformation: CloudFormation
) -> None:
    world.course = ("Initializing",)

    deployment = cloudformation.deploy(properties(StopOnDelete=False))

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert not world.live_jobs()


def test_case_80_a_create_that_failed_without_rollback_can_be_tried_again(
    world: World, cloudformation: CloudFormation
) -> None:
    world.course = ("Initializing", "Failed")
    failed = cloudformation.deploy(properties(), rollback=False)
    world.course = ("Initializing", "InProgress")

    deployment = cloudformation.deploy(properties())

    assert failed.status == "CREATE_FAILED"
    assert deployment.status == "CREATE_COMPLETE"
    assert world.live_jobs() == {f"{own_id()}-2"}


def test_case_80_a_create_that_was_never_answered_is_adopted_by_the_next(
    world: World, cloudformation: CloudFormation
) -> None:
    world.answer_faults = [503] * 5
    cloudformation.deploy(properties(), rollback=False)

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert world.statuses() == {own_id(): "InProgress"}


@pytest.mark.parametrize("identity", [None, MADE_UP_ID])
def test_two_environments_of_one_account_never_touch_each_other_s_jobs(
    world: World, cloudformation: CloudFormation, identity: str | None
) -> None:
    other = CloudFormation(world, stack=STACK.replace("0a1b2c3d", "4e5f6a7b"))

    ours = cloudformation.deploy(properties())
    theirs = other.deploy(properties())
    if identity:
        other.physical_id = identity
    destroyed = other.destroy()

    assert ours.first.physical_id != theirs.first.physical_id
    assert destroyed.status == "DELETE_COMPLETE"
    assert world.live_jobs() == {ours.first.physical_id}


def test_a_new_stack_leaves_out_what_a_stack_that_is_gone_has_labeled(world: World) -> None:
    first = CloudFormation(world)
    made = first.deploy(properties())
    world.label(str(made.first.physical_id), "42")
    first.destroy()

    again = CloudFormation(world, stack=STACK.replace("0a1b2c3d", "4e5f6a7b")).deploy(properties())

    assert [line["source"] for line in world.lines(again.first.data["JobName"])] == ["7"]


def test_a_stack_s_own_id_is_what_the_function_computes(
    cloudformation: CloudFormation,
) -> None:
    made = cloudformation.deploy(properties())

    assert made.first.physical_id == own_id(stringified(properties()))
