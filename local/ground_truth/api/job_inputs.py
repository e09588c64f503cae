"""Reads all that a labeling job gets from S3, and finds it good or says what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from liquid import BoundTemplate

from local.ground_truth.answers import label_files, worker_template
from local.ground_truth.answers.data_object import DataObject, Inputs
from local.ground_truth.answers.label_files import LabelFile
from local.ground_truth.answers.manifests import read_manifest
from local.ground_truth.api import automation, custom_functions, reviewed_labels
from local.ground_truth.api.data_checks import DataChecks
from local.ground_truth.api.local_job import LocalJob
from local.ground_truth.api.read_access import read_access
from local.ground_truth.cloud import SERVICE, Cloud, Scope, split_uri


def read_inputs(cloud: Cloud, scope: Scope, job: LocalJob) -> Inputs:
    """Return the job's inputs; Denied, Missing or ValueError if they are not there or no good."""
    labeling = job.labeling
    _check_rights(cloud, scope, job)
    body = cloud.read_object(scope, job.role, *split_uri(job.manifest_uri))
    objects = [
        DataObject(index=index, line=line, content=content)
        for index, (line, content) in enumerate(
            read_manifest(body, labeling.data, labeling.maximum_objects)
        )
    ]
    labels = _read_labels(cloud, scope, job)
    if automation.is_automated(job):
        automation.leave_to_machine(job, objects)
    checks = DataChecks(cloud=cloud, scope=scope, job=job)
    checks.check(objects)
    if labeling.is_review:
        for index, attribute in reviewed_labels.find(job, labels, objects).items():
            each = objects[index]
            each.previous = checks.read_reviewed(each, each.content[attribute])
            if labeling.check_previous is not None:
                labeling.check_previous(each.previous, labels)
    template = _read_template(cloud, scope, job)
    if template is not None:
        _check_template(job, template, objects, labels, read_access(cloud, scope, job))
    return Inputs(objects=objects, label_file=labels, template=template)


def task_input(job: LocalJob, each: DataObject, labels: LabelFile) -> Mapping[str, Any]:
    """Return `task.input` as the pre-annotation function of the job's task type makes it.

    A custom task without function of its own has the manifest's line. The ready interfaces get
    more than is documented: what a program needs that does a worker's work.
    """
    if each.task_input is not None:
        return each.task_input
    source = job.labeling.data.source
    if source is None:
        return each.content
    content: dict[str, Any] = {"taskObject": each.content[source], "labels": labels.names}
    if job.task_type.interface:
        content["labels"] = [label.entry for label in labels.labels]
        if each.frames:
            content["frames"] = [
                {"frame-no": frame.number, "frame": frame.name} for frame in each.frames
            ]
        if each.previous is not None:
            content["initialValue"] = each.previous
    elif job.labeling.is_review:
        # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-crowd-bounding-box.html
        content["manifestLine"] = each.content
    return content


def _check_rights(cloud: Cloud, scope: Scope, job: LocalJob) -> None:
    """Raise Denied unless the role may do what each job of its kind needs, or ValueError."""
    role = job.role
    if not cloud.role_trusts(scope, role):
        # SageMaker's words: https://github.com/aws/sagemaker-python-sdk/issues/35
        raise ValueError(f"SageMaker was unable to assume the role '{role}'")
    for uri in (job.manifest_uri, job.folder):
        bucket, key = split_uri(uri)
        arn = f"arn:aws:s3:::{bucket}"
        cloud.require(scope, role, "s3:GetBucketLocation", arn, {})
        cloud.require(scope, role, "s3:ListBucket", arn, {"s3:prefix": key})
    cloud.require(scope, role, "s3:PutObject", f"{arn}/{key}/x", _sse(job))
    custom_functions.check(cloud, scope, job)
    if automation.is_automated(job):
        # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-permission-execution-role.html
        passed = {"iam:PassedToService": SERVICE}
        cloud.require(scope, role, "iam:PassRole", role, passed)
        # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-kms-permissions.html
        disk_key = automation.volume_key(job)
        if disk_key is not None:
            cloud.require(scope, role, "kms:CreateGrant", disk_key, {})


def _sse(job: LocalJob) -> Mapping[str, str]:
    context = {"s3:x-amz-server-side-encryption": "aws:kms"}
    if job.kms_key:
        context["s3:x-amz-server-side-encryption-aws-kms-key-id"] = job.kms_key
    return context


def _read_labels(cloud: Cloud, scope: Scope, job: LocalJob) -> LabelFile:
    uri = job.request.get("LabelCategoryConfigS3Uri")
    if uri is None:
        return LabelFile()
    body = cloud.read_object(scope, job.role, *split_uri(uri))
    labels = job.labeling.read_labels(body)
    label_files.check_count(labels, job.labeling.minimum_labels, job.labeling.maximum_labels)
    automation.check_labels(job, labels.names)
    reviewed_labels.check_label_file(job, labels)
    return labels


def _read_template(cloud: Cloud, scope: Scope, job: LocalJob) -> BoundTemplate | None:
    if job.task_type.interface:
        return None
    uri = job.task["UiConfig"]["UiTemplateS3Uri"]
    body = cloud.read_object(scope, job.role, *split_uri(uri))
    try:
        return worker_template.parse(body.decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"the worker template is UTF-8, got {error}") from error


def _check_template(
    job: LocalJob,
    template: BoundTemplate,
    objects: list[DataObject],
    labels: LabelFile,
    grant_read_access: Callable[[str], str],
) -> None:
    """Render the template for the first object that workers will see, and look at the form."""
    if job.functions.pre_annotation:
        return  # what it will see is known only when the function has been asked
    first = next((each for each in objects if each.state == "waiting"), objects[0])
    content = task_input(job, first, labels)
    page = worker_template.render(template, content, grant_read_access)
    if job.labeling.form is None:
        worker_template.check_custom(page)
    else:
        worker_template.check(page, job.labeling.form, labels.names)
