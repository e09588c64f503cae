"""Which tasks a worker may do: those of the jobs of the worker's teams; and their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.ground_truth.answers import worker_template
from local.ground_truth.answers.data_object import DataObject
from local.ground_truth.answers.task_queue import Refused
from local.ground_truth.api.job_inputs import task_input
from local.ground_truth.api.local_job import LocalJob
from local.ground_truth.api.read_access import read_access
from local.ground_truth.api.service import GroundTruth
from local.ground_truth.cloud import Denied, Missing, Scope, User
from local.ground_truth.portal import ready_interface


@dataclass(frozen=True, kw_only=True)
class Member:
    """A worker of the workforce of an account's Region."""

    scope: Scope
    user: User
    #: The IP address that the worker sits at.
    address: str


def open_tasks(ground_truth: GroundTruth, member: Member, most: int) -> list[dict[str, Any]]:
    """Return at most `most` tasks that the worker can do now."""
    tasks: list[dict[str, Any]] = []
    with ground_truth.lock:
        for job in _jobs(ground_truth, member):
            for task_id, _ in job.open_tasks(member.user)[: most - len(tasks)]:
                tasks.append(_show(ground_truth, member, job, task_id))
    return tasks


def accept(ground_truth: GroundTruth, member: Member, task_id: str) -> dict[str, Any]:
    """Hold a task for the worker until its time is over, and return it; Refused if taken."""
    with ground_truth.lock:
        job = _find(ground_truth, member, task_id)
        job.accept(task_id, member.user, ground_truth.clock())
        return _show(ground_truth, member, job, task_id)


def answer(
    ground_truth: GroundTruth, member: Member, task_id: str, content: Mapping[str, Any]
) -> None:
    """Take an answer in the form that crowd elements give; Refused if it can't be taken."""
    with ground_truth.lock:
        job = _find(ground_truth, member, task_id)
        job.answer(task_id, member.user, content, ground_truth.clock(), ground_truth.delay)


def _show(ground_truth: GroundTruth, member: Member, job: LocalJob, task_id: str) -> dict[str, Any]:
    assert job.inputs is not None  # noqa: S101  # a task exists once all is read
    each = job.queue.object_of(task_id)
    return {
        "taskId": task_id,
        "jobName": job.name,
        "title": job.task["TaskTitle"],
        "description": job.task["TaskDescription"],
        "input": dict(task_input(job, each, job.inputs.label_file)),
        "html": _page(ground_truth, member, job, each),
        "example": job.labeling.answers.example(job.subject(each, ground_truth.clock())),
    }


def _page(ground_truth: GroundTruth, member: Member, job: LocalJob, each: DataObject) -> str:
    assert job.inputs is not None  # noqa: S101  # a task exists once all is read
    cloud = ground_truth.cloud
    try:
        if job.inputs.template is not None:
            content = task_input(job, each, job.inputs.label_file)
            only = _addresses(ground_truth, member, job)
            grant = read_access(cloud, member.scope, job, only)
            return worker_template.render(job.inputs.template, content, grant)
        grant = read_access(cloud, member.scope, job)
        return ready_interface.page(job.subject(each, ground_truth.clock()), grant)
    except (Denied, Missing, ValueError) as problem:
        raise Refused(f"this task can't be shown: {problem}", status=500) from problem


def _addresses(ground_truth: GroundTruth, member: Member, job: LocalJob) -> dict[str, str]:
    """Return the IP addresses that the worker's URLs are bound to, if the team binds them.

    botocore, shape IamPolicyConstraints: the conditions are on "the worker's IP address when a
    task is rendered".
    """
    arn = job.task["WorkteamArn"]
    teams = ground_truth.account(member.scope).workteams.values()
    access = next((team.access for team in teams if team.arn == arn), {})
    constraints = access.get("S3Presign", {}).get("IamPolicyConstraints", {})
    return {
        f"aws:{name}": member.address
        for name in ("SourceIp", "VpcSourceIp")
        if constraints.get(name) == "Enabled"
    }


def _find(ground_truth: GroundTruth, member: Member, task_id: str) -> LocalJob:
    for job in _jobs(ground_truth, member):
        if job.queue.has(task_id):
            return job
    if any(job.queue.has(task_id) for job in ground_truth.account(member.scope).jobs.values()):
        email = member.user.email
        raise Refused(f"this task is not for {email}, who is in another team", status=403)
    raise Refused(f"there is no task {task_id!r}", status=404)


def _jobs(ground_truth: GroundTruth, member: Member) -> Iterator[LocalJob]:
    """Yield the jobs of the worker's teams."""
    account = ground_truth.account(member.scope)
    teams = {team.arn for team in account.workteams.values() if member.user.groups & team.groups}
    for job in account.jobs.values():
        if job.task["WorkteamArn"] in teams:
            yield job
