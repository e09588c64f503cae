"""The attributes of objects and frames that a job asks for, with those of the job it reviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from ground_truth.config.job import Job
from ground_truth.templates.label_categories import Attribute, Label
from ground_truth.validators import labels as label_validators
from ground_truth.validators.messages import ItemError


def job_labels(job: Job) -> tuple[Label, ...]:
    """Return a job's labels as the constructs take them."""
    return tuple(each.label(editable=not _shows_only(job)) for each in job.labels)


def job_attributes(
    jobs: Mapping[str, Job], job: Job, name: Literal["attributes", "frame_attributes"]
) -> tuple[Attribute, ...]:
    """Return a job's attributes behind those of the job that it reviews.

    A verification asks for what is new and only shows what is there.
    """
    own = tuple(each.attribute() for each in getattr(job, name))
    if job.reviewed is None or job.reviewed.job is None or job.task_type.label_file != "attributes":
        return own
    names = {each.name for each in own}
    before = (
        replace(each, editable=not _shows_only(job))
        for each in job_attributes(jobs, jobs[job.reviewed.job], name)
    )
    return (*(each for each in before if each.name not in names), *own)


def check_attributes(jobs: Mapping[str, Job]) -> None:
    """Check the attributes of reviews together with those that they take over.

    Raises ItemError with the path below `jobs`.
    """
    for key, job in jobs.items():
        if job.reviewed is None or job.reviewed.job is None:
            continue
        for name in ("attributes", "frame_attributes"):
            found = job_attributes(jobs, job, name)
            try:
                if name == "attributes":
                    label_validators.attributes(found, job_labels(job), job.task_type)
                else:
                    label_validators.frame_attributes(found, job.task_type)
            except ValueError as error:
                raise ItemError(
                    f"{error}; the job {job.reviewed.job} brings some", key, name
                ) from None


def _shows_only(job: Job) -> bool:
    """Say whether what the reviewed job said of objects is shown, and not asked again."""
    return job.verify is not None and job.verify.job is not None
