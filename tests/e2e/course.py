"""The course of a labeling job from its first second: what nobody sees who looks at its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

#: How long a job is looked at, in seconds.
_MINUTES: Final = 180.0


@dataclass(kw_only=True)
class Course:
    """What a job was at each look at which it was something else than before."""

    job_name: str = ""
    #: `second` since the job's creation, `status`, `counters` and `reason`.
    states: list[dict[str, Any]] = field(default_factory=list)
    #: What was answered instead.
    refusals: list[str] = field(default_factory=list)

    def add(self, job: dict[str, Any], now: datetime) -> float:
        """Note a description of the job; return its age in seconds."""
        age: float = (now - job["CreationTime"]).total_seconds()
        state = {
            "status": job["LabelingJobStatus"],
            "counters": job["LabelCounters"],
            "reason": job.get("FailureReason"),
        }
        before = {**self.states[-1], "second": None} if self.states else None
        if {**state, "second": None} != before:
            self.states.append({"second": round(age, 1), **state})
        return age


@contextmanager
def watching(client: Callable[[str], Any], prefix: str, pause: float) -> Iterator[Course]:
    """Look at the first job with this prefix that is not there yet, every `pause` seconds.

    It ends with the block, or when the job is three minutes old.
    """
    sagemaker, course, over = client("sagemaker"), Course(), threading.Event()
    earlier = set(_names(sagemaker, prefix))

    def look() -> float:
        if not course.job_name:
            new = [name for name in _names(sagemaker, prefix) if name not in earlier]
            course.job_name = new[0] if new else ""
        if not course.job_name:
            return 0
        job = sagemaker.describe_labeling_job(LabelingJobName=course.job_name)
        return course.add(job, datetime.now(UTC))

    def watch() -> None:
        age = 0.0
        while age < _MINUTES and not over.wait(pause):
            try:
                age = look()
            except ClientError as error:
                course.refusals.append(str(error))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield course
    finally:
        over.set()
        thread.join()


def _names(sagemaker: Any, prefix: str) -> list[str]:
    found = sagemaker.list_labeling_jobs(NameContains=prefix, MaxResults=100)
    return [each["LabelingJobName"] for each in found["LabelingJobSummaryList"]]
