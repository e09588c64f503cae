"""Says whether the labels that are verified or adjusted are complete."""

from __future__ import annotations

from custom_resource.errors import CustomResourceError
from labeling_job import jobs
from labeling_job.collaborators import Collaborators
from labeling_job.errors import NothingToLabelError
from labeling_job.input_properties import NO_JOB, Input


def check_previous_job(source: Input, aws: Collaborators) -> None:
    """Raise NothingToLabelError unless the job that writes the manifest has ended.

    Its labels are wanted however it ended. CustomResourceError if there is no such job.
    """
    name = source.previous_job
    if name is None:
        return
    if name == NO_JOB:
        raise NothingToLabelError(
            "nothing to label yet: the job whose labels are reviewed was not started, because it "
            f"had nothing to label itself; {again(source)} when it has labels"
        )
    job = jobs.look(name, aws)
    if job is None:
        raise CustomResourceError(
            f"expected a labeling job whose labels are reviewed, got {name!r}, which does not exist"
        )
    if not job.has_ended:
        raise NothingToLabelError(
            f"nothing to label yet: labeling job {name}, whose labels are reviewed, is "
            f"{job.status}; {again(source)} when it has ended"
        )
    if job.labeled == 0:
        # There may be no output manifest then, which looks like a missing permission.
        raise NothingToLabelError(
            f"nothing to label: labeling job {name}, whose labels are reviewed, has ended without "
            f"any; {again(source)} when it has labels"
        )


def again(source: Input) -> str:
    """Return what brings about the next try: a resource without a change gets no event."""
    return "deploy again" if source.when_empty == "fail" else "deploy again with a higher revision"
