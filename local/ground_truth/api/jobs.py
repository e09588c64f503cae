"""The operations on labeling jobs.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-create-labeling-job-api.html
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from local.ground_truth.api.job_rules import check_job
from local.ground_truth.api.lists import ordered, page
from local.ground_truth.api.local_job import ENDED, LocalJob
from local.ground_truth.api.state import Call, Workteam
from local.ground_truth.api.tags import shown, tag_map
from local.ground_truth.errors import in_use, invalid, not_found, too_many

_ECHOED: Final = (
    "LabelingJobName",
    "LabelAttributeName",
    "InputConfig",
    "OutputConfig",
    "RoleArn",
    "LabelCategoryConfigS3Uri",
    "StoppingConditions",
    "LabelingJobAlgorithmsConfig",
    "HumanTaskConfig",
)


#: Labeling jobs at work at once. AWS's own number is each account's, and so is this one.
MOST_AT_WORK: Final = 100


def create_labeling_job(call: Call) -> dict[str, Any]:
    """Start a labeling job. Its name is never free again."""
    request = call.request
    name = request["LabelingJobName"]
    task_type, functions = check_job(call)
    if name.lower() in call.account.jobs:
        raise in_use(f"Labeling job {name} already exists; names are unique and not case-sensitive")
    at_work = sum(job.status not in ENDED for job in call.account.jobs.values())
    if at_work >= MOST_AT_WORK:
        raise too_many(f"At most {MOST_AT_WORK} labeling jobs can be at work at once")
    arn = call.scope.arn(f"labeling-job/{name.lower()}")
    team = _team(call, request["HumanTaskConfig"]["WorkteamArn"])
    call.account.jobs[name.lower()] = LocalJob(
        name=name,
        arn=arn,
        request=request,
        task_type=task_type,
        functions=functions,
        provider=call.account.workforces[team.workforce].provider,
        created=call.now,
        modified=call.now,
        due=call.now + call.delay,
        unread=max(call.delay, call.unkindness.unread),
        has_classes_as_texts=call.unkindness.has_classes_as_texts,
    )
    call.account.tagged_from[arn] = call.now + call.unkindness.untagged
    call.account.tags[arn] = tag_map(request.get("Tags", ()))
    return {"LabelingJobArn": arn}


def describe_labeling_job(call: Call) -> dict[str, Any]:
    """Describe a job."""
    job = _find(call)
    request = {name: job.request[name] for name in _ECHOED if name in job.request}
    code, tags = _reference_code(job), shown(call, job.arn)
    return {**request, **_summary(job), "JobReferenceCode": code, "Tags": tags}


def stop_labeling_job(call: Call) -> dict[str, Any]:
    """Stop a job for good; ValidationException if it has ended or is stopping."""
    job = _find(call)
    if job.status in ENDED or job.status == "Stopping":
        raise invalid(f"Labeling job {job.name} can't be stopped: it is {job.status}")
    job.stop(call.now, call.delay)
    return {}


def list_labeling_jobs(call: Call) -> dict[str, Any]:
    """List jobs, all that ever were."""
    request = call.request
    found = [
        job
        for job in call.account.jobs.values()
        if request.get("NameContains", "").lower() in job.name.lower()
        and request.get("StatusEquals", job.status) == job.status
        and _is_within(call, job.created, "CreationTime")
        and _is_within(call, job.modified, "LastModifiedTime")
    ]
    by = {
        "CreationTime": lambda job: job.created,
        "Name": lambda job: job.name,
        "Status": lambda job: job.status,
    }
    return page(request, "LabelingJobSummaryList", ordered(request, found, by), _list_entry)


def list_labeling_jobs_for_workteam(call: Call) -> dict[str, Any]:
    """List the jobs of a work team."""
    request = call.request
    team = request["WorkteamArn"]
    if team not in (each.arn for each in call.account.workteams.values()):
        raise not_found(f"The work team {team} does not exist")
    found = [
        job
        for job in call.account.jobs.values()
        if job.task["WorkteamArn"] == team
        and request.get("JobReferenceCodeContains", "") in _reference_code(job)
        and _is_within(call, job.created, "CreationTime")
    ]
    found = ordered(request, found, {"CreationTime": lambda job: job.created})
    return page(
        request, "LabelingJobSummaryList", found, lambda job: _team_entry(job, call.scope.account)
    )


def _team(call: Call, arn: str) -> Workteam:
    return next(team for team in call.account.workteams.values() if team.arn == arn)


def _find(call: Call) -> LocalJob:
    name = call.request["LabelingJobName"]
    if name.lower() not in call.account.jobs:
        raise call.unkindness.absence(name)
    return call.account.jobs[name.lower()]


def _summary(job: LocalJob) -> dict[str, Any]:
    shown = {
        "LabelingJobName": job.name,
        "LabelingJobArn": job.arn,
        "LabelingJobStatus": job.status,
        "LabelCounters": job.counters,
        "CreationTime": job.created,
        "LastModifiedTime": job.modified,
        "InputConfig": job.request["InputConfig"],
    }
    if job.failure:
        shown["FailureReason"] = job.failure
    if job.written:
        shown["LabelingJobOutput"] = {"OutputDatasetS3Uri": job.output_uri}
    return shown


def _list_entry(job: LocalJob) -> dict[str, Any]:
    entry = {
        **_summary(job),
        "WorkteamArn": job.task["WorkteamArn"],
        **job.task.get("AnnotationConsolidationConfig", {}),
    }
    if "PreHumanTaskLambdaArn" in job.task:
        entry["PreHumanTaskLambdaArn"] = job.task["PreHumanTaskLambdaArn"]
    return entry


def _team_entry(job: LocalJob, account: str) -> dict[str, Any]:
    counters = job.counters
    return {
        "LabelingJobName": job.name,
        "JobReferenceCode": _reference_code(job),
        "WorkRequesterAccountId": account,
        "CreationTime": job.created,
        "NumberOfHumanWorkersPerDataObject": job.workers_per_object,
        "LabelCounters": {
            "HumanLabeled": counters["HumanLabeled"],
            "PendingHuman": counters["Unlabeled"],
            "Total": len(job.objects),
        },
    }


def _reference_code(job: LocalJob) -> str:
    return hashlib.sha256(job.arn.encode()).hexdigest()[:10]


def _is_within(call: Call, time: float, name: str) -> bool:
    after = call.request.get(f"{name}After", time)
    before = call.request.get(f"{name}Before", time)
    return bool(after <= time <= before)
