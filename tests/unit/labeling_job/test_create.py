"""Create: one job, whatever happens between the calls."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from custom_resource.errors import CustomResourceError
from custom_resource.responder import Outcome
from custom_resource.response import Answer, body
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import (
    OWNER_TAGS,
    FakeAws,
    event,
    input_properties,
    own_id,
    properties,
)

_ROLE = "SageMaker is not able to assume role arn:aws:iam::111122223333:role/labeling"
_DATA = {
    "JobName",
    "JobArn",
    "JobStatus",
    "FailureReason",
    "ManifestUri",
    "ObjectCount",
    "CarriedOverCount",
    "LeftOutCount",
    "ReportUri",
    "OutputManifestUri",
    "Summary",
}


@pytest.fixture
def aws() -> FakeAws:
    fake = FakeAws()
    fake.objects["in"].update({"Input/": b"", "Input/1.txt": b"42", "Input/2.txt": b"7"})
    return fake


def _create(aws: FakeAws, props: dict[str, Any] | None = None) -> Outcome:
    return run(event("Create", props), aws.as_clients())


def test_create_starts_a_job_under_its_id(aws: FakeAws) -> None:
    outcome = _create(aws)

    assert outcome.physical_id == own_id()
    assert aws.statuses() == {own_id(): "InProgress"}


def test_the_data_describe_the_job(aws: FakeAws) -> None:
    data = _create(aws).data

    assert data.keys() == _DATA
    assert data["JobName"] == own_id()
    assert data["JobArn"].endswith(f":labeling-job/{own_id()}")
    assert data["JobStatus"] == "InProgress"
    assert data["ObjectCount"] == "2"
    assert data["LeftOutCount"] == "1"
    assert data["OutputManifestUri"] == (
        f"s3://out/labels/{own_id()}/manifests/output/output.manifest"
    )
    assert data["ReportUri"] == data["ManifestUri"].replace("input.manifest", "left-out.jsonl")
    assert data["Summary"] == "2 data objects; left out 1: folder marker 1"


def test_what_can_not_be_labeled_is_listed_beside_the_manifest(aws: FakeAws) -> None:
    data = _create(aws).data

    assert aws.objects["out"][data["ReportUri"].removeprefix("s3://out/")] == (
        b'{"object": "s3://in/Input/", "reason": "folder marker"}\n'
    )


def test_there_is_no_report_where_all_can_be_labeled(aws: FakeAws) -> None:
    del aws.objects["in"]["Input/"]

    data = _create(aws).data

    assert data["ReportUri"] == "none"
    assert data["LeftOutCount"] == "0"
    assert not any("left-out" in key for key in aws.objects["out"])


def test_what_was_not_chosen_is_counted_and_not_listed(aws: FakeAws) -> None:
    del aws.objects["in"]["Input/"]

    data = _create(aws, input_properties(Sample="1")).data

    assert (data["ObjectCount"], data["LeftOutCount"], data["ReportUri"]) == ("1", "1", "none")
    assert data["Summary"] == "1 data object; left out 1: not in the sample 1"


def test_the_longest_data_fit_an_answer(aws: FakeAws) -> None:
    aws.objects["in"].update({"Input/a/": b"", "Input/b": b"x", "Input/c.txt": b""})
    files = {**properties()["Files"], "Bucket": "b" * 63, "Prefix": f"requests/{'a' * 49}/"}
    request = {**properties()["Request"], "OutputConfig": {"S3OutputPath": f"s3://{'b' * 63}/l"}}
    props = properties(NamePrefix="a" * 49, Files=files, Request=request)

    data = _create(aws, props).data

    answer = Answer(status="SUCCESS", physical_id="i", reason=data["Summary"], data=data)
    assert json.loads(body(event("Create", props), answer))["Data"] == data


def test_a_job_may_have_neither_labels_nor_template(aws: FakeAws) -> None:
    interface = {"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/X"}
    sent = properties()["Request"]
    request = {**sent, "HumanTaskConfig": {**sent["HumanTaskConfig"], "UiConfig": interface}}
    files = {"Bucket": "out", "Prefix": "requests/even-odd/"}

    _create(aws, properties(Files=files, Request=request))

    (created,) = aws.called("CreateLabelingJob")
    assert "LabelCategoryConfigS3Uri" not in created
    assert created["HumanTaskConfig"]["UiConfig"] == interface
    assert {key.rpartition("/")[2] for key in aws.objects["out"] if "/wanted/" not in key} == {
        "input.manifest",
        "left-out.jsonl",
        "run.json",
    }


def test_the_request_names_the_files_that_were_written(aws: FakeAws) -> None:
    data = _create(aws).data

    (request,) = aws.called("CreateLabelingJob")
    folder = data["ManifestUri"].removesuffix("input.manifest")
    assert re.fullmatch(r"s3://out/requests/even-odd/[0-9a-f]{64}/", folder)
    assert (
        request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
        == (data["ManifestUri"])
    )
    assert request["LabelCategoryConfigS3Uri"] == f"{folder}label-categories.json"
    assert request["HumanTaskConfig"]["UiConfig"] == {
        "UiTemplateS3Uri": f"{folder}worker-template.liquid"
    }
    assert {f"s3://out/{key}" for key in aws.objects["out"]} >= {
        f"{folder}{name}"
        for name in ("input.manifest", "label-categories.json", "worker-template.liquid")
    }


def test_the_rest_of_the_request_is_sent_with_its_numbers(aws: FakeAws) -> None:
    _create(aws)

    (request,) = aws.called("CreateLabelingJob")
    assert request["LabelAttributeName"] == "parity"
    assert request["HumanTaskConfig"]["TaskTimeLimitInSeconds"] == 300
    assert request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] == 1


def test_a_job_has_the_tags_of_its_owner_and_of_the_user(aws: FakeAws) -> None:
    reserved = [
        {"Key": "ground-truth-cdk:stack", "Value": "another"},
        {"Key": "aws:x", "Value": "y"},
    ]

    _create(aws, properties(Tags=[{"Key": "team", "Value": "readers"}, *reserved]))

    (request,) = aws.called("CreateLabelingJob")
    assert {tag["Key"]: tag["Value"] for tag in request["Tags"]} == {
        **OWNER_TAGS,
        "team": "readers",
    }


def test_the_same_event_twice_makes_one_job(aws: FakeAws) -> None:
    sent = event("Create")

    first = run(sent, aws.as_clients())
    second = run(sent, aws.as_clients())

    assert second == first
    assert len(aws.called("CreateLabelingJob")) == 1


def test_the_same_input_is_written_to_the_same_keys(aws: FakeAws) -> None:
    _create(aws)
    before = aws.objects["out"].keys()
    aws.jobs.clear()

    _create(aws)

    assert aws.objects["out"].keys() == before


def test_nothing_is_written_when_a_text_is_refused(aws: FakeAws) -> None:
    aws.objects["in"]["Input/9.txt"] = b"\xff"

    with pytest.raises(CustomResourceError):
        _create(aws)

    assert [key for key in aws.objects["out"] if "/wanted/" not in key] == []
    assert aws.jobs == {}


def test_nothing_to_label_can_be_skipped(aws: FakeAws) -> None:
    aws.objects["in"] = {"Input/": b""}

    outcome = _create(aws, input_properties(WhenEmpty="skip"))

    assert outcome.data.keys() == _DATA
    assert {name for name, value in outcome.data.items() if value == "none"} == {
        "JobName",
        "JobArn",
        "JobStatus",
        "FailureReason",
        "ManifestUri",
        "ReportUri",
        "OutputManifestUri",
    }
    assert outcome.data["ObjectCount"] == "0"
    assert outcome.data["LeftOutCount"] == "1"
    assert "nothing to label under s3://in/Input/" in outcome.data["Summary"]
    assert aws.jobs == {}


@pytest.mark.parametrize("status", ["Initializing", "InProgress", "Completed"])
def test_a_job_that_is_there_already_is_kept(aws: FakeAws, status: str) -> None:
    _create(aws)
    aws.jobs[own_id()]["LabelingJobStatus"] = status
    aws.ahead[own_id()] = [status, "InProgress"] if status == "Initializing" else []
    aws.objects["in"].clear()

    outcome = _create(aws)

    assert outcome.data["JobName"] == own_id()
    assert outcome.data["ObjectCount"] == "2"
    assert len(aws.jobs) == 1


def test_a_job_that_is_kept_gets_the_tags_of_the_event(aws: FakeAws) -> None:
    job = aws.add_job(own_id(), "Completed", tags={**OWNER_TAGS, "team": "another"})

    _create(aws)

    assert {"Key": "team", "Value": "readers"} in job["Tags"]


@pytest.mark.parametrize("status", ["Failed", "Stopping", "Stopped"])
def test_a_used_up_name_gets_a_suffix(aws: FakeAws, status: str) -> None:
    aws.add_job(own_id(), status)

    outcome = _create(aws)

    assert outcome.physical_id == own_id()
    assert outcome.data["JobName"] == f"{own_id()}-2"
    assert aws.statuses() == {own_id(): status, f"{own_id()}-2": "InProgress"}


def test_the_last_of_several_runs_is_kept(aws: FakeAws) -> None:
    aws.add_job(own_id(), "Stopped")
    aws.add_job(f"{own_id()}-2", "InProgress")

    assert _create(aws).data["JobName"] == f"{own_id()}-2"
    assert aws.called("CreateLabelingJob") == []


def test_a_resource_whose_names_are_used_up_is_refused(aws: FakeAws) -> None:
    aws.add_job(own_id(), "Stopped")
    for number in range(2, 100):
        aws.add_job(f"{own_id()}-{number}", "Stopped")

    with pytest.raises(CustomResourceError, match="raise the revision"):
        _create(aws)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {**OWNER_TAGS, "ground-truth-cdk:stack": "another"},
        {**OWNER_TAGS, "ground-truth-cdk:resource": "Another"},
    ],
)
@pytest.mark.parametrize("name", [own_id(), own_id().upper()])
def test_a_name_that_somebody_else_uses_is_refused(
    aws: FakeAws, tags: dict[str, str], name: str
) -> None:
    aws.add_job(name, "InProgress", tags=tags)

    with pytest.raises(CustomResourceError, match="in use by a job not made by this stack"):
        _create(aws)

    assert aws.called("CreateLabelingJob") == []
    assert aws.statuses() == {name: "InProgress"}


def test_tags_that_appear_late_are_waited_for(aws: FakeAws) -> None:
    aws.add_job(own_id(), "InProgress")
    aws.looks_without_tags = 3

    assert _create(aws).data["JobName"] == own_id()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ValidationException", _ROLE),
        ("ValidationException", "The role does not have permission to read s3://out"),
        ("AccessDeniedException", "not authorized to perform: sagemaker:CreateLabelingJob"),
        ("AccessDeniedException", "not authorized to perform: iam:PassRole on resource: role"),
    ],
)
def test_a_new_role_is_waited_for(aws: FakeAws, code: str, message: str) -> None:
    aws.refuse("CreateLabelingJob", code, message, times=3)

    outcome = _create(aws)

    assert outcome.data["JobStatus"] == "InProgress"
    assert len(aws.called("CreateLabelingJob")) == 4


@pytest.mark.parametrize("operation", ["DescribeLabelingJob", "ListObjectsV2", "PutObject"])
def test_a_new_policy_of_the_function_is_waited_for(aws: FakeAws, operation: str) -> None:
    aws.refuse(operation, "AccessDenied", "not authorized to perform: it", times=3)

    assert _create(aws).data["JobStatus"] == "InProgress"


def test_a_role_is_waited_for_three_minutes_at_most(aws: FakeAws) -> None:
    aws.refuse("CreateLabelingJob", "ValidationException", _ROLE, times=999)

    with pytest.raises(CustomResourceError, match=f"{own_id()} can't be started: .*role/labeling"):
        _create(aws)

    assert 150 < aws.time <= 180


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ResourceLimitExceeded", "The limit 'concurrent jobs' is 20"),
        ("ValidationException", "The bucket in has no CORS permission"),
        ("ValidationException", "1 validation error detected: 'x:role/y' at 'roleArn' failed"),
        ("ValidationException", "The work team does not exist"),
        ("AccessDeniedException", "The service is closed to new customers"),
    ],
)
def test_an_error_that_will_not_pass_is_reported_at_once(
    aws: FakeAws, code: str, message: str
) -> None:
    aws.refuse("CreateLabelingJob", code, message)

    with pytest.raises(CustomResourceError) as refused:
        _create(aws)

    assert f"labeling job {own_id()} can't be started: " in str(refused.value)
    assert message in str(refused.value)
    assert aws.time == 0


@pytest.mark.parametrize("code", ["ResourceInUse", "ValidationException"])
def test_a_job_that_another_call_has_just_made_is_kept(aws: FakeAws, code: str) -> None:
    aws.refuse("DescribeLabelingJob", "ResourceNotFound", "none")
    aws.lists_behind = 1
    aws.refuse("CreateLabelingJob", code, "The name is in use")
    aws.add_job(own_id(), "InProgress")

    outcome = _create(aws)

    assert outcome.data["JobName"] == own_id()
    assert len(aws.jobs) == len(aws.called("CreateLabelingJob")) == 1


def test_a_job_that_another_call_has_just_made_is_that_call_s_to_stop(aws: FakeAws) -> None:
    aws.refuse("DescribeLabelingJob", "ResourceNotFound", "none")
    aws.lists_behind = 1
    aws.add_job(own_id(), "Initializing")

    with pytest.raises(CustomResourceError, match="did not start in time"):
        _create(aws)

    assert aws.statuses() == {own_id(): "Initializing"}


def test_a_job_whose_creation_was_not_answered_is_found(aws: FakeAws) -> None:
    aws.disturb("CreateLabelingJob", ReadTimeoutError(endpoint_url="https://example.com"))
    aws.refuse("DescribeLabelingJob", "ResourceNotFound", "none")
    aws.lists_behind = 1
    aws.add_job(own_id(), "InProgress")

    assert _create(aws).data["JobName"] == own_id()


def test_a_job_that_fails_at_its_start_is_reported_with_its_reason(aws: FakeAws) -> None:
    aws.course = ("Initializing", "Failed")

    with pytest.raises(CustomResourceError, match="failed to start: SageMaker gives no reason"):
        _create(aws)

    assert aws.called("StopLabelingJob") == []


def test_the_reason_of_a_failure_is_passed_on(aws: FakeAws) -> None:
    aws.add_job(own_id(), "Initializing", FailureReason="The manifest is not valid")
    aws.ahead[own_id()] = ["Initializing", "Failed"]

    with pytest.raises(CustomResourceError, match="failed to start: The manifest is not valid"):
        _create(aws)


@pytest.mark.parametrize("status", ["Stopping", "Stopped"])
def test_a_job_that_is_stopped_while_it_starts_is_reported(aws: FakeAws, status: str) -> None:
    aws.course = ("Initializing", status)

    with pytest.raises(CustomResourceError, match="was stopped while it started"):
        _create(aws)


def test_a_job_that_is_completed_at_the_first_look_is_fine(aws: FakeAws) -> None:
    aws.course = ("Completed",)

    assert _create(aws).data["JobStatus"] == "Completed"


def test_a_job_that_does_not_start_in_time_is_stopped(aws: FakeAws) -> None:
    aws.course = ("Initializing",)

    with pytest.raises(CustomResourceError, match="its last status was Initializing"):
        _create(aws)

    assert aws.statuses() == {own_id(): "Stopping"}
    assert aws.time <= 780


def test_a_job_of_an_earlier_call_that_does_not_start_in_time_is_left_alone(aws: FakeAws) -> None:
    aws.add_job(own_id(), "Initializing")

    with pytest.raises(CustomResourceError, match="its last status was Initializing"):
        _create(aws)

    assert aws.statuses() == {own_id(): "Initializing"}


def test_nothing_runs_on_when_a_look_at_the_new_job_fails(aws: FakeAws) -> None:
    aws.refuse("DescribeLabelingJob", "ResourceNotFound", "none")
    aws.lists_behind = 1
    aws.refuse("DescribeLabelingJob", "AccessDeniedException", "not yours")

    with pytest.raises(ClientError, match="not yours"):
        _create(aws)

    assert aws.statuses() == {own_id(): "Stopping"}


def test_a_job_that_can_not_be_stopped_at_first_is_stopped_later(aws: FakeAws) -> None:
    aws.course = ("Initializing",)
    aws.refuse("StopLabelingJob", "ValidationException", "The job is Initializing", times=3)

    with pytest.raises(CustomResourceError, match="did not start in time"):
        _create(aws)

    assert aws.statuses() == {own_id(): "Stopping"}


def test_too_many_calls_do_not_end_the_wait_for_the_start(aws: FakeAws) -> None:
    aws.refuse("DescribeLabelingJob", "ResourceNotFound", "none")
    aws.lists_behind = 1
    aws.refuse("DescribeLabelingJob", "ThrottlingException", "Rate exceeded", times=5)

    assert _create(aws).data["JobStatus"] == "InProgress"


@pytest.mark.parametrize("code", ["ResourceNotFound", "ValidationException", "Confusion"])
def test_a_refusal_does_not_hide_a_job_that_is_in_the_list(aws: FakeAws, code: str) -> None:
    aws.add_job(own_id(), "InProgress")
    aws.refuse("DescribeLabelingJob", code, "There is no such job", times=99)

    with pytest.raises(CustomResourceError, match="is in the list of jobs"):
        _create(aws)

    assert aws.called("CreateLabelingJob") == []


def test_a_job_whose_name_only_begins_alike_is_another(aws: FakeAws) -> None:
    aws.add_job(f"{own_id()}-9", "InProgress", tags={})
    aws.refuse("DescribeLabelingJob", "ValidationException", "Could not find requested job")

    assert _create(aws).data["JobName"] == own_id()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"LabelAttributeName": None}, "LabelAttributeName"),
        ({"Unknown": "x"}, "Unknown"),
        ({"RoleArn": "short"}, "RoleArn"),
    ],
)
def test_a_request_that_is_not_one_is_refused_with_the_field(
    aws: FakeAws, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(CustomResourceError, match=words):
        _create(aws, properties(Request={**properties()["Request"], **change}))

    assert aws.jobs == {}
