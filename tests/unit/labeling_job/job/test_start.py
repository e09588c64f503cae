"""When the jobs of one file begin."""

from collections import Counter
from dataclasses import replace

import pytest

from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import FakeAws, event, own_id, properties

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


@pytest.mark.parametrize(("told", "seconds"), [(None, 8.0), ("0", 0.0)])
def test_the_spread_can_be_set_for_a_function(
    monkeypatch: pytest.MonkeyPatch, told: str | None, seconds: float
) -> None:
    from labeling_job.clients import connect

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.delenv("SPREAD_SECONDS", raising=False)
    if told is not None:
        monkeypatch.setenv("SPREAD_SECONDS", told)

    assert connect(step="Test", seconds=1.0).spread_seconds == seconds
