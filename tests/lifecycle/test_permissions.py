"""Cases 30 to 38: permissions and keys that are missing, late or gone."""

from __future__ import annotations

import pytest

from tests.lifecycle.cloudformation import MADE_UP_ID, CloudFormation
from tests.lifecycle.world import World
from tests.unit.labeling_job.labeling_job_aws import own_id, properties

#: Seconds for which the Delete of a roll-back looks for a job before it takes it for absent.
_LOOKED_FOR = 30
_ROLE = "arn:aws:iam::111122223333:role/labeling"
_NOT_ASSUMABLE = f"SageMaker is not able to assume role {_ROLE}"
_DENIED = "User: me is not authorized to perform: {} on resource: {}"


def test_case_30_a_role_that_can_not_be_assumed_yet_is_waited_for(
    world: World, cloudformation: CloudFormation
) -> None:
    world.refuse("CreateLabelingJob", "ValidationException", _NOT_ASSUMABLE, times=3)

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert world.statuses() == {own_id(): "InProgress"}


def test_case_30_a_role_that_can_never_be_assumed_is_named_after_three_minutes(
    world: World, cloudformation: CloudFormation
) -> None:
    world.refuse("CreateLabelingJob", "ValidationException", _NOT_ASSUMABLE, times=99)

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert _ROLE in deployment.first.reason
    assert 120 < world.time - _LOOKED_FOR <= 190
    assert not world.jobs


@pytest.mark.parametrize(
    "operation", ["DescribeLabelingJob", "ListObjectsV2", "GetObject", "PutObject"]
)
def test_case_31_a_permission_that_is_not_yet_effective_is_waited_for(
    world: World, cloudformation: CloudFormation, operation: str
) -> None:
    world.refuse(operation, "AccessDenied", _DENIED.format(operation, "it"), times=2)

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert world.statuses() == {own_id(): "InProgress"}


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("CreateLabelingJob", "sagemaker:CreateLabelingJob"),
        ("DescribeLabelingJob", "sagemaker:DescribeLabelingJob"),
        ("ListObjectsV2", "s3:ListBucket"),
        ("PutObject", "s3:PutObject"),
    ],
)
def test_case_32_a_permission_that_stays_missing_is_named_with_action_and_resource(
    world: World, cloudformation: CloudFormation, operation: str, action: str
) -> None:
    denied = _DENIED.format(action, "arn:aws:that")
    world.refuse(operation, "AccessDenied", denied, times=99)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert action in deployment.first.reason
    assert "arn:aws:that" in deployment.first.reason
    assert not world.jobs


@pytest.mark.parametrize("operation", ["StopLabelingJob", "DescribeLabelingJob"])
def test_case_33_a_delete_without_permission_fails_while_a_job_may_be_at_work(
    world: World, cloudformation: CloudFormation, operation: str
) -> None:
    cloudformation.deploy(properties())
    world.refuse(operation, "AccessDeniedException", _DENIED.format(operation, "it"), times=9)

    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_FAILED"
    assert f"labeling job {own_id()} may be running" in deployment.first.reason
    assert "--retain-resources" in deployment.first.reason


@pytest.mark.parametrize("operation", ["StopLabelingJob", "DescribeLabelingJob"])
def test_case_33_a_delete_after_a_create_that_was_never_answered_fails_as_well(
    world: World, cloudformation: CloudFormation, operation: str
) -> None:
    world.answer_faults = [503] * 5
    cloudformation.deploy(properties(), rollback=False)
    world.refuse(operation, "AccessDeniedException", _DENIED.format(operation, "it"), times=9)

    cloudformation.properties, cloudformation.physical_id = properties(), MADE_UP_ID
    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_FAILED"
    assert f"labeling job {own_id()} may be running" in deployment.first.reason


def test_case_33_a_delete_without_permission_to_stop_succeeds_for_a_job_that_has_ended(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.jobs[own_id()]["LabelingJobStatus"] = "Completed"
    world.refuse("StopLabelingJob", "AccessDeniedException", "no", times=9)

    assert cloudformation.destroy().status == "DELETE_COMPLETE"


def test_case_33_a_delete_without_permission_for_its_marker_stops_the_job_all_the_same(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.refuse("PutObject", "AccessDenied", _DENIED.format("s3:PutObject", "it"), times=9)
    world.refuse("GetObject", "AccessDenied", _DENIED.format("s3:GetObject", "it"), times=9)

    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_COMPLETE"
    assert world.statuses() == {own_id(): "Stopped"}


def test_case_34_a_key_that_the_function_must_not_use_is_named(
    world: World, cloudformation: CloudFormation
) -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
    denied = _DENIED.format("kms:GenerateDataKey", key)
    world.refuse("PutObject", "AccessDenied", denied, times=99)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "kms:GenerateDataKey" in deployment.first.reason
    assert key in deployment.first.reason
    assert not world.jobs


def test_case_35_a_key_that_ground_truth_must_not_use_is_in_the_job_s_reason(
    world: World, cloudformation: CloudFormation
) -> None:
    world.course = ("Initializing", "Failed")
    world.failure_reason = "ClientError: access denied by AWS KMS when s3://in/Input/1.txt was read"

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "AWS KMS" in deployment.first.reason
    assert not world.live_jobs()


@pytest.mark.parametrize("code", ["KMS.DisabledException", "KMS.KMSInvalidStateException"])
def test_case_36_a_key_that_is_disabled_is_not_waited_for(
    world: World, cloudformation: CloudFormation, code: str
) -> None:
    world.refuse("PutObject", code, "the key is pending deletion", times=99)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert code in deployment.first.reason
    assert world.time - _LOOKED_FOR < 5
    assert not world.jobs


def test_case_37_a_missing_pass_role_is_named(world: World, cloudformation: CloudFormation) -> None:
    denied = _DENIED.format("iam:PassRole", _ROLE)
    world.refuse("CreateLabelingJob", "AccessDeniedException", denied, times=99)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "iam:PassRole" in deployment.first.reason
    assert _ROLE in deployment.first.reason
    assert world.time - _LOOKED_FOR <= 190


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_case_38_an_account_that_ground_truth_is_closed_to_is_told_so_at_once(
    world: World, cloudformation: CloudFormation, code: str
) -> None:
    closed = "Ground Truth is no longer open to new customers"
    world.refuse("CreateLabelingJob", code, closed, times=99)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert "new customers" in deployment.first.reason
    assert len(world.called("CreateLabelingJob")) == 1
    assert not world.jobs
