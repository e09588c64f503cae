"""What a labeling job does by itself: reads its inputs, writes its output, ends, and says so."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from local.ground_truth import worker_template
from local.ground_truth.cloud import Cloud, Denied, Missing, Scope
from local.ground_truth.errors import AwsError
from local.ground_truth.inputs import read_labels, read_manifest, split_uri
from local.ground_truth.job_rules import check_cors
from local.ground_truth.labeling_job import DataObject, Inputs, LabelingJob
from local.ground_truth.output import files
from local.ground_truth.state import Account

#: For how many times as long as it takes to write the output it is left alone.
_REST: Final = 10

Message = Callable[[], None]


def step(
    cloud: Cloud, account: Account, job: LabelingJob, now: float, delay: float
) -> Iterator[Message]:
    """Do what is due, and yield what then has to be sent."""
    try:
        yield from _step(cloud, account, job, now, delay)
    except (Denied, Missing, ValueError) as problem:
        job.fail(f"ClientError: {problem}", now)
        yield _state_change(cloud, account.scope, job)


def _step(
    cloud: Cloud, account: Account, job: LabelingJob, now: float, delay: float
) -> Iterator[Message]:
    if job.status == "Initializing":
        if now >= job.due:
            job.begin(_read(cloud, account.scope, job), now)
            job.due = now + delay
            yield from _notice(cloud, account, job)
        return
    job.advance(now, delay)
    if job.status == "Failed":
        yield _state_change(cloud, account.scope, job)
        return
    is_over = now >= job.due and (job.finished or job.status == "Stopping")
    if job.inputs is not None and (is_over or (job.dirty and now >= job.write_from)):
        _write(cloud, account.scope, job, now)
    if is_over:
        job.end("Completed" if _is_complete(job) else "Stopped", now)
        yield _state_change(cloud, account.scope, job)


def _is_complete(job: LabelingJob) -> bool:
    return job.status == "InProgress" and job.counters["Unlabeled"] == 0


def _read(cloud: Cloud, scope: Scope, job: LabelingJob) -> Inputs:
    role, request = str(job.request["RoleArn"]), job.request
    manifest_uri = request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    manifest_bucket, manifest_key = split_uri(manifest_uri)
    output_bucket, output_folder = split_uri(job.folder)
    for bucket, key in ((manifest_bucket, manifest_key), (output_bucket, output_folder)):
        arn = f"arn:aws:s3:::{bucket}"
        cloud.require(scope, role, "s3:GetBucketLocation", arn, {})
        cloud.require(scope, role, "s3:ListBucket", arn, {"s3:prefix": key})
    cloud.require(
        scope, role, "s3:PutObject", f"arn:aws:s3:::{output_bucket}/{output_folder}/x", _sse(job)
    )
    labels_uri = request["LabelCategoryConfigS3Uri"]
    template_uri = job.task["UiConfig"]["UiTemplateS3Uri"]
    bodies = [
        cloud.read_object(scope, role, *split_uri(uri))
        for uri in (manifest_uri, labels_uri, template_uri)
    ]
    lines = read_manifest(bodies[0], job.labeling.source)
    labels = read_labels(bodies[1], job.labeling.minimum_labels)
    try:
        template = worker_template.parse(bodies[2].decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"the worker template is UTF-8, got {error}") from error
    objects = [
        DataObject(index=index, line=line, content=content)
        for index, (line, content) in enumerate(lines)
    ]
    first = worker_template.render(template, task_input(job, objects[0], labels))
    worker_template.check(first, job.labeling.element, job.labeling.element_name)
    if job.labeling.source == "source-ref":
        _check_data_buckets(cloud, objects)
    return Inputs(objects=objects, labels=labels, template=template)


def _check_data_buckets(cloud: Cloud, objects: list[DataObject]) -> None:
    for name in {split_uri(each.content["source-ref"])[0] for each in objects}:
        bucket = cloud.bucket(name)
        if bucket is None:
            raise Missing(f"s3://{name}")
        try:
            check_cors(bucket, f"s3://{name}")
        except AwsError as error:
            raise ValueError(error.message) from error


def task_input(job: LabelingJob, each: DataObject, labels: list[str]) -> dict[str, object]:
    """Return `task.input` as the pre-annotation function of a built-in type makes it."""
    return {"taskObject": each.content[job.labeling.source], "labels": labels}


def _write(cloud: Cloud, scope: Scope, job: LabelingJob, now: float) -> None:
    began = time.perf_counter()
    bucket, folder = split_uri(job.folder)
    key = job.request["OutputConfig"].get("KmsKeyId") or None
    role = str(job.request["RoleArn"])
    for path, body in files(job, scope.region):
        cloud.write_object(scope, role, bucket, f"{folder}/{path}", body, kms_key=key)
    job.dirty, job.written = False, True
    job.write_from = now + _REST * (time.perf_counter() - began)


def _sse(job: LabelingJob) -> Mapping[str, str]:
    context = {"s3:x-amz-server-side-encryption": "aws:kms"}
    key = job.request["OutputConfig"].get("KmsKeyId")
    if key:
        context["s3:x-amz-server-side-encryption-aws-kms-key-id"] = key
    return context


def _state_change(cloud: Cloud, scope: Scope, job: LabelingJob) -> Message:
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


def _notice(cloud: Cloud, account: Account, job: LabelingJob) -> Iterator[Message]:
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
