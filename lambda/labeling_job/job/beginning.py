"""Waits until a labeling job has really begun."""

from __future__ import annotations

from typing import Final

from custom_resource.errors import CustomResourceError
from labeling_job.clients import Clients
from labeling_job.job import jobs
from labeling_job.job.failed import JobFailedError
from labeling_job.job.jobs import Job

#: Seconds for which a job may be InProgress before its data objects are counted. It is InProgress
#: a second or two after its creation, before anything of it is read; what is wrong with a
#: template, a function, a role or the manifest makes it Failed later.
CONFIRMATION: Final = 120.0


def has_begun(job: Job, objects: int | None) -> bool:
    """Say whether Ground Truth has read all data objects; any are enough if `objects` is None."""
    if job.status != "InProgress":
        return job.status == "Completed"
    return job.counted >= (1 if objects is None else objects)


def await_start(name: str, objects: int | None, aws: Clients) -> Job:
    """Return the job as soon as workers can label, or all is labeled already; see `has_begun`.

    `objects` are the lines of its manifest. A job that has been InProgress for CONFIRMATION
    seconds is returned as it is, also one that is as old as that when it is first looked at. Raises
    JobFailedError, and CustomResourceError if the job was stopped, or stays Initializing until the
    deadline.
    """
    until: float | None = None
    is_first = True
    pauses = jobs.pauses()
    while True:
        job = jobs.look(name, aws)
        now, pause = aws.clock.now(), next(pauses)
        status = job.status if job else "not visible yet"
        if job and status == "Failed":
            raise JobFailedError(job)
        if status in ("Stopping", "Stopped"):
            raise CustomResourceError(f"labeling job {name} was stopped while it started")
        if job and has_begun(job, objects):
            return job
        if job and status == "InProgress":
            if until is None:
                waited = max(job.age, 0.0) if is_first else 0.0
                until = min(now + CONFIRMATION - waited, aws.clock.deadline)
            if now >= until:
                aws.log.warning("labeling job %s is %s, nothing is counted yet", name, status)
                return job
            pause = min(pause, until - now)
        elif now + pause > aws.clock.deadline:
            raise CustomResourceError(
                f"labeling job {name} did not start in time, its last status was {status}; "
                "deploy again, or ask AWS Support about it"
            )
        is_first = False
        aws.clock.sleep(pause)
