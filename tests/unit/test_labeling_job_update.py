"""Update: in place for tags, a new job for new content, and back again."""

from typing import Any

import pytest

from labeling_job.errors import LabelingJobError
from labeling_job.labeling_job import Outcome, run
from tests.unit.labeling_job_aws import (
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
    run(event("Create", _OLD), fake.collaborators())
    fake.calls.clear()
    return fake


def _update(
    aws: FakeAws, new: dict[str, Any], old: dict[str, Any], *, known: str | None = None
) -> Outcome:
    return run(
        event("Update", new, OldResourceProperties=old, PhysicalResourceId=known or own_id(old)),
        aws.collaborators(),
    )


def _delete(aws: FakeAws, identity: str) -> None:
    run(event("Delete", PhysicalResourceId=identity), aws.collaborators())


def _tags(aws: FakeAws, name: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in aws.jobs[name]["Tags"]}


def test_changed_tags_are_changed_in_place(aws: FakeAws) -> None:
    new = properties(Tags=[{"Key": "cost", "Value": "7"}])

    outcome = _update(aws, new, _OLD)

    assert outcome.physical_id == own_id(_OLD)
    assert _tags(aws, own_id()) == {**OWNER_TAGS, "cost": "7"}
    assert aws.called("CreateLabelingJob") == aws.called("StopLabelingJob") == []


def test_the_data_after_an_update_in_place_are_those_of_the_create(aws: FakeAws) -> None:
    created = run(event("Create", _OLD), aws.collaborators())

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

    assert {name for name, _ in aws.calls} == {"DescribeLabelingJob", "GetObject"}


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

    with pytest.raises(LabelingJobError):
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
