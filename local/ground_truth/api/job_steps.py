"""What a labeling job does by itself: begins, writes its output, ends, and says so."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from local.ground_truth.api import automation, custom_functions
from local.ground_truth.api.custom_functions import Then
from local.ground_truth.api.job_inputs import read_inputs
from local.ground_truth.api.job_output import files
from local.ground_truth.api.local_job import LocalJob
from local.ground_truth.api.state import Account
from local.ground_truth.cloud import Cloud, Denied, Missing, Scope, split_uri

#: After a write the output is left alone for this many times as long as the write took.
_REST: Final = 10

#: What may call back and is done without the service's lock; it may return what is then to be done
#: with the lock, at the time that it is given.
Message = Callable[[], Then | None]


def step(
    cloud: Cloud, account: Account, job: LocalJob, now: float, delay: float
) -> Iterator[Message]:
    """Do what is due, and yield what then has to be sent or asked."""
    try:
        yield from _step(cloud, account, job, now, delay)
    except (Denied, Missing, ValueError) as problem:
        job.fail(f"ClientError: {problem}", now)
        yield _state_change(cloud, account.scope, job)


def _step(
    cloud: Cloud, account: Account, job: LocalJob, now: float, delay: float
) -> Iterator[Message]:
    if job.status == "Initializing" and now >= job.due:
        job.show(now)
    if job.inputs is None and job.status != "Stopping":
        if job.status == "InProgress" and now >= job.due:
            job.begin(read_inputs(cloud, account.scope, job), now)
            job.due = now + delay
            yield from _notice(cloud, account, job)
            yield from custom_functions.calls(cloud, account.scope, job, now, delay)
        return
    if job.problem:
        raise ValueError(job.problem)
    job.advance(now, delay)
    if job.status == "Failed":
        yield _state_change(cloud, account.scope, job)
        return
    if job.status == "InProgress" and automation.is_automated(job):
        automation.label_left(job, now)
    yield from custom_functions.calls(cloud, account.scope, job, now, delay)
    is_stopped = job.status == "Stopping" and not job.queue.consolidating
    is_over = now >= job.due and (job.finished or is_stopped)
    if job.inputs is not None and (is_over or (job.dirty and now >= job.write_from)):
        _write(cloud, account.scope, job, now)
    if is_over:
        job.end("Completed" if _is_complete(job) else "Stopped", now)
        yield _state_change(cloud, account.scope, job)


def _is_complete(job: LocalJob) -> bool:
    return job.status == "InProgress" and job.counters["Unlabeled"] == 0


def _write(cloud: Cloud, scope: Scope, job: LocalJob, now: float) -> None:
    began = time.perf_counter()
    bucket, folder = split_uri(job.folder)
    for path, body in files(job):
        cloud.write_object(scope, job.role, bucket, f"{folder}/{path}", body, kms_key=job.kms_key)
    job.dirty, job.written = False, True
    job.write_from = now + _REST * (time.perf_counter() - began)


def _state_change(cloud: Cloud, scope: Scope, job: LocalJob) -> Message:
    """Return the sending of the event that a job has ended.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-monitor-cloud-watch.html
    """
    event = {
        "Source": "aws.sagemaker",
        "DetailType": "SageMaker Ground Truth Labeling Job State Change",
        "Detail": json.dumps({"LabelingJobStatus": job.status}),
        "Resources": [job.arn],
    }
    return partial(cloud.put_event, scope, event)


def _notice(cloud: Cloud, account: Account, job: LocalJob) -> Iterator[Message]:
    """Tell the team's topic that there is work; what AWS writes in it is not documented."""
    arn = job.task["WorkteamArn"]
    for team in account.workteams.values():
        topic = team.notification.get("NotificationTopicArn")
        if team.arn == arn and topic and not job.finished:
            yield partial(
                cloud.publish,
                account.scope,
                topic,
                subject="Labeling tasks are available",
                message=f"Labeling job {job.name} has tasks for work team {team.name}.",
                source_arn=arn,
            )
