"""Create, Update and Delete of `Custom::LabelingJob`: each may be repeated at any point.

A job can't be changed, restarted or deleted, and its name is used up for ever. So the name is made
from what the job is made of, and the same content finds its own job again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError

from custom_resource.answering import Outcome
from custom_resource.errors import CustomResourceError, patiently
from labeling_job import jobs, wanted
from labeling_job.collaborators import Collaborators
from labeling_job.earlier_runs import earlier_runs, labeled_before
from labeling_job.errors import NothingToLabelError
from labeling_job.files import Counts, read_counts, write_files
from labeling_job.input_properties import NO_JOB
from labeling_job.jobs import Job
from labeling_job.keeping import keep_from_change
from labeling_job.manifest import Manifest, read_manifest
from labeling_job.request import Request, deletion_from_event, from_event
from labeling_job.start import start_job
from labeling_job.stopping import delete, stop_leftover
from labeling_job.wanted import CancelledError

#: Not worth adopting: the next run gets the next name.
_BURNT: Final = frozenset({"Failed", "Stopping", "Stopped"})


@dataclass(frozen=True, kw_only=True)
class _Runs:
    """The jobs of a resource."""

    last: Job | None
    #: The name of the next one.
    free: str


def run(event: Mapping[str, Any], aws: Collaborators) -> Outcome:
    """Do what the event asks for.

    Raises CustomResourceError, or an error of botocore, if it can't be done; nothing that was
    started for the event runs on then.
    """
    kind = event.get("RequestType")
    if kind == "Delete":
        deletion = deletion_from_event(event)
        delete(deletion, aws)
        return Outcome(physical_id=deletion.identity, data={})
    if kind not in ("Create", "Update"):
        raise CustomResourceError(
            f"expected Create, Update or Delete, got {kind!r} in event.RequestType"
        )
    request = from_event(event)
    data = create(request, aws) if kind == "Create" else update(request, aws)
    return Outcome(physical_id=request.physical_id, data=data)


def create(request: Request, aws: Collaborators) -> dict[str, str]:
    """Find the job that this content already has, or start one."""
    try:
        refusal = _begin(request, aws)
        runs = patiently(lambda: _runs(request, aws), aws)
        if runs.last and runs.last.status not in _BURNT:
            # Before the input is read: at a rollback it may no longer be there.
            return _adopt(runs.last.name, request, aws)
        if refusal is not None:
            raise refusal
        return _start(runs.free, request, aws)
    except CancelledError:
        # Also when it is repeated: whoever made a job may have died before it could stop it.
        stop_leftover(request.physical_id, request.owner, aws)
        raise


def _begin(request: Request, aws: Collaborators) -> Exception | None:
    """Say that the resource is wanted; return what is in the way of starting a job for it."""
    try:
        patiently(
            lambda: wanted.begin(request.physical_id, request.event, request.markers, aws), aws
        )
    except CancelledError:
        raise
    except (BotoCoreError, CustomResourceError) as error:
        # A rollback to a job that runs on must not depend on the bucket.
        return error
    return None


def _start(name: str, request: Request, aws: Collaborators) -> dict[str, str]:
    """Start a job of this name, unless there is nothing to label."""
    labeled = patiently(lambda: labeled_before(request, aws), aws)
    try:
        manifest = patiently(lambda: read_manifest(request, aws, labeled), aws)
    except NothingToLabelError as nothing:
        if request.input.when_empty == "fail":
            raise
        wanted.finish(request.physical_id, request.event, request.markers, aws)
        return _no_job(str(nothing), nothing.left_out)
    if not manifest.objects:
        wanted.finish(request.physical_id, request.event, request.markers, aws)
        return _all_labeled(manifest, request, aws)
    written = patiently(lambda: write_files(request, manifest, aws), aws)
    job = start_job(name, written, request, aws)
    return _data(job, written.counts)


def update(request: Request, aws: Collaborators) -> dict[str, str]:
    """Change tags in place, or start the job of the new content; a Delete stops the old one."""
    if request.replaced_id not in (None, request.physical_id, request.current_id):
        # A rollback: the answer of the update that failed may never have arrived.
        replaced = str(request.replaced_id)
        wanted.withdraw(replaced, request.event, request.markers, aws, is_unanswered=True)
        stop_leftover(replaced, request.owner, aws)
    if request.physical_id != request.current_id:
        try:
            keep_from_change(request, aws)
        except CustomResourceError:
            # Or the rollback would take the event for one that is still to come.
            _begin(request, aws)
            raise
        data = create(request, aws)
        wanted.replace(
            str(request.current_id), request.physical_id, request.event, request.markers, aws
        )
        return data
    runs = patiently(lambda: _runs(request, aws), aws)
    if runs.last is None:
        # There was nothing to label before; now there may be.
        return create(request, aws)
    jobs.change_tags(runs.last, request.tags, request.replaced_tags, aws)
    return _data(runs.last, read_counts(runs.last.manifest_uri, request.account, aws))


def _runs(request: Request, aws: Collaborators) -> _Runs:
    last = None
    for name in jobs.names(request.physical_id):
        job = jobs.find(name, request.owner, aws)
        if job is None:
            return _Runs(last=last, free=name)
        last = job
    raise CustomResourceError(
        f"all names of labeling job {request.physical_id} are used up, raise the revision"
    )


def _adopt(name: str, request: Request, aws: Collaborators) -> dict[str, str]:
    job = jobs.await_start(name, aws)
    aws.log.info("labeling job %s has the same content and is %s, kept", name, job.status)
    try:
        wanted.finish(request.physical_id, request.event, request.markers, aws)
    except CancelledError:
        raise
    except (BotoCoreError, CustomResourceError):
        aws.log.warning("it can't be remembered that %s is ready", name, exc_info=True)
    jobs.change_tags(job, request.tags, request.replaced_tags, aws)
    return _data(job, read_counts(job.manifest_uri, request.account, aws))


def _data(job: Job, counts: Counts) -> dict[str, str]:
    ended = job.status in _BURNT
    note = f"; the job is {job.status}, raise the revision for a new run" if ended else ""
    return {
        "JobName": job.name,
        "JobArn": job.arn,
        "JobStatus": job.status,
        "ManifestUri": job.manifest_uri,
        "ObjectCount": counts.objects,
        "CarriedOverCount": counts.carried_over,
        "LeftOutCount": counts.left_out,
        "ReportUri": counts.report_uri,
        "OutputManifestUri": job.output_manifest_uri,
        "Summary": f"{counts.summary}{note}",
    }


def _all_labeled(manifest: Manifest, request: Request, aws: Collaborators) -> dict[str, str]:
    """Return the data of a resource without a job of its own: the labels are there already."""
    runs = {run: jobs.look(run.name, aws) for run in earlier_runs(request, aws)}
    last = max(runs, key=lambda run: (job.created if (job := runs[run]) else 0.0, run.name))
    job = runs[last]
    return {
        "JobName": last.name,
        "JobArn": job.arn if job else NO_JOB,
        "JobStatus": job.status if job else NO_JOB,
        "ManifestUri": job.manifest_uri if job else NO_JOB,
        "ObjectCount": "0",
        "CarriedOverCount": str(manifest.carried_over),
        "LeftOutCount": str(manifest.left_out.total),
        "ReportUri": NO_JOB,
        "OutputManifestUri": last.uri,
        "Summary": f"all is labeled, no job was started: {manifest.summary}; the latest run is "
        f"{last.name}",
    }


def _no_job(reason: str, left_out: int) -> dict[str, str]:
    return {
        "JobName": NO_JOB,
        "JobArn": NO_JOB,
        "JobStatus": NO_JOB,
        "ManifestUri": NO_JOB,
        "ObjectCount": "0",
        "CarriedOverCount": "0",
        "LeftOutCount": str(left_out),
        "ReportUri": NO_JOB,
        "OutputManifestUri": NO_JOB,
        "Summary": reason,
    }
