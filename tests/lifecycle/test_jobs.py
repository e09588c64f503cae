"""Cases 39 to 55: what SageMaker may say to, and do with, a labeling job."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from tests.lifecycle.cloudformation import CloudFormation
from tests.lifecycle.world import World
from tests.unit.labeling_job.labeling_job_aws import OWNER_TAGS, own_id, properties


@pytest.mark.parametrize("times", [1, 2, 99])
@pytest.mark.parametrize(
    "operation", ["CreateLabelingJob", "DescribeLabelingJob", "StopLabelingJob", "AddTags"]
)
def test_case_39_too_many_calls_make_no_second_job_and_leave_none(
    world: World, cloudformation: CloudFormation, operation: str, times: int
) -> None:
    world.refuse(operation, "ThrottlingException", "Rate exceeded", times=times)

    cloudformation.deploy(properties())
    cloudformation.deploy(properties(Tags=[{"Key": "cost", "Value": "7"}]))
    jobs = dict(world.jobs)
    world.forgive()
    cloudformation.destroy()

    assert set(jobs) <= {own_id()}
    assert not world.live_jobs()


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://api.sagemaker"),
        ConnectionClosedError(endpoint_url="https://api.sagemaker"),
    ],
)
def test_case_40_a_job_whose_creation_was_not_answered_is_found_by_its_tags(
    world: World, cloudformation: CloudFormation, error: Exception
) -> None:
    world.unanswered["CreateLabelingJob"] = error

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert world.statuses() == {own_id(): "InProgress"}
    assert len(world.called("CreateLabelingJob")) == 1


@pytest.mark.parametrize(
    "tags",
    [
        {"team": "others"},
        {**OWNER_TAGS, "ground-truth-cdk:resource": "OtherJob"},
        {**OWNER_TAGS, "ground-truth-cdk:stack": OWNER_TAGS["ground-truth-cdk:stack"] + "0"},
    ],
)
@pytest.mark.parametrize("name", [own_id(), own_id().upper()])
def test_case_41_a_name_that_somebody_else_s_job_has_is_refused_and_that_job_left_alone(
    world: World, cloudformation: CloudFormation, tags: dict[str, str], name: str
) -> None:
    foreign = world.add_job(name, "InProgress", tags=tags)
    before = {**foreign}

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert "in use by a job not made by this stack" in deployment.first.reason
    assert world.jobs == {name.lower(): before}
    assert not world.called("StopLabelingJob")


def test_case_51_a_job_of_our_own_name_that_shows_no_tags_is_not_left_at_work(
    world: World, cloudformation: CloudFormation
) -> None:
    world.add_job(own_id(), "InProgress", tags={})

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert world.live_jobs() == set()


def test_case_42_a_quota_is_named_and_not_tried_again(
    world: World, cloudformation: CloudFormation
) -> None:
    quota = "The account-level service limit 'Number of labeling jobs' is 20"
    world.refuse("CreateLabelingJob", "ResourceLimitExceeded", quota, times=99)

    deployment = cloudformation.deploy(properties())

    assert "Number of labeling jobs" in deployment.first.reason
    assert len(world.called("CreateLabelingJob")) == 1
    assert not world.jobs


@pytest.mark.parametrize("course", [("Failed",), ("Initializing",) * 5 + ("Failed",)])
def test_case_43_a_job_that_fails_while_it_starts_gives_its_reason(
    world: World, cloudformation: CloudFormation, course: tuple[str, ...]
) -> None:
    world.course = course
    world.failure_reason = "ClientError: the manifest has no valid lines"

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "the manifest has no valid lines" in deployment.first.reason
    assert not world.live_jobs()


def test_case_44_a_job_that_stays_initializing_fails_the_create_and_is_stopped(
    world: World, cloudformation: CloudFormation
) -> None:
    world.course = ("Initializing",)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "did not start in time" in deployment.first.reason
    assert not world.live_jobs()


def test_case_45_a_job_without_tasks_is_a_success(
    world: World, cloudformation: CloudFormation
) -> None:
    world.seconds_to_count = float("inf")

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert "not confirmed yet" in deployment.first.data["Summary"]


def test_case_46_a_job_that_is_completed_at_the_first_look_is_a_success(
    world: World, cloudformation: CloudFormation
) -> None:
    world.course = ("Completed",)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.data["JobStatus"] == "Completed"


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_case_47_a_delete_of_a_job_that_has_ended_stops_nothing(
    world: World, cloudformation: CloudFormation, status: str
) -> None:
    cloudformation.deploy(properties())
    world.jobs[own_id()]["LabelingJobStatus"] = status

    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_COMPLETE"
    assert world.statuses() == {own_id(): status}
    assert not world.called("StopLabelingJob")


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_case_47_a_job_that_ends_before_it_is_stopped_is_a_success(
    world: World, cloudformation: CloudFormation, status: str
) -> None:
    cloudformation.deploy(properties())
    world.ahead[own_id()] = ["InProgress", status]
    world.refuse("StopLabelingJob", "ValidationException", f"The job is in status {status}")

    assert cloudformation.destroy().status == "DELETE_COMPLETE"


def test_case_48_a_delete_of_a_job_that_is_being_stopped_waits_for_some_minutes_at_most(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.jobs[own_id()]["LabelingJobStatus"] = "Stopping"
    begin = world.time

    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_COMPLETE"
    assert 200 < world.time - begin < 400
    assert not world.called("StopLabelingJob")


def test_case_49_a_job_that_refuses_to_be_stopped_is_asked_again(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.jobs[own_id()]["LabelingJobStatus"] = "Initializing"
    world.refuse("StopLabelingJob", "ValidationException", "can't be stopped yet", times=5)

    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_COMPLETE"
    assert world.statuses() == {own_id(): "Stopped"}


def test_case_49_a_job_that_never_lets_itself_be_stopped_fails_the_delete(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.refuse("StopLabelingJob", "ValidationException", "can't be stopped yet", times=999)

    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_FAILED"
    assert f"labeling job {own_id()} is InProgress" in deployment.first.reason
    assert world.time < 900


_ABSENT = [
    ("ResourceNotFound", "Nothing is known of it"),
    ("ValidationException", "Could not find requested job with name: it"),
    ("ValidationException", "Unable to describe the role's job"),
    ("NoSuchThing", "Quoi ?"),
]


@pytest.mark.parametrize("absent", _ABSENT)
def test_case_50_a_job_that_is_not_in_the_list_is_absent_whatever_it_is_refused_with(
    world: World, cloudformation: CloudFormation, absent: tuple[str, str]
) -> None:
    world.absent = absent

    made = cloudformation.deploy(properties())
    world.jobs.clear()
    destroyed = cloudformation.destroy()

    assert made.status == "CREATE_COMPLETE"
    assert destroyed.status == "DELETE_COMPLETE"


@pytest.mark.parametrize("refusal", _ABSENT)
def test_case_50_a_job_that_is_in_the_list_is_there_whatever_it_is_refused_with(
    world: World, cloudformation: CloudFormation, refusal: tuple[str, str]
) -> None:
    cloudformation.deploy(properties())
    for number in range(9):
        world.add_job(f"{own_id()}-0{number}", "InProgress", tags={})
    world.refuse("DescribeLabelingJob", *refusal, times=99)

    refused = cloudformation.destroy()
    world.forgive()
    destroyed = cloudformation.destroy()

    assert refused.status == "DELETE_FAILED"
    assert refusal[1] in refused.first.reason
    assert destroyed.status == "DELETE_COMPLETE"
    assert world.statuses()[own_id()] == "Stopped"


def test_case_50_a_list_that_shows_a_job_before_it_can_be_described_is_believed(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.refuse("DescribeLabelingJob", "ValidationException", "Could not find it", times=3)

    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_COMPLETE"
    assert world.statuses() == {own_id(): "Stopped"}


@pytest.mark.parametrize("absent", _ABSENT[:2])
def test_case_50_a_role_that_may_not_list_jobs_goes_by_the_code(
    world: World, cloudformation: CloudFormation, absent: tuple[str, str]
) -> None:
    denied = "not authorized to perform: sagemaker:ListLabelingJobs"
    world.absent = absent
    world.refuse("ListLabelingJobs", "AccessDeniedException", denied, times=99)

    made = cloudformation.deploy(properties())
    at_work = world.live_jobs()
    destroyed = cloudformation.destroy()

    assert made.status == "CREATE_COMPLETE"
    assert at_work == {own_id()}
    assert destroyed.status == "DELETE_COMPLETE"
    assert world.statuses() == {own_id(): "Stopped"}
    assert world.time < 60


def test_case_51_tags_that_appear_late_are_waited_for(
    world: World, cloudformation: CloudFormation
) -> None:
    world.add_job(own_id(), "InProgress")
    world.looks_without_tags = 3

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert not world.called("CreateLabelingJob")


def test_case_52_a_work_team_that_can_not_be_used_is_refused_before_a_job_is_there(
    world: World, cloudformation: CloudFormation
) -> None:
    gone = "Workteam arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/ana is gone"
    world.refuse("CreateLabelingJob", "ValidationException", gone, times=99)

    deployment = cloudformation.deploy(properties())

    assert "workteam/private-crowd/ana" in deployment.first.reason
    assert len(world.called("CreateLabelingJob")) == 1
    assert not world.jobs


def test_case_53_the_files_that_a_job_names_are_there_before_it_is(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())

    (request,) = world.called("CreateLabelingJob")
    named = {text.removeprefix("s3://out/") for text in _texts(request) if "/requests/" in text}
    assert len(named) == 3
    assert named <= world.objects["out"].keys()
    writes = [
        (operation, parameters.get("Key"))
        for operation, parameters in world.calls
        if operation == "CreateLabelingJob" or parameters.get("Key") in named
    ]
    assert writes[-1][0] == "CreateLabelingJob"


def test_case_54_a_label_attribute_that_is_too_long_is_refused(
    world: World, cloudformation: CloudFormation
) -> None:
    request = {**properties()["Request"], "LabelAttributeName": "a" * 128}
    detected = "1 validation error detected: Value at 'labelAttributeName' is longer than 127"
    world.refuse("CreateLabelingJob", "ValidationException", detected, times=99)

    deployment = cloudformation.deploy(properties(Request=request))

    assert "labelAttributeName" in deployment.first.reason
    assert len(world.called("CreateLabelingJob")) == 1
    assert not world.jobs


def test_case_55_reserved_tags_are_never_set(world: World, cloudformation: CloudFormation) -> None:
    tags = [
        {"Key": "aws:cloudformation:stack-name", "Value": "x"},
        {"Key": "AWS:other", "Value": "x"},
        {"Key": "ground-truth-cdk:stack", "Value": "x"},
        {"Key": "team", "Value": "readers"},
    ]

    cloudformation.deploy(properties(Tags=tags))
    cloudformation.deploy(properties(Tags=[*tags, {"Key": "aws:more", "Value": "x"}]))

    (request,) = world.called("CreateLabelingJob")
    assert {tag["Key"]: tag["Value"] for tag in request["Tags"]} == {
        **OWNER_TAGS,
        "team": "readers",
    }
    assert not world.called("AddTags")


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    return [value] if isinstance(value, str) else []
