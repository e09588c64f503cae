"""The attributes of objects and frames that a review takes over from the job that it reviews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from ground_truth.config.job import Job
from ground_truth.config.labels import Attributes
from ground_truth.validators import labels as label_validators
from ground_truth.validators.messages import ItemError

Field = Literal["attributes", "frame_attributes"]
FIELDS: Final[tuple[Field, ...]] = ("attributes", "frame_attributes")


def earlier_attributes(job: Job, field: Field, reviewed: Attributes) -> Attributes:
    """Return those of the reviewed job's attributes that the job does not define anew.

    `reviewed` are all of that job, with those that it has taken over itself.
    """
    if job.task_type.label_file != "attributes":
        return ()
    names = {each.name for each in getattr(job, field)}
    return tuple(each for each in reviewed if each.name not in names)


def check_attributes(jobs: Mapping[str, Job]) -> None:
    """Check the attributes of reviews together with those that they take over.

    Raises ItemError with the path below `jobs`.
    """
    for key, job in jobs.items():
        for field in FIELDS if job.reviewed_job is not None else ():
            found = _with_earlier(jobs, job, field)
            try:
                if field == "attributes":
                    label_validators.attributes(found, job.labels, job.task_type)
                else:
                    label_validators.frame_attributes(found, job.task_type)
            except ValueError as error:
                raise ItemError(
                    f"{error}; the job {job.reviewed_job} brings some", key, field
                ) from None


def _with_earlier(jobs: Mapping[str, Job], job: Job, field: Field) -> Attributes:
    own: Attributes = getattr(job, field)
    if job.reviewed_job is None:
        return own
    reviewed = _with_earlier(jobs, jobs[job.reviewed_job], field)
    return (*earlier_attributes(job, field, reviewed), *own)
