"""When the jobs of one file begin, and what becomes of them if answers get lost."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from custom_resource.errors import CustomResourceError
from labeling_job.resource import run
from tests.unit.fake_services import RefusedError
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    event,
    input_properties,
    own_id,
    properties,
)

_JOBS = 24
_SPREAD = 8.0


def _begins(number: int) -> float:
    """Return when one of the jobs of a file is created, in seconds after its event came."""
    aws = FakeAws()
    aws.objects["in"]["Input/1.txt"] = b"42"
    sent = event("Create", properties(NamePrefix=f"dev-job-{number}"))
    run(sent, replace(aws.as_clients(), spread_seconds=_SPREAD))
    (begin,) = aws.creations
    return begin


def test_the_jobs_of_a_file_do_not_begin_in_one_second() -> None:
    begins = [_begins(number) for number in range(_JOBS)]

    assert max(begins) < _SPREAD
    assert max(Counter(int(begin) for begin in begins).values()) <= _JOBS / 3


def test_a_job_begins_at_the_same_time_whenever_its_event_comes() -> None:
    assert _begins(1) == _begins(1) != _begins(2)


def test_a_job_that_is_there_waits_for_nobody() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress", LabelCounters={"Unlabeled": 1})

    run(event("Create"), replace(aws.as_clients(), spread_seconds=_SPREAD))

    assert aws.time == 0


@pytest.mark.parametrize(("told", "seconds"), [(None, (8.0, 30.0)), ("0", (0.0, 0.0))])
def test_spread_and_patience_can_be_set_for_a_function(
    monkeypatch: pytest.MonkeyPatch, told: str | None, seconds: tuple[float, float]
) -> None:
    from labeling_job.clients import connect

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    for name in ("SPREAD_SECONDS", "ABSENT_SECONDS"):
        monkeypatch.delenv(name, raising=False)
        if told is not None:
            monkeypatch.setenv(name, told)

    clients = connect(step="Test", seconds=1.0)
    assert (clients.spread_seconds, clients.absent_seconds) == seconds


@dataclass
class _Unclear(FakeAws):
    """Creates a job at the first attempt, and does not say so."""

    answer: Exception | None = None

    def _create_labeling_job(self, parameters: dict[str, Any]) -> dict[str, Any]:
        created = super()._create_labeling_job(parameters)
        answer, self.answer = self.answer, None
        if answer is not None:
            raise answer
        return created


@pytest.mark.parametrize(
    "answer",
    [
        RefusedError("InternalFailure", "We have a fault"),
        RefusedError("ServiceUnavailable", "Come back later"),
        ReadTimeoutError(endpoint_url="x"),
    ],
)
def test_a_job_whose_creation_was_not_told_is_stopped_if_it_does_not_start(
    answer: Exception,
) -> None:
    aws = _Unclear(answer=answer, course=("Initializing",))
    aws.objects["in"]["Input/1.txt"] = b"42"

    with pytest.raises(CustomResourceError, match="did not start in time") as failed:
        run(event("Create"), aws.as_clients())

    assert failed.value.__notes__ == [f"stopped what it had started: labeling job {own_id()}"]
    assert aws.statuses() == {own_id(): "Stopping"}


@pytest.mark.parametrize(
    "operation",
    ["CreateLabelingJob", "DescribeLabelingJob", "GetObject", "ListLabelingJobs", "PutObject"],
)
def test_a_call_without_an_answer_fails_no_start(operation: str) -> None:
    aws = FakeAws()
    aws.objects["in"]["Input/1.txt"] = b"42"
    aws.disturb(operation, EndpointConnectionError(endpoint_url="x"))

    assert run(event("Create"), aws.as_clients()).data["JobStatus"] == "InProgress"


@pytest.mark.parametrize("operation", ["DescribeLabelingJob", "StopLabelingJob"])
def test_a_call_without_an_answer_fails_no_delete(operation: str) -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")
    aws.disturb(operation, EndpointConnectionError(endpoint_url="x"))

    run(event("Delete", PhysicalResourceId=own_id()), aws.as_clients())

    assert aws.statuses() == {own_id(): "Stopped"}


def test_tags_are_changed_where_the_counts_get_no_answer() -> None:
    aws = FakeAws()
    aws.add_job(own_id(), "InProgress")
    aws.disturb("GetObject", EndpointConnectionError(endpoint_url="x"))
    old: dict[str, Any] = {"PhysicalResourceId": own_id(), "OldResourceProperties": properties()}

    data = run(event("Update", properties(Tags=[]), **old), aws.as_clients()).data

    assert data["ObjectCount"] == "unknown"


def test_a_start_that_is_not_confirmed_says_how_old_its_job_is() -> None:
    aws = FakeAws(course=("InProgress",), seconds_to_count=1000)
    aws.objects["in"]["Input/1.txt"] = b"42"

    summary = run(event("Create"), aws.as_clients(seconds=60)).data["Summary"]

    assert "in the 60 s since its creation" in summary


def test_nothing_is_stopped_or_looked_at_after_the_deadline() -> None:
    aws = FakeAws(course=("Initializing",))
    aws.objects["in"]["Input/1.txt"] = b"42"
    aws.durations = {"DescribeLabelingJob": 100.0}
    before = input_properties(Prefix="Old/")
    aws.add_job(own_id(before), "InProgress")
    old: dict[str, Any] = {"PhysicalResourceId": own_id(before), "OldResourceProperties": before}

    with pytest.raises(CustomResourceError) as failed:
        run(event("Update", **old), aws.as_clients(seconds=350))

    assert failed.value.__notes__ == [
        f"could not yet stop what it had started: labeling job {own_id()}",
        f"whether labeling job {own_id(before)} goes on was not looked at, time ran out",
    ]
    assert aws.called("StopLabelingJob") == []
