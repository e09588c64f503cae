"""Refuses a change or a deletion that would end a job at work and must not."""

from __future__ import annotations

from custom_resource.errors import CustomResourceError
from custom_resource.retry import retry
from dataset.names import is_physical_id
from labeling_job.clients import Clients
from labeling_job.identity import Owner
from labeling_job.job import desired_state, jobs
from labeling_job.job.jobs import Job
from labeling_job.request import Deletion, Request


def guard_change(request: Request, aws: Clients) -> None:
    """Raise CustomResourceError if the change would end a job at work that no change may end."""
    current = str(request.current_id)
    if request.on_change == "replace" or not is_physical_id(current):
        return
    job = retry(lambda: _live(current, request.owner, aws), aws)
    if job is None or _is_rollback(request, aws):
        return
    raise CustomResourceError(
        f"labeling job {job.name} is {job.progress}, and `on_change: fail` lets no change end it. "
        "Wait until it has ended, set `on_change: replace` to let a new job go on with what is not "
        "labeled, or make the change in a job of another key"
    )


def _is_rollback(request: Request, aws: Clients) -> bool:
    """Say whether the content was there before and was never deleted, so that it comes back."""
    marker = desired_state.look(request.physical_id, request.markers, aws)
    if marker is not None:
        return marker.wanted and marker.ready
    # Made before there were markers.
    return next(jobs.runs(request.physical_id, aws), None) is not None


def guard_deletion(deletion: Deletion, aws: Clients) -> None:
    """Raise CustomResourceError if a job is at work, unless it is left of what came to nothing.

    A job may be stopped whose Create or Update has failed or was rolled back, and one that another
    has replaced.
    """
    job = next(
        (
            job
            for job in jobs.runs_to_stop(deletion.identity, aws)
            if job.status == "InProgress" and job.may_belong_to(deletion.owner)
        ),
        None,
    )
    if job is None or _is_left_over(deletion, aws):
        return
    raise CustomResourceError(
        f"labeling job {job.name} is {job.progress}, and `stop_on_delete: false` keeps it at work. "
        "Wait until it has ended, or deploy it with `stop_on_delete: true` before you remove it"
    )


def _is_left_over(deletion: Deletion, aws: Clients) -> bool:
    marker = desired_state.look(deletion.identity, deletion.markers, aws)
    if marker is None:
        return False
    if marker.replaced_by is None:
        return not (marker.wanted and marker.ready)
    successor = desired_state.look(marker.replaced_by, deletion.markers, aws)
    return successor is not None and successor.wanted


def _live(identity: str, owner: Owner, aws: Clients) -> Job | None:
    """Return the first of the id's own jobs that is at work, or soon."""
    for job in jobs.runs(identity, aws):
        if job.status in jobs.LIVE and job.belongs_to(owner):
            return job
    return None
