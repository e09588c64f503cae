"""Create, Update and Delete of `Custom::LabelingJob`: each may be repeated at any point.

A job can't be changed, restarted or deleted, and its name is used up for ever. So the name is made
from what the job is made of, and the same content finds its own job again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from labeling_job import jobs
from labeling_job.collaborators import Collaborators
from labeling_job.errors import (
    LabelingJobError,
    NothingToLabelError,
    explain,
    is_denied,
    patiently,
)
from labeling_job.files import Counts, read_counts, write_files
from labeling_job.identity import Owner, is_own_form, owner_of
from labeling_job.input_properties import NO_JOB
from labeling_job.jobs import Job
from labeling_job.manifest import read_manifest
from labeling_job.request import Request, from_event
from labeling_job.start import start_job

#: Not worth adopting: the next run gets the next name.
_BURNT: Final = frozenset({"Failed", "Stopping", "Stopped"})
#: Seconds that a Delete waits for a job that it has stopped.
_STOP_WINDOW: Final = 300.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What CloudFormation shall know of the resource."""

    physical_id: str
    data: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _Runs:
    """The jobs of a resource."""

    last: Job | None
    #: The name of the next one.
    free: str


def run(event: Mapping[str, Any], aws: Collaborators) -> Outcome:
    """Do what the event asks for.

    Raises LabelingJobError, or an error of botocore, if it can't be done; nothing that was
    started for the event runs on then.
    """
    kind = event.get("RequestType")
    if kind == "Delete":
        identity = str(event.get("PhysicalResourceId") or "")
        delete(identity, owner_of(event), aws)
        return Outcome(physical_id=identity, data={})
    if kind not in ("Create", "Update"):
        raise LabelingJobError(
            f"expected Create, Update or Delete, got {kind!r} in event.RequestType"
        )
    request = from_event(event)
    data = create(request, aws) if kind == "Create" else update(request, aws)
    return Outcome(physical_id=request.physical_id, data=data)


def create(request: Request, aws: Collaborators) -> dict[str, str]:
    """Find the job that this content already has, or start one."""
    runs = patiently(lambda: _runs(request, aws), aws)
    if runs.last and runs.last.status not in _BURNT:
        # Before the input is read: at a rollback it may no longer be there.
        return _adopt(runs.last.name, request, aws)
    try:
        manifest = patiently(lambda: read_manifest(request, aws), aws)
    except NothingToLabelError as nothing:
        if request.input.when_empty == "fail":
            raise
        return _no_job(str(nothing), nothing.left_out)
    written = patiently(lambda: write_files(request, manifest, aws), aws)
    job = start_job(runs.free, written, request, aws)
    return _data(job, written.counts)


def update(request: Request, aws: Collaborators) -> dict[str, str]:
    """Change tags in place, or start the job of the new content; a Delete stops the old one."""
    if request.replaced_id not in (None, request.physical_id, request.current_id):
        # A rollback: the answer of the update that failed may never have arrived.
        _stop_leftover(str(request.replaced_id), request.owner, aws)
    if request.physical_id != request.current_id:
        return create(request, aws)
    runs = patiently(lambda: _runs(request, aws), aws)
    if runs.last is None:
        # There was nothing to label before; now there may be.
        return create(request, aws)
    jobs.change_tags(runs.last, request.tags, request.replaced_tags, aws)
    return _data(runs.last, read_counts(runs.last.manifest_uri, request.account, aws))


def delete(identity: str, owner: Owner, aws: Collaborators) -> None:
    """Stop what runs under this id; labels, manifests and jobs of others are left alone.

    Raises LabelingJobError if a live job can't be stopped: it would go on costing money unseen.
    """
    if not is_own_form(identity):
        aws.log.info("%r is not the id of a labeling job, nothing to stop", identity)
        return
    until = min(aws.clock.now() + _STOP_WINDOW, aws.clock.deadline)
    name = identity
    try:
        for job in jobs.runs(identity, aws):
            name = job.name
            if not job.belongs_to(owner):
                aws.log.warning("labeling job %s is not of this stack, left alone", job.name)
                continue
            jobs.stop(job.name, aws, until=until)
            jobs.await_end(job.name, aws, until=until)
    except ClientError as error:
        if not is_denied(error):
            raise
        raise LabelingJobError(
            f"labeling job {name} may be running and can't be stopped: {explain(error)}. "
            "Give the function this permission, or stop the job with `aws sagemaker "
            f"stop-labeling-job --labeling-job-name {name}` and delete the stack with "
            f"`--retain-resources {owner.logical_id}`"
        ) from error


def _runs(request: Request, aws: Collaborators) -> _Runs:
    last = None
    for name in jobs.names(request.physical_id):
        job = jobs.find(name, request.owner, aws)
        if job is None:
            return _Runs(last=last, free=name)
        last = job
    raise LabelingJobError(
        f"all names of labeling job {request.physical_id} are used up, raise the revision"
    )


def _adopt(name: str, request: Request, aws: Collaborators) -> dict[str, str]:
    job = jobs.await_start(name, aws)
    aws.log.info("labeling job %s has the same content and is %s, kept", name, job.status)
    jobs.change_tags(job, request.tags, request.replaced_tags, aws)
    return _data(job, read_counts(job.manifest_uri, request.account, aws))


def _stop_leftover(identity: str, owner: Owner, aws: Collaborators) -> None:
    try:
        delete(identity, owner, aws)
    except (BotoCoreError, ClientError, LabelingJobError):
        # A rollback that fails is worse: the stack could not be repaired without support.
        aws.log.exception("labeling job %s could not be stopped", identity)


def _data(job: Job, counts: Counts) -> dict[str, str]:
    ended = job.status in _BURNT
    note = f"; the job is {job.status}, raise the revision for a new run" if ended else ""
    return {
        "JobName": job.name,
        "JobArn": job.arn,
        "JobStatus": job.status,
        "ManifestUri": job.manifest_uri,
        "ObjectCount": counts.objects,
        "LeftOutCount": counts.left_out,
        "ReportUri": counts.report_uri,
        "OutputManifestUri": job.output_manifest_uri,
        "Summary": f"{counts.summary}{note}",
    }


def _no_job(reason: str, left_out: int) -> dict[str, str]:
    return {
        "JobName": NO_JOB,
        "JobArn": NO_JOB,
        "JobStatus": NO_JOB,
        "ManifestUri": NO_JOB,
        "ObjectCount": "0",
        "LeftOutCount": str(left_out),
        "ReportUri": NO_JOB,
        "OutputManifestUri": NO_JOB,
        "Summary": reason,
    }
