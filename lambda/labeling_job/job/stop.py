"""Stops the jobs of a resource that is deleted, or whose Create or Update has failed."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.errors import CustomResourceError, is_closed, is_denied, refusal
from custom_resource.retry import retry
from dataset.names import is_physical_id
from labeling_job.clients import Clients
from labeling_job.identity import Owner
from labeling_job.job import desired_state, jobs
from labeling_job.job.guards import guard_deletion
from labeling_job.request import Deletion

#: Seconds that a Delete waits for a job that it has stopped.
_STOP_WINDOW: Final = 300.0


def delete(deletion: Deletion, aws: Clients) -> None:
    """Stop what runs under this id; labels, manifests and jobs of others are left alone.

    Raises CustomResourceError if a live job can't be stopped, since it would go on costing money
    unseen, or if it is at work and nobody said that it may be stopped.
    """
    is_known = is_physical_id(deletion.identity)
    # CloudFormation makes an id up when a Create was never answered: there may be a job.
    identity = deletion.identity if is_known else deletion.physical_id
    if identity is None:
        aws.log.info("%r is not the id of a labeling job, nothing to stop", deletion.identity)
        return
    marker = desired_state.look(identity, deletion.markers, aws)
    try:
        if is_known and not deletion.stop_on_delete:
            guard_deletion(deletion, aws)
        if deletion.markers is not None:
            desired_state.withdraw(
                identity, deletion.event, deletion.markers, aws, is_unanswered=not is_known
            )
        _stop_all(identity, deletion.owner, aws)
    except ClientError as error:
        # An account that Ground Truth is closed to must be able to remove what came to nothing.
        if not is_closed(error) or marker is None or marker.ready or not _is_closed(aws):
            raise
        aws.log.warning("%s: nothing was started", refusal(error))


def _is_closed(aws: Clients) -> bool:
    """Say whether the account is refused any list too, which has nothing to do with one job."""
    try:
        aws.sagemaker.list_labeling_jobs(MaxResults=1)
    except ClientError as error:
        return is_closed(error)
    return False


def stop_leftover(identity: str, owner: Owner, aws: Clients) -> str | None:
    """Stop what was started for a Create or Update that has failed; nothing is raised.

    Returns what to tell the user if that can't be done, or None.
    """
    try:
        retry(lambda: _stop_all(identity, owner, aws), aws)
    except (BotoCoreError, ClientError, CustomResourceError) as error:
        # A rollback or Delete that fails is worse: the stack would need repair by hand.
        aws.log.exception("labeling job %s could not be stopped", identity)
        return f"labeling job {identity} may still be running: {error}"
    return None


def _stop_all(identity: str, owner: Owner, aws: Clients) -> None:
    until = min(aws.clock.now() + _STOP_WINDOW, aws.clock.deadline)
    name = identity
    try:
        for job in jobs.runs_to_stop(identity, aws):
            name = job.name
            if not job.may_belong_to(owner):
                aws.log.warning("labeling job %s is not of this stack, left alone", job.name)
                continue
            jobs.stop(job.name, aws, until=until)
            jobs.await_end(job.name, aws, until=until)
    except ClientError as error:
        if is_closed(error):
            raise
        cure = "Give the function this permission" if is_denied(error) else "Try again"
        raise CustomResourceError(
            f"labeling job {name} may be running and can't be stopped: {refusal(error)}. "
            f"{cure}, or stop the job with `aws sagemaker stop-labeling-job --labeling-job-name "
            f"{name}` and delete the stack with `--retain-resources {owner.logical_id}`"
        ) from error
