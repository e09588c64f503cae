"""Create, Update and Delete of `Custom::LabelingJob`: each may be repeated at any point.

A job can't be changed, restarted or deleted, and its name is used up for ever. So the name is made
from what the job is made of, and the same content finds its own job again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.errors import CustomResourceError
from custom_resource.responder import Outcome
from custom_resource.retry import retry
from dataset.names import is_physical_id, run_names
from labeling_job.clients import Clients
from labeling_job.input_properties import NO_JOB
from labeling_job.job import desired_state, jobs
from labeling_job.job.beginning import await_start, has_begun
from labeling_job.job.carried_over import earlier_manifests, labeled_before
from labeling_job.job.desired_state import CancelledError
from labeling_job.job.failed import JobFailedError
from labeling_job.job.files import Counts, read_counts, write_files
from labeling_job.job.guards import guard_change
from labeling_job.job.jobs import Job
from labeling_job.job.start import start_job
from labeling_job.job.stop import delete, stop_leftover
from labeling_job.manifest.manifest import Manifest, read_manifest
from labeling_job.manifest.problems import NothingToLabelError
from labeling_job.request import Request, deletion_from_event, from_event

#: Not worth adopting: the next run gets the next name.
_NOT_ADOPTED: Final = frozenset({"Failed", "Stopping", "Stopped"})


@dataclass(frozen=True, kw_only=True)
class _Runs:
    """The jobs of a resource."""

    last: Job | None
    #: The name of the next one.
    free: str


def run(event: Mapping[str, Any], aws: Clients) -> Outcome:
    """Do what the event asks for.

    Raises CustomResourceError, or an error of botocore, if it can't be done; nothing that was
    started for the event runs on then, and notes at the error say what was stopped and what is
    still at work.
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


def create(request: Request, aws: Clients) -> dict[str, str]:
    """Find the job that this content already has, or start one."""
    try:
        refusal = _begin(request, aws)
        runs = retry(lambda: _runs(request, aws), aws)
        if runs.last and runs.last.status not in _NOT_ADOPTED:
            try:
                # Before the input is read: at a rollback it may no longer be there.
                return _adopt(runs.last, request, aws)
            except JobFailedError as failure:
                if not failure.has_new_role:
                    raise
        if refusal is not None:
            raise refusal
        return _start(runs.free, request, aws)
    except CancelledError as cancelled:
        # Also when it is repeated: whoever made a job may have died before it could stop it.
        left = stop_leftover(request.physical_id, request.owner, aws)
        if left is not None:
            cancelled.add_note(left)
        raise


def _begin(request: Request, aws: Clients) -> Exception | None:
    """Say that the resource is wanted; return what is in the way of starting a job for it."""
    try:
        retry(
            lambda: desired_state.begin(request.physical_id, request.event, request.markers, aws),
            aws,
        )
    except CancelledError:
        raise
    except (BotoCoreError, CustomResourceError) as error:
        # A rollback to a job that runs on must not depend on the bucket.
        return error
    return None


def _start(name: str, request: Request, aws: Clients) -> dict[str, str]:
    """Start a job of this name, unless there is nothing to label."""
    labeled = retry(lambda: labeled_before(request, aws), aws)
    try:
        manifest = retry(lambda: read_manifest(request, aws, labeled), aws)
    except NothingToLabelError as nothing:
        if request.input.when_empty == "fail":
            raise
        _finish(request, aws)
        return _data(None, Counts(left_out=str(nothing.skipped), summary=str(nothing)))
    if not manifest.objects:
        _finish(request, aws)
        return _all_labeled(manifest, request, aws)
    written = retry(lambda: write_files(request, manifest, aws), aws)
    job = start_job(name, written, request, aws)
    return _confirmed(job, written.counts)


def _finish(request: Request, aws: Clients) -> None:
    retry(
        lambda: desired_state.finish(request.physical_id, request.event, request.markers, aws), aws
    )


def update(request: Request, aws: Clients) -> dict[str, str]:
    """Change tags in place, or start the job of the new content; a Delete stops the old one."""
    left = None
    if request.replaced_id not in (None, request.physical_id, request.current_id):
        # A rollback: the answer of the update that failed may never have arrived.
        replaced = str(request.replaced_id)
        desired_state.withdraw(replaced, request.event, request.markers, aws, is_unanswered=True)
        left = stop_leftover(replaced, request.owner, aws)
    data = _updated(request, aws)
    return {**data, "Summary": f"{data['Summary']}; {left}"} if left else data


def _updated(request: Request, aws: Clients) -> dict[str, str]:
    if request.physical_id != request.current_id:
        try:
            guard_change(request, aws)
        except CustomResourceError:
            # Or the rollback would take the event for one that is still to come.
            _begin(request, aws)
            raise
        try:
            data = create(request, aws)
        except Exception as error:
            _note_what_goes_on(error, request, aws)
            raise
        desired_state.replace(
            str(request.current_id), request.physical_id, request.event, request.markers, aws
        )
        return data
    runs = retry(lambda: _runs(request, aws), aws)
    if runs.last is None:
        # There was nothing to label before; now there may be.
        return create(request, aws)
    return _unchanged(runs.last, request, aws)


def _unchanged(job: Job, request: Request, aws: Clients) -> dict[str, str]:
    """Change a job's tags in place, whatever has become of it."""
    retry(lambda: jobs.change_tags(job, request.tags, request.replaced_tags, aws), aws)
    data = _data(job, read_counts(job.manifest_uri, request.account, aws))
    if job.status in _NOT_ADOPTED:
        reason = f" ({job.failure_reason.rstrip('. ')})" if job.failure_reason else ""
        data["Summary"] += f"; the job is {job.status}{reason}, raise the revision for a new run"
    return data


def _note_what_goes_on(error: Exception, request: Request, aws: Clients) -> None:
    """Add to an Update's error which job was at work before and still is; nothing is raised."""
    current = str(request.current_id)
    if aws.clock.now() > aws.clock.deadline:
        error.add_note(f"whether labeling job {current} goes on was not looked at, time ran out")
        return
    try:
        for job in jobs.runs(current, aws) if is_physical_id(current) else ():
            if job.status in jobs.LIVE and job.belongs_to(request.owner):
                error.add_note(f"labeling job {job.name} goes on")
    except (BotoCoreError, ClientError, CustomResourceError):
        aws.log.warning("it can't be said whether a job goes on", exc_info=True)


def _runs(request: Request, aws: Clients) -> _Runs:
    last = None
    for name in run_names(request.physical_id):
        job = jobs.find(name, request.owner, aws)
        if job is None:
            return _Runs(last=last, free=name)
        last = job
    raise CustomResourceError(
        f"all names of labeling job {request.physical_id} are used up, raise the revision"
    )


def _adopt(found: Job, request: Request, aws: Clients) -> dict[str, str]:
    counts = read_counts(found.manifest_uri, request.account, aws)
    job = await_start(found.name, counts.number, aws)
    aws.log.info("labeling job %s has the same content and is %s, kept", job.name, job.status)
    try:
        desired_state.finish(request.physical_id, request.event, request.markers, aws)
    except CancelledError:
        raise
    except (BotoCoreError, CustomResourceError):
        aws.log.warning("it can't be remembered that %s is ready", job.name, exc_info=True)
    retry(lambda: jobs.change_tags(job, request.tags, request.replaced_tags, aws), aws)
    return _confirmed(job, counts)


def _confirmed(job: Job, counts: Counts) -> dict[str, str]:
    """Return the data of a job that was waited for, and say if that has confirmed nothing."""
    data = _data(job, counts)
    if not has_begun(job, counts.number):
        data["Summary"] += (
            f"; not confirmed yet: Ground Truth has not counted the data objects of {job.name} "
            f"in the {job.age:.0f} s since its creation, see what becomes of it with `aws "
            f"sagemaker describe-labeling-job --labeling-job-name {job.name}`"
        )
    return data


def _data(job: Job | None, counts: Counts) -> dict[str, str]:
    return {
        "JobName": job.name if job else NO_JOB,
        "JobArn": job.arn if job else NO_JOB,
        "JobStatus": job.status if job else NO_JOB,
        "FailureReason": (job.failure_reason if job else "") or NO_JOB,
        "ManifestUri": job.manifest_uri if job else NO_JOB,
        "ObjectCount": counts.objects,
        "CarriedOverCount": counts.carried_over,
        "LeftOutCount": counts.left_out,
        "ReportUri": counts.report_uri,
        "OutputManifestUri": job.output_manifest_uri if job else NO_JOB,
        "Summary": counts.summary,
    }


def _all_labeled(manifest: Manifest, request: Request, aws: Clients) -> dict[str, str]:
    """Return the data of a resource without a job of its own: the labels are there already."""
    runs = {each: jobs.look(each.run, aws) for each in earlier_manifests(request, aws)}
    last = max(runs, key=lambda each: (job.created if (job := runs[each]) else 0.0, each.run))
    counts = Counts(
        carried_over=str(manifest.carried_over),
        left_out=str(manifest.skipped.total),
        summary=f"all is labeled, no job was started: {manifest.summary}; the latest run is "
        f"{last.run}",
    )
    return {**_data(runs[last], counts), "JobName": last.run, "OutputManifestUri": last.uri}
