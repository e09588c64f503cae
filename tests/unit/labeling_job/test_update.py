"""Update: in place for tags, a new job for new content, and back again."""

from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from custom_resource.responder import Outcome
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import (
    OWNER_TAGS,
    FakeAws,
    event,
    input_properties,
    own_id,
    properties,
)

_OLD = properties()
_NEW = properties(Revision="2")


@pytest.fixture
def aws() -> FakeAws:
    fake = FakeAws()
    fake.objects["in"]["Input/1.txt"] = b"42"
    run(event("Create", _OLD), fake.as_clients())
    fake.calls.clear()
    return fake


def _update(
    aws: FakeAws, new: dict[str, Any], old: dict[str, Any], *, known: str | None = None
) -> Outcome:
    return run(
        event("Update", new, OldResourceProperties=old, PhysicalResourceId=known or own_id(old)),
        aws.as_clients(),
    )


def _delete(aws: FakeAws, identity: str) -> None:
    run(event("Delete", PhysicalResourceId=identity), aws.as_clients())


def _tags(aws: FakeAws, name: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in aws.jobs[name]["Tags"]}


def test_changed_tags_are_changed_in_place(aws: FakeAws) -> None:
    new = properties(Tags=[{"Key": "cost", "Value": "7"}])

    outcome = _update(aws, new, _OLD)

    assert outcome.physical_id == own_id(_OLD)
    assert _tags(aws, own_id()) == {**OWNER_TAGS, "cost": "7"}
    assert aws.called("CreateLabelingJob") == aws.called("StopLabelingJob") == []


def test_the_data_after_an_update_in_place_are_those_of_the_create(aws: FakeAws) -> None:
    created = run(event("Create", _OLD), aws.as_clients())

    updated = _update(aws, properties(Tags=[]), _OLD)

    assert updated == created
    assert updated.data["ObjectCount"] == "1"


def test_reserved_tags_are_never_touched(aws: FakeAws) -> None:
    reserved = [
        {"Key": "ground-truth-cdk:stack", "Value": "x"},
        {"Key": "aws:cloudformation:stack-name", "Value": "x"},
    ]

    _update(aws, properties(Tags=reserved), properties(Tags=[]))
    _update(aws, properties(Tags=[]), properties(Tags=reserved))

    assert aws.called("AddTags") == aws.called("DeleteTags") == []


def test_tags_that_others_have_set_stay(aws: FakeAws) -> None:
    aws.jobs[own_id()]["Tags"].append({"Key": "audit", "Value": "yes"})

    _update(aws, properties(Tags=[]), _OLD)

    assert _tags(aws, own_id()) == {**OWNER_TAGS, "audit": "yes"}


def test_an_update_without_a_change_of_tags_changes_nothing(aws: FakeAws) -> None:
    _update(aws, properties(ServiceTimeout="60"), _OLD)

    assert {name for name, _ in aws.calls} == {
        "DescribeLabelingJob",
        "GetObject",
        "ListLabelingJobs",
    }


def test_new_content_starts_a_new_job_and_leaves_the_old_one_to_delete(aws: FakeAws) -> None:
    outcome = _update(aws, _NEW, _OLD)

    assert outcome.physical_id == outcome.data["JobName"] == own_id(_NEW) != own_id(_OLD)
    assert aws.statuses() == {own_id(_OLD): "InProgress", own_id(_NEW): "InProgress"}


def test_a_rollback_finds_the_old_job_running(aws: FakeAws) -> None:
    _update(aws, _NEW, _OLD)
    aws.objects["in"].clear()

    outcome = _update(aws, _OLD, _NEW, known=own_id(_NEW))
    _delete(aws, own_id(_NEW))

    assert outcome.physical_id == outcome.data["JobName"] == own_id(_OLD)
    assert aws.statuses() == {own_id(_OLD): "InProgress", own_id(_NEW): "Stopped"}


def test_a_rollback_stops_a_job_whose_start_was_never_answered(aws: FakeAws) -> None:
    _update(aws, _NEW, _OLD)

    outcome = _update(aws, _OLD, _NEW, known=own_id(_OLD))

    assert outcome.data["JobName"] == own_id(_OLD)
    assert aws.statuses() == {own_id(_OLD): "InProgress", own_id(_NEW): "Stopped"}


def test_a_rollback_goes_on_when_the_job_that_is_left_can_not_be_stopped(aws: FakeAws) -> None:
    _update(aws, _NEW, _OLD)
    aws.refuse("StopLabelingJob", "AccessDeniedException", "not authorized to perform: it")

    outcome = _update(aws, _OLD, _NEW, known=own_id(_OLD))

    assert outcome.data["JobName"] == own_id(_OLD)


def test_a_rollback_names_the_job_that_it_could_not_stop(aws: FakeAws) -> None:
    _update(aws, _NEW, _OLD)
    aws.refuse("StopLabelingJob", "ValidationException", "Not now", times=999)

    outcome = _update(aws, _OLD, _NEW, known=own_id(_OLD))

    assert f"labeling job {own_id(_NEW)} may still be running: " in outcome.data["Summary"]
    assert "Not now" in outcome.data["Summary"]


def test_there_and_back_again_starts_a_third_job(aws: FakeAws) -> None:
    _update(aws, _NEW, _OLD)
    _delete(aws, own_id(_OLD))

    outcome = _update(aws, _OLD, _NEW)
    _delete(aws, own_id(_NEW))

    assert outcome.physical_id == own_id(_OLD)
    assert outcome.data["JobName"] == f"{own_id(_OLD)}-2"
    assert aws.statuses() == {
        own_id(_OLD): "Stopped",
        own_id(_NEW): "Stopped",
        f"{own_id(_OLD)}-2": "InProgress",
    }


def test_an_update_that_fails_leaves_only_the_old_job(aws: FakeAws) -> None:
    aws.course = ("Failed",)

    with pytest.raises(CustomResourceError):
        _update(aws, _NEW, _OLD)

    assert aws.statuses() == {own_id(_OLD): "InProgress", own_id(_NEW): "Failed"}


def test_a_job_that_somebody_has_stopped_is_reported_and_not_started_again(aws: FakeAws) -> None:
    aws.jobs[own_id()]["LabelingJobStatus"] = "Stopped"
    aws.ahead.clear()

    outcome = _update(aws, properties(Tags=[]), _OLD)

    assert outcome.data["JobStatus"] == "Stopped"
    assert outcome.data["Summary"] == (
        "1 data object; the job is Stopped, raise the revision for a new run"
    )
    assert aws.called("CreateLabelingJob") == []


def test_an_update_of_a_resource_that_was_skipped_tries_again(aws: FakeAws) -> None:
    old = input_properties(WhenEmpty="skip", Prefix="Later/")

    before = _update(aws, {**old, "Tags": []}, old)
    aws.objects["in"]["Later/1.txt"] = b"42"
    after = _update(aws, old, {**old, "Tags": []})

    assert before.data["JobName"] == before.data["ReportUri"] == "none"
    assert before.data["ObjectCount"] == "0"
    assert after.data["ObjectCount"] == "1"
    assert len(aws.called("CreateLabelingJob")) == 1


_KEPT = properties(Revision="2", OnChange="fail")
_COUNTERS = {"TotalLabeled": 12, "Unlabeled": 87, "FailedNonRetryableError": 1}


def test_a_change_that_may_not_end_a_running_job_is_refused_with_what_to_do(aws: FakeAws) -> None:
    aws.jobs[own_id()]["LabelCounters"] = _COUNTERS

    with pytest.raises(CustomResourceError) as refused:
        _update(aws, _KEPT, _OLD)

    assert str(refused.value) == (
        f"labeling job {own_id()} is InProgress with 12 of 100 data objects labeled, and "
        "`on_change: fail` lets no change end it. Wait until it has ended, set `on_change: "
        "replace` to let a new job go on with what is not labeled, or make the change in a job of "
        "another key"
    )
    assert aws.statuses() == {own_id(): "InProgress"}


def test_after_a_refused_change_nothing_is_rolled_back(aws: FakeAws) -> None:
    with pytest.raises(CustomResourceError):
        _update(aws, _KEPT, _OLD)

    outcome = _update(aws, _OLD, _KEPT, known=own_id(_OLD))

    assert outcome.data["JobName"] == own_id()
    assert aws.statuses() == {own_id(): "InProgress"}
    assert aws.called("CreateLabelingJob") == aws.called("StopLabelingJob") == []


def test_a_change_is_refused_as_often_as_it_is_tried(aws: FakeAws) -> None:
    for _ in range(3):
        with pytest.raises(CustomResourceError, match="`on_change: fail`"):
            _update(aws, _KEPT, _OLD)
        _update(aws, _OLD, _KEPT, known=own_id(_OLD))


def test_the_progress_of_a_job_that_has_no_numbers_yet_is_its_status(aws: FakeAws) -> None:
    aws.seconds_to_count = float("inf")

    with pytest.raises(CustomResourceError, match=f"{own_id()} is InProgress, and"):
        _update(aws, _KEPT, _OLD)


def test_the_last_of_several_runs_is_the_one_that_is_not_ended(aws: FakeAws) -> None:
    aws.jobs[own_id()]["LabelingJobStatus"] = "Stopped"
    aws.add_job(f"{own_id()}-2", "InProgress")

    with pytest.raises(CustomResourceError, match=f"labeling job {own_id()}-2 is"):
        _update(aws, _KEPT, _OLD)


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopping", "Stopped"])
def test_a_job_that_has_ended_is_in_nobody_s_way(aws: FakeAws, status: str) -> None:
    aws.ahead.clear()
    aws.jobs[own_id()]["LabelingJobStatus"] = status

    assert _update(aws, _KEPT, _OLD).data["JobName"] == own_id(_KEPT)


def test_a_job_of_somebody_else_is_in_nobody_s_way(aws: FakeAws) -> None:
    aws.jobs[own_id()]["Tags"] = []

    assert _update(aws, _KEPT, _OLD).data["JobName"] == own_id(_KEPT)


def test_tags_may_change_while_a_job_runs_that_may_not_be_ended(aws: FakeAws) -> None:
    outcome = _update(aws, properties(OnChange="fail", Tags=[]), _OLD)

    assert outcome.data["JobName"] == own_id()


def test_the_change_itself_may_allow_to_end_the_job(aws: FakeAws) -> None:
    old = properties(OnChange="fail")

    assert _update(aws, _NEW, old).data["JobName"] == own_id(_NEW)


@pytest.mark.parametrize("status", ["InProgress", "Completed", "Stopped"])
def test_a_rollback_is_never_refused(aws: FakeAws, status: str) -> None:
    kept = properties(OnChange="fail")
    _update(aws, kept, _OLD)
    _update(aws, _NEW, kept)
    aws.ahead.clear()
    aws.jobs[own_id()]["LabelingJobStatus"] = status

    outcome = _update(aws, kept, _NEW, known=own_id(_NEW))

    assert outcome.physical_id == own_id()


def test_a_rollback_to_a_job_from_before_there_were_markers_is_not_refused(aws: FakeAws) -> None:
    kept = properties(OnChange="fail")
    _update(aws, _NEW, kept)
    del aws.objects["out"][f"requests/even-odd/wanted/{own_id()}.json"]

    assert _update(aws, kept, _NEW, known=own_id(_NEW)).physical_id == own_id()


def test_the_way_back_is_a_change_like_any_other(aws: FakeAws) -> None:
    kept = properties(OnChange="fail")
    _update(aws, _NEW, kept)
    _delete(aws, own_id())

    with pytest.raises(CustomResourceError, match=f"labeling job {own_id(_NEW)} is InProgress"):
        _update(aws, kept, _NEW)


@pytest.mark.parametrize(
    "change", [{"OnChange": "perhaps"}, {"Relabel": "perhaps"}, {"StopOnDelete": "perhaps"}]
)
def test_what_is_said_of_changes_is_one_of_two_words(aws: FakeAws, change: dict[str, str]) -> None:
    (name,) = change

    with pytest.raises(CustomResourceError, match=f"got 'perhaps' in ResourceProperties.{name}"):
        _update(aws, properties(**change), _OLD)


@pytest.mark.parametrize("content", [None, b"no json", b"{}", b"[]"])
def test_counts_that_are_lost_are_unknown(aws: FakeAws, content: bytes | None) -> None:
    (key,) = (key for key in aws.objects["out"] if key.endswith("run.json"))
    if content is None:
        del aws.objects["out"][key]
    else:
        aws.objects["out"][key] = content

    outcome = _update(aws, properties(Tags=[]), _OLD)

    assert outcome.data["ObjectCount"] == outcome.data["LeftOutCount"] == "unknown"
    assert outcome.data["ReportUri"] == "unknown"
    assert outcome.data["JobStatus"] == "InProgress"
