"""Delete: what is ours and runs is stopped, and nothing else is touched."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from labeling_job.errors import LabelingJobError
from labeling_job.labeling_job import run
from tests.unit.labeling_job_aws import OWNER_TAGS, FakeAws, event, own_id


def _delete(aws: FakeAws, identity: str = own_id(), props: Any = None) -> None:
    run(event("Delete", props, PhysicalResourceId=identity), aws.collaborators())


def test_delete_of_a_missing_job_succeeds() -> None:
    aws = FakeAws()

    _delete(aws)

    assert [name for name, _ in aws.calls] == ["DescribeLabelingJob"]


@pytest.mark.parametrize("status", ["Initializing", "InProgress"])
def test_delete_stops_a_job_and_waits_for_its_end(status: str) -> None:
    aws = FakeAws(stop_course=("Stopping", "Stopping", "Stopped"))
    aws.add_job(own_id(), status)

    _delete(aws)

    assert aws.statuses() == {own_id(): "Stopped"}


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_delete_leaves_a_job_that_has_ended_alone(status: str) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), status)

    _delete(aws)

    assert aws.called("StopLabelingJob") == []


def test_delete_stops_every_run_of_the_resource() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "Stopped")
    aws.add_job(f"{own_id()}-2", "InProgress")
    aws.add_job(f"{own_id()}-3", "InProgress")

    _delete(aws)

    assert set(aws.statuses().values()) == {"Stopped"}


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {**OWNER_TAGS, "ground-truth-cdk:stack": "another"},
        {**OWNER_TAGS, "ground-truth-cdk:resource": "Renamed"},
    ],
)
def test_delete_never_stops_a_job_of_somebody_else(tags: dict[str, str]) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress", tags=tags)

    _delete(aws)

    assert aws.statuses() == {own_id(): "InProgress"}


@pytest.mark.parametrize(
    "identity", ["dev-Labeling-Job-1ABCDEF2345GH", "EvenOddJob-invalid", "", "x" * 500, "none"]
)
def test_delete_of_a_made_up_id_calls_nothing(identity: str) -> None:
    aws = FakeAws()

    _delete(aws, identity)

    assert aws.calls == []


def test_delete_twice_succeeds() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")

    _delete(aws)
    _delete(aws)

    assert len(aws.called("StopLabelingJob")) == 1


@pytest.mark.parametrize("props", [{}, {"Input": "broken"}, {"NamePrefix": ["x"]}])
def test_delete_does_not_look_at_the_properties(props: dict[str, Any]) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")

    _delete(aws, props=props)

    assert aws.statuses() == {own_id(): "Stopped"}


def test_delete_calls_no_other_service() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")

    _delete(aws)

    assert {name for name, _ in aws.calls} == {"DescribeLabelingJob", "StopLabelingJob"}


def test_delete_does_not_wait_for_ever_for_a_job_that_is_being_stopped() -> None:
    aws = FakeAws(stop_course=("Stopping",))
    aws.add_job(own_id(), "InProgress")

    _delete(aws)

    assert 290 <= aws.time <= 300


def test_delete_of_a_job_that_is_being_stopped_does_not_stop_it_again() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "Stopping")

    _delete(aws)

    assert aws.called("StopLabelingJob") == []


def test_delete_goes_on_when_the_job_ends_before_it_is_stopped() -> None:
    aws = FakeAws()
    job = aws.add_job(own_id(), "InProgress")
    aws.ahead[own_id()] = ["InProgress", "InProgress", "Completed"]
    aws.refuse("StopLabelingJob", "ValidationException", "The request was rejected: Completed")

    _delete(aws)

    assert job["LabelingJobStatus"] == "Completed"


def test_delete_asks_again_until_a_job_can_be_stopped() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "Initializing")
    aws.refuse("StopLabelingJob", "ValidationException", "The job is Initializing", times=4)

    _delete(aws)

    assert aws.statuses() == {own_id(): "Stopped"}


def test_delete_fails_when_a_live_job_never_accepts_to_be_stopped() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")
    aws.refuse("StopLabelingJob", "ValidationException", "Not now", times=999)

    with pytest.raises(LabelingJobError, match=r"is InProgress and stays so.*Not now"):
        _delete(aws)


@pytest.mark.parametrize("operation", ["StopLabelingJob", "DescribeLabelingJob"])
def test_delete_without_permission_says_what_to_do(operation: str) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")
    message = f"User: x is not authorized to perform: sagemaker:{operation} on resource: y"
    aws.refuse(operation, "AccessDeniedException", message)

    with pytest.raises(LabelingJobError) as refused:
        _delete(aws)

    assert message in str(refused.value)
    assert f"stop-labeling-job --labeling-job-name {own_id()}" in str(refused.value)
    assert "--retain-resources EvenOddJob" in str(refused.value)


def test_delete_without_permission_names_the_run_that_is_live() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "Stopped")
    aws.add_job(f"{own_id()}-2", "InProgress")
    aws.refuse("StopLabelingJob", "AccessDeniedException", "User: x is not authorized")

    with pytest.raises(LabelingJobError, match=f"--labeling-job-name {own_id()}-2`"):
        _delete(aws)


def test_delete_without_permission_to_stop_succeeds_for_a_job_that_has_ended() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "Completed")
    aws.refuse("StopLabelingJob", "AccessDeniedException", "denied", times=999)

    _delete(aws)

    assert aws.statuses() == {own_id(): "Completed"}


@pytest.mark.parametrize("operation", ["StopLabelingJob", "DescribeLabelingJob"])
def test_delete_survives_too_many_calls(operation: str) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")
    aws.refuse(operation, "ThrottlingException", "Rate exceeded", times=4)

    _delete(aws)

    assert aws.statuses() == {own_id(): "Stopped"}


def test_delete_does_not_take_any_validation_error_for_absent() -> None:
    aws = FakeAws()
    aws.refuse("DescribeLabelingJob", "ValidationException", "The request is malformed")

    with pytest.raises(ClientError, match="malformed"):
        _delete(aws)
