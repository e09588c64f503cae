"""Verification and adjustment of another job's labels: when there are some."""

from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import FakeAws, event, user_lines, user_properties

_LABELED = {"source-ref": "s3://in/Data/1.jpg", "cars": 1, "cars-metadata": {}}


def _properties(kind: str = "object", **changes: Any) -> dict[str, Any]:
    review = {"PreviousAttribute": "cars", "PreviousJob": "dev-cars", "WhenEmpty": "skip"}
    return user_properties(kind, **{**review, **changes})


def _read(aws: FakeAws) -> list[dict[str, Any]]:
    """Return the reads of data objects and their manifests."""
    return [read for read in aws.called("GetObject") if read["Bucket"] == "in"]


@pytest.fixture
def aws() -> FakeAws:
    fake = FakeAws()
    fake.objects["in"].update(user_lines(_LABELED, {"source-ref": "s3://in/Data/2.jpg"}))
    return fake


@pytest.mark.parametrize("status", ["Completed", "Stopped", "Failed"])
def test_the_labels_of_a_job_that_has_ended_are_reviewed(aws: FakeAws, status: str) -> None:
    aws.add_job("dev-cars", status)

    data = run(event("Create", _properties()), aws.as_clients()).data

    assert data["JobStatus"] == "InProgress"
    assert data["Summary"] == "1 data object; left out 1: not labeled 1"


@pytest.mark.parametrize("status", ["Initializing", "InProgress", "Stopping"])
def test_while_a_job_runs_there_is_nothing_to_label(aws: FakeAws, status: str) -> None:
    aws.add_job("dev-cars", status)

    data = run(event("Create", _properties()), aws.as_clients()).data

    assert data["JobName"] == data["ReportUri"] == "none"
    assert data["Summary"] == (
        f"nothing to label yet: labeling job dev-cars, whose labels are reviewed, is {status}; "
        "deploy again with a higher revision when it has ended"
    )
    assert _read(aws) == aws.called("CreateLabelingJob") == []


def test_nothing_to_label_yet_may_be_a_failure(aws: FakeAws) -> None:
    aws.add_job("dev-cars", "InProgress")

    with pytest.raises(CustomResourceError) as refused:
        run(event("Create", _properties(WhenEmpty="fail")), aws.as_clients())

    assert str(refused.value) == (
        "nothing to label yet: labeling job dev-cars, whose labels are reviewed, is InProgress; "
        "deploy again when it has ended"
    )


def test_without_a_job_there_is_nothing_to_label(aws: FakeAws) -> None:
    props = _properties(PreviousJob="none", ManifestUri="none")

    data = run(event("Create", props), aws.as_clients()).data

    assert data["JobName"] == "none"
    assert data["Summary"] == (
        "nothing to label yet: the job whose labels are reviewed was not started, because it had "
        "nothing to label itself; deploy again with a higher revision when it has labels"
    )


def test_a_job_that_does_not_exist_is_named(aws: FakeAws) -> None:
    with pytest.raises(CustomResourceError) as refused:
        run(event("Create", _properties()), aws.as_clients())

    assert str(refused.value) == (
        "expected a labeling job whose labels are reviewed, got 'dev-cars', which does not exist"
    )


def test_a_job_that_ended_without_labels_has_nothing_to_label(aws: FakeAws) -> None:
    aws.add_job("dev-cars", "Failed", LabelCounters={"TotalLabeled": 0})
    aws.objects["in"].clear()

    data = run(event("Create", _properties()), aws.as_clients()).data

    assert data["JobName"] == "none"
    assert data["Summary"] == (
        "nothing to label: labeling job dev-cars, whose labels are reviewed, has ended without "
        "any; deploy again with a higher revision when it has labels"
    )


def test_a_job_without_a_labeled_object_has_nothing_to_label(aws: FakeAws) -> None:
    aws.add_job("dev-cars", "Completed")

    data = run(event("Create", _properties(PreviousAttribute="boxes")), aws.as_clients()).data

    assert data["LeftOutCount"] == "2"
    assert data["Summary"] == (
        "nothing to label in s3://in/own.jsonl; left out 2: not labeled 2: put lines with labels "
        "in 'boxes' there and deploy again with a higher revision"
    )


@pytest.mark.parametrize("kind", ["frames", "point-cloud-sequence"])
def test_sequence_files_that_an_earlier_job_was_given_are_taken_and_not_read_again(
    aws: FakeAws, kind: str
) -> None:
    aws.add_job("dev-cars", "Completed")
    sequence = "s3://out/requests/cars/sequences/0a1b.json"
    aws.objects["in"].update(user_lines({**_LABELED, "source-ref": sequence}))

    data = run(event("Create", _properties(kind)), aws.as_clients()).data

    assert data["ObjectCount"] == "1"
    assert len(_read(aws)) == 1


def test_objects_of_other_places_are_still_refused(aws: FakeAws) -> None:
    aws.add_job("dev-cars", "Completed")
    aws.objects["in"].update(user_lines({**_LABELED, "source-ref": "s3://other/1.jpg"}))

    with pytest.raises(CustomResourceError) as refused:
        run(event("Create", _properties()), aws.as_clients())

    assert str(refused.value) == (
        "s3://in/own.jsonl can't be used: line 1: expected an object below s3://in/Data/ or "
        "s3://out/, which is all that Ground Truth may read, got 's3://other/1.jpg' in source-ref"
    )
