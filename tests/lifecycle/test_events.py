"""Cases 1 to 29: what CloudFormation and Lambda may do with the events of one resource."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import pytest

from labeling_job.handler import handler
from labeling_job.job import writing
from tests.lifecycle.cloudformation import MADE_UP_ID, CloudFormation, stringified
from tests.lifecycle.conftest import new_world
from tests.lifecycle.simulation import Simulation
from tests.lifecycle.world import World
from tests.unit.labeling_job.labeling_job_aws import OWNER_TAGS, STACK, own_id, properties

#: More than a Create or Delete takes: calls and waits.
_STEPS = 40
#: Steps of a Create until it has said that its job is wanted.
_STEPS_TO_MARKER = 2
_WRITES = {
    "AddTags",
    "CompleteMultipartUpload",
    "CreateLabelingJob",
    "CreateMultipartUpload",
    "DeleteTags",
    "PutObject",
    "StopLabelingJob",
    "UploadPart",
}


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the manifest be more than one part of an upload."""
    monkeypatch.setattr(writing, "_PART", 40)


def _written(world: World) -> list[str]:
    """Return what has changed anything, markers excepted."""
    return [
        operation
        for operation, parameters in world.calls
        if operation in _WRITES and "/wanted/" not in str(parameters.get("Key"))
    ]


def _titled(title: str, **changes: Any) -> dict[str, Any]:
    request = properties()["Request"]
    task = {**request["HumanTaskConfig"], "TaskTitle": title}
    return properties(Request={**request, "HumanTaskConfig": task}, **changes)


def test_case_01_a_duplicate_create_finds_the_job_of_the_first_one(
    world: World, cloudformation: CloudFormation
) -> None:
    world.duplicated["Create"] = 1

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert len(world.runs) == 2
    assert world.statuses() == {own_id(): "InProgress"}
    (answers,) = world.answers.values()
    first, second = (body for _, body in answers)
    assert first == second


@pytest.mark.parametrize("calls", range(1, _STEPS))
def test_case_02_two_runs_of_one_create_beside_each_other_make_one_job(
    world: World, cloudformation: CloudFormation, calls: int
) -> None:
    event = cloudformation.event("Create", stringified(properties()))
    order = itertools.chain(itertools.repeat(0, calls), itertools.repeat(1, _STEPS))

    world.stage.play(order, lambda: world.deliver(event), lambda: world.deliver(event))

    assert world.statuses() == {own_id(): "InProgress"}
    assert _statuses(world, event) == ["SUCCESS", "SUCCESS"]


def test_case_02_two_runs_of_one_create_by_turns_make_one_job(
    world: World, cloudformation: CloudFormation
) -> None:
    event = cloudformation.event("Create", stringified(properties()))

    world.stage.play((), lambda: world.deliver(event), lambda: world.deliver(event))

    assert world.statuses() == {own_id(): "InProgress"}
    assert _statuses(world, event) == ["SUCCESS", "SUCCESS"]


def test_case_03_a_create_whose_answer_is_lost_is_answered_alike_by_its_repetition() -> None:
    undisturbed = CloudFormation(new_world()).deploy(properties())
    world = new_world()
    world.answer_faults = [503] * 5
    world.duplicated["Create"] = 1

    deployment = CloudFormation(world).deploy(properties())

    assert deployment.first == undisturbed.first
    assert world.statuses() == {own_id(): "InProgress"}


def test_case_03_a_create_whose_answer_is_lost_for_good_leaves_no_job_after_its_delete(
    world: World, cloudformation: CloudFormation
) -> None:
    world.answer_faults = [503] * 5

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert "did not receive a response" in deployment.first.reason
    assert not world.live_jobs()


@pytest.mark.parametrize(
    "wrong", [{"NamePrefix": "under_score"}, {"Input": {}}, {"Files": None}, {"Request": "x"}]
)
def test_case_04_a_create_with_bad_properties_fails_with_a_valid_id_and_leaves_nothing(
    world: World, cloudformation: CloudFormation, wrong: Mapping[str, Any]
) -> None:
    deployment = cloudformation.deploy(properties(**wrong))

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert deployment.steps == [("Create", "FAILED"), ("Delete", "SUCCESS")]
    assert next(iter(wrong)) in deployment.first.reason
    assert not _written(world)


def test_case_05_a_create_that_fails_before_its_job_leaves_input_and_labels_alone(
    world: World, cloudformation: CloudFormation
) -> None:
    world.objects["out"]["labels/earlier/manifests/output/output.manifest"] = b"labels"
    inputs = dict(world.objects["in"])
    world.refuse("CreateLabelingJob", "ValidationException", "The title is not polite", times=99)

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert "The title is not polite" in deployment.first.reason
    assert not world.jobs
    assert not world.uploads
    assert world.objects["in"] == inputs
    assert world.objects["out"]["labels/earlier/manifests/output/output.manifest"] == b"labels"


def test_case_06_a_create_whose_job_fails_gives_the_reason_and_its_delete_stops_nothing(
    world: World, cloudformation: CloudFormation
) -> None:
    world.course = ("Initializing", "Failed")

    deployment = cloudformation.deploy(properties())

    assert deployment.steps == [("Create", "FAILED"), ("Delete", "SUCCESS")]
    assert "failed to start" in deployment.first.reason
    assert not world.called("StopLabelingJob")


@pytest.mark.parametrize(
    "identity",
    [
        MADE_UP_ID,
        "AWSCDK::CustomResourceProviderFramework::CREATE_FAILED",
        "-0123456789",
        "dev-even-odd-0123456789",
    ],
)
def test_case_07_a_delete_of_an_id_that_was_never_made_stops_nothing(
    world: World, cloudformation: CloudFormation, identity: str
) -> None:
    world.add_job("dev-even-odd", "InProgress", tags={})
    world.add_job("dev-even-odd-aaaaaaaaaa", "InProgress")

    cloudformation.properties, cloudformation.physical_id = stringified(properties()), identity
    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_COMPLETE"
    assert not world.called("StopLabelingJob")


@pytest.mark.parametrize("steps", range(_STEPS_TO_MARKER))
def test_case_08_a_create_that_begins_after_its_delete_starts_no_job(
    world: World, cloudformation: CloudFormation, steps: int
) -> None:
    order = itertools.chain(itertools.repeat(0, steps), itertools.repeat(1, _STEPS))

    deployment = cloudformation.cancel_create(properties(), order)

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert not world.live_jobs()


def test_case_08_two_creates_that_begin_after_their_deletes_start_no_job(
    world: World, cloudformation: CloudFormation
) -> None:
    world.delayed["Create"] = 2

    cloudformation.deploy(properties())
    cloudformation.deploy(properties())
    world.end_of_late_runs()

    assert len(world.runs) == 4
    assert not world.live_jobs()


def test_case_08_a_create_that_begins_after_a_later_one_was_replaced_starts_no_job(
    world: World, cloudformation: CloudFormation
) -> None:
    world.delayed["Create"] = 1

    cloudformation.deploy(properties())
    cloudformation.deploy(properties())
    cloudformation.deploy(properties(Revision=2))
    world.end_of_late_runs()

    assert len(world.live_jobs()) == 1


def test_case_08_a_create_that_is_tried_again_and_withdrawn_again_starts_no_job(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.cancel_create(properties(), [0] * 3 + [1] * _STEPS)
    order = itertools.chain([0] * 2, itertools.repeat(1, _STEPS))

    deployment = cloudformation.cancel_create(properties(), order)

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert not world.live_jobs()


@pytest.mark.parametrize("steps", range(_STEPS_TO_MARKER, _STEPS))
def test_case_08_a_delete_beside_its_create_leaves_no_job_at_work(
    world: World, cloudformation: CloudFormation, steps: int
) -> None:
    order = itertools.chain(itertools.repeat(0, steps), itertools.repeat(1, _STEPS))

    deployment = cloudformation.cancel_create(properties(), order)

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert not world.live_jobs()


@pytest.mark.parametrize("steps", range(_STEPS))
def test_case_08_a_create_within_its_delete_leaves_no_job_at_work(
    world: World, cloudformation: CloudFormation, steps: int
) -> None:
    order = itertools.chain([0] * 3, itertools.repeat(1, steps), itertools.repeat(0, _STEPS))

    deployment = cloudformation.cancel_create(properties(), order)

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert not world.live_jobs()


def test_case_08_a_create_that_lambda_repeats_after_its_delete_starts_no_job(
    world: World, cloudformation: CloudFormation
) -> None:
    world.deaths["Create"] = [_call(world, "ListObjectsV2")]
    world.durations["ListObjectsV2"] = 890.0

    deployment = cloudformation.deploy(properties(ServiceTimeout=900))
    world.durations.clear()
    world.end_of_late_runs()

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert [run.event["RequestType"] for run in world.runs] == ["Create", "Delete", "Create"]
    assert not world.called("CreateLabelingJob")


def test_case_09_a_delete_twice_succeeds_twice(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.duplicated["Delete"] = 1

    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_COMPLETE"
    assert len(world.called("StopLabelingJob")) == 1
    assert {json.loads(body)["Status"] for _, body in list(world.answers.values())[-1]} == {
        "SUCCESS"
    }


def test_case_10_a_request_id_that_is_used_again_is_worked_on_anew(world: World) -> None:
    cloudformation = CloudFormation(world, request_ids=itertools.repeat("b1946ac9"))
    world.refuse("CreateLabelingJob", "ValidationException", "The title is not polite")

    failed = cloudformation.deploy(properties())
    world.time += 60
    deployment = cloudformation.deploy(properties())

    assert failed.status == "ROLLBACK_COMPLETE"
    assert deployment.status == "CREATE_COMPLETE"
    assert world.statuses() == {own_id(): "InProgress"}


def test_case_10_a_create_after_one_that_was_never_answered_is_not_taken_for_that_one(
    world: World, cloudformation: CloudFormation
) -> None:
    world.answer_faults = [503] * 5

    failed = cloudformation.deploy(properties())
    deployment = cloudformation.deploy(properties())

    assert failed.status == "ROLLBACK_COMPLETE"
    assert deployment.status == "CREATE_COMPLETE"
    assert world.live_jobs() == {f"{own_id()}-2"}


def test_case_10_a_create_after_one_that_never_came_is_not_taken_for_that_one(
    world: World, cloudformation: CloudFormation
) -> None:
    world.lost["Create"] = 1

    failed = cloudformation.deploy(properties())
    deployment = cloudformation.deploy(properties())

    assert failed.status == "ROLLBACK_COMPLETE"
    assert deployment.status == "CREATE_COMPLETE"
    assert world.live_jobs() == {own_id()}


def test_case_11_an_update_of_tags_alone_changes_them_in_place(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    job = world.jobs[own_id()]
    job["Tags"].append({"Key": "aws:cloudformation:stack-id", "Value": STACK})

    deployment = cloudformation.deploy(properties(Tags=[{"Key": "cost", "Value": "7"}]))

    assert deployment.steps == [("Update", "SUCCESS")]
    assert deployment.first.physical_id == own_id()
    assert world.statuses() == {own_id(): "InProgress"}
    assert {tag["Key"]: tag["Value"] for tag in job["Tags"]} == {
        **OWNER_TAGS,
        "aws:cloudformation:stack-id": STACK,
        "cost": "7",
    }


def test_case_12_an_update_starts_the_new_job_and_its_clean_up_stops_the_old_one(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())

    deployment = cloudformation.deploy(_titled("Odd or even?"))

    assert deployment.status == "UPDATE_COMPLETE"
    assert deployment.steps == [("Update", "SUCCESS"), ("Delete", "SUCCESS")]
    operations = [operation for operation, _ in world.calls]
    assert operations.index("StopLabelingJob") > operations[::-1].index("CreateLabelingJob")
    assert world.statuses() == {
        own_id(): "Stopped",
        own_id(stringified(_titled("Odd or even?"))): "InProgress",
    }


def test_case_12_the_new_job_leaves_out_what_the_old_one_has_labeled(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.label(own_id(), "42")

    deployment = cloudformation.deploy(_titled("Odd or even?"))

    assert [line["source"] for line in world.lines(deployment.first.data["JobName"])] == ["7"]
    assert deployment.first.data["CarriedOverCount"] == "1"


def test_case_12_no_job_is_started_when_everything_is_labeled(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.label(own_id(), "42", "7")
    world.jobs[own_id()]["LabelingJobStatus"] = "Completed"

    deployment = cloudformation.deploy(_titled("Odd or even?"))

    assert deployment.status == "UPDATE_COMPLETE"
    assert world.statuses() == {own_id(): "Completed"}
    assert deployment.first.data["JobName"] == own_id()


def test_case_12_everything_is_labeled_anew_where_that_is_wanted(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.label(own_id(), "42")

    deployment = cloudformation.deploy(_titled("Odd or even?", Relabel=True))

    assert len(world.lines(deployment.first.data["JobName"])) == 2


def test_case_13_an_update_of_a_job_that_must_not_be_replaced_fails_and_the_job_goes_on(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties(OnChange="fail"))
    world.jobs[own_id()]["LabelCounters"] = {"TotalLabeled": 1, "Unlabeled": 1}

    deployment = cloudformation.deploy(_titled("Odd or even?", OnChange="fail"))

    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.steps == [("Update", "FAILED"), ("Update", "SUCCESS")]
    assert own_id() in deployment.first.reason
    assert "1 of 2" in deployment.first.reason
    assert "on_change: replace" in deployment.first.reason
    assert world.statuses() == {own_id(): "InProgress"}


def test_case_14_an_update_whose_job_fails_is_taken_back_to_the_job_that_still_runs(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.course = ("Failed",)

    deployment = cloudformation.deploy(_titled("Odd or even?"))

    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    assert world.live_jobs() == {own_id()}
    assert not world.called("StopLabelingJob")


@pytest.mark.parametrize("on_change", ["replace", "fail"])
def test_case_14_an_update_that_another_resource_spoils_is_taken_back(
    world: World, cloudformation: CloudFormation, on_change: str
) -> None:
    cloudformation.deploy(properties(OnChange=on_change))

    deployment = cloudformation.deploy(_titled("Odd or even?"), fails_later=True)

    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.steps == [("Update", "SUCCESS"), ("Update", "SUCCESS"), ("Delete", "SUCCESS")]
    assert cloudformation.physical_id == own_id()
    assert world.live_jobs() == {own_id()}


def test_case_14_an_update_whose_answer_is_lost_is_taken_back(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.answer_faults = [503] * 5

    deployment = cloudformation.deploy(_titled("Odd or even?"))

    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    assert cloudformation.physical_id == own_id()
    assert world.live_jobs() == {own_id()}


def test_case_14_an_update_that_begins_after_it_was_taken_back_starts_no_job(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.delayed["Update"] = 1

    deployment = cloudformation.deploy(_titled("Odd or even?"))
    world.end_of_late_runs()

    assert deployment.status == "UPDATE_ROLLBACK_COMPLETE"
    assert world.live_jobs() == {own_id()}


def test_case_15_a_clean_up_that_fails_once_is_tried_again(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.refuse("StopLabelingJob", "AccessDeniedException", "not authorized to perform")

    deployment = cloudformation.deploy(_titled("Odd or even?"))

    assert deployment.steps == [("Update", "SUCCESS"), ("Delete", "FAILED"), ("Delete", "SUCCESS")]
    assert own_id() not in world.live_jobs()


def test_case_16_a_job_that_somebody_has_stopped_is_reported_and_a_revision_starts_another(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.jobs[own_id()]["LabelingJobStatus"] = "Stopped"

    unchanged = cloudformation.deploy(properties(Tags=[]))
    revised = cloudformation.deploy(properties(Tags=[], Revision=2))

    assert unchanged.status == "UPDATE_COMPLETE"
    assert "Stopped, raise the revision" in unchanged.first.data["Summary"]
    assert revised.first.data["JobStatus"] == "InProgress"
    assert len(world.jobs) == 2


def test_case_17_there_and_back_again_starts_a_job_under_the_next_name(
    world: World, cloudformation: CloudFormation
) -> None:
    other = own_id(stringified(_titled("Odd or even?")))
    cloudformation.deploy(properties())
    cloudformation.deploy(_titled("Odd or even?"))

    deployment = cloudformation.deploy(properties())
    statuses = world.statuses()
    destroyed = cloudformation.destroy()

    assert deployment.first.physical_id == own_id()
    assert deployment.first.data["JobName"] == f"{own_id()}-2"
    assert statuses == {own_id(): "Stopped", other: "Stopped", f"{own_id()}-2": "InProgress"}
    assert destroyed.status == "DELETE_COMPLETE"
    assert not world.live_jobs()


def test_case_18_new_code_alone_sends_no_event_and_a_new_revision_does(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())

    unchanged = cloudformation.deploy(properties())
    runs = len(world.runs)
    revised = cloudformation.deploy(properties(Revision=2))

    assert not unchanged.sent
    assert runs == 1
    assert revised.steps == [("Update", "SUCCESS"), ("Delete", "SUCCESS")]


def test_case_19_texts_are_read_as_the_numbers_and_booleans_that_they_were(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())

    (request,) = world.called("CreateLabelingJob")
    assert request["HumanTaskConfig"]["TaskTimeLimitInSeconds"] == 300
    assert request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] == 1


@pytest.mark.parametrize("value", ["30.0", "", "many"])
def test_case_19_what_is_no_number_is_refused_with_its_field(
    world: World, cloudformation: CloudFormation, value: str
) -> None:
    source = properties()["Input"]

    deployment = cloudformation.deploy(properties(Input={**source, "MaximumObjects": value}))

    assert "Input.MaximumObjects" in deployment.first.reason
    assert repr(value) in deployment.first.reason
    assert not world.jobs


def test_case_20_properties_that_are_not_known_and_those_of_cloudformation_are_not_content(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())

    deployment = cloudformation.deploy(
        properties(ServiceToken="arn:other", ServiceTimeout=3600, Weather={"Sun": True})
    )

    assert deployment.steps == [("Update", "SUCCESS")]
    assert deployment.first.physical_id == own_id()
    assert world.statuses() == {own_id(): "InProgress"}


@pytest.mark.parametrize("letter", ["a", "é", "😀", '"', "\x00"])
def test_case_21_an_answer_is_cut_to_what_cloudformation_takes_and_stays_complete(
    world: World, cloudformation: CloudFormation, letter: str
) -> None:
    world.refuse("CreateLabelingJob", "ValidationException", f"Bad: {letter * 5000}")

    failed = cloudformation.deploy(properties())

    assert failed.status == "ROLLBACK_COMPLETE"
    assert f"ValidationException: Bad: {letter}" in failed.first.reason


def test_case_21_an_answer_of_a_success_with_long_data_is_complete(
    world: World, cloudformation: CloudFormation
) -> None:
    longest = "p" * 900 + "/"
    files = properties()["Files"]

    deployment = cloudformation.deploy(properties(Files={**files, "Prefix": longest}))

    assert deployment.status == "CREATE_COMPLETE"
    assert deployment.first.data["JobName"] in world.statuses()


@pytest.mark.parametrize("fault", [403, 503, OSError("no such host")])
def test_case_22_an_address_that_takes_no_answer_is_given_up_after_some_attempts(
    world: World, cloudformation: CloudFormation, fault: int | Exception
) -> None:
    event = cloudformation.event("Delete", {}, PhysicalResourceId=MADE_UP_ID)
    world.answer_faults = [fault] * 100

    world.deliver(event)

    assert len(world.answer_faults) == 95
    assert world.time < 60


@pytest.mark.parametrize(
    "broken",
    [
        {"RequestType": None},
        {"StackId": None},
        {"LogicalResourceId": 7},
        {"ResourceProperties": "none"},
        {"ResourceProperties": {"NamePrefix": b"bytes"}},
    ],
)
def test_case_23_a_fault_in_the_handling_of_a_fault_is_answered(
    world: World, cloudformation: CloudFormation, broken: Mapping[str, Any]
) -> None:
    event = {**cloudformation.event("Create", {}), **broken}

    handler(event, None)

    ((_, body),) = world.answers[event["ResponseURL"]]
    answer = json.loads(body)
    assert answer["Status"] == "FAILED"
    assert answer["Reason"]
    assert answer["PhysicalResourceId"]


def test_case_24_a_run_that_dies_while_it_lists_starts_over_and_loses_or_doubles_nothing(
    world: World, cloudformation: CloudFormation
) -> None:
    world.page_size = 10
    world.objects["in"].update({f"Input/{number:03}.txt": b"7" for number in range(95)})
    world.deaths["Create"] = [7, 9]

    deployment = cloudformation.deploy(properties())

    keys = [line["object"] for line in world.lines(own_id())]
    assert len(world.runs) == 3
    assert deployment.status == "CREATE_COMPLETE"
    assert len(keys) == len(set(keys)) == 97


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
@pytest.mark.usefixtures("small_parts")
def test_case_25_an_upload_that_fails_is_taken_back(
    world: World, cloudformation: CloudFormation, operation: str
) -> None:
    world.refuse(operation, "InternalError", "We encountered an internal error", times=999)

    deployment = cloudformation.deploy(properties())

    assert deployment.first.status == "FAILED"
    assert world.called("CreateMultipartUpload")
    assert not world.uploads
    assert not world.jobs


@pytest.mark.usefixtures("small_parts")
def test_case_25_a_run_that_dies_while_it_uploads_is_done_again_and_its_upload_expires(
    world: World, cloudformation: CloudFormation
) -> None:
    world.deaths["Create"] = [_call(world, "UploadPart")]

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "CREATE_COMPLETE"
    assert len(world.lines(own_id())) == 2
    # The bucket's life-cycle rule ends the one of the run that died, see tests/infra.
    assert len(world.uploads) == 1


def test_case_26_a_job_that_was_started_by_a_run_that_died_is_found(
    world: World, cloudformation: CloudFormation
) -> None:
    world.deaths["Create"] = [_call(world, "CreateLabelingJob")]

    deployment = cloudformation.deploy(properties())

    assert len(world.runs) == 2
    assert deployment.status == "CREATE_COMPLETE"
    assert world.statuses() == {own_id(): "InProgress"}


def test_case_26_a_job_whose_create_died_for_good_is_stopped_by_the_delete(
    world: World, cloudformation: CloudFormation
) -> None:
    world.deaths["Create"] = [_call(world, "CreateLabelingJob"), 0, 0]

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert world.statuses() == {own_id(): "Stopped"}


def test_case_27_a_job_that_does_not_start_in_time_fails_the_create_and_is_stopped(
    world: World, cloudformation: CloudFormation
) -> None:
    world.course = ("Initializing",)

    deployment = cloudformation.deploy(properties())

    assert deployment.status == "ROLLBACK_COMPLETE"
    assert "its last status was Initializing" in deployment.first.reason
    assert len(world.runs) == 2
    assert not world.live_jobs()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"objects": 7}', b"\xff", b'{"format": 99}']
)
def test_case_28_what_an_older_version_has_remembered_never_stops_a_create_or_delete(
    world: World, cloudformation: CloudFormation, content: bytes
) -> None:
    cloudformation.deploy(properties())
    for key in world.objects["out"]:
        if key.endswith("run.json") or "/wanted/" in key:
            world.objects["out"][key] = content

    again = CloudFormation(world).deploy(properties())
    destroyed = cloudformation.destroy()

    assert again.status == "CREATE_COMPLETE"
    assert destroyed.status == "DELETE_COMPLETE"
    assert not world.live_jobs()


def test_case_29_a_delete_of_the_old_logical_id_leaves_the_job_of_the_new_one_alone(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(properties())
    world.jobs[own_id()]["Tags"] = [
        {"Key": "ground-truth-cdk:stack", "Value": STACK},
        {"Key": "ground-truth-cdk:resource", "Value": "RenamedJob"},
    ]

    deployment = cloudformation.destroy()

    assert deployment.status == "DELETE_COMPLETE"
    assert world.statuses() == {own_id(): "InProgress"}


def _statuses(world: World, event: Mapping[str, Any]) -> list[str]:
    return [json.loads(body)["Status"] for _, body in world.answers[event["ResponseURL"]]]


def _call(world: World, operation: str) -> int:
    """Return how many calls a Create has made when this one is answered."""
    undisturbed = new_world()
    CloudFormation(undisturbed).deploy(properties())
    Simulation.alive = world
    return [name for name, _ in undisturbed.calls].index(operation) + 1
