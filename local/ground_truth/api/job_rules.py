"""The rules for CreateLabelingJob that botocore's model does not have.

Sources: botocore's documentation of the request's members;
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-permission-execution-role.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-cors-update.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-video-overview.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.ground_truth.answers.data_kinds import SOURCES
from local.ground_truth.answers.task_types import CUSTOM, TaskType
from local.ground_truth.api.job_task import check_algorithm, check_interface, find_task
from local.ground_truth.api.local_job import LONGEST, MOST_AT_ONCE, Functions
from local.ground_truth.api.state import Call
from local.ground_truth.cloud import SERVICE, Bucket, split_uri
from local.ground_truth.errors import invalid


def check_job(call: Call) -> tuple[TaskType, Functions]:
    """Return task type and functions; ValidationException if the request can't become a job."""
    request = call.request
    task_type, functions = find_task(call)
    check_attribute(request["LabelAttributeName"], task_type)
    check_interface(call, task_type)
    if task_type is not CUSTOM and "LabelCategoryConfigS3Uri" not in request:
        raise invalid(f"LabelCategoryConfigS3Uri is required for {task_type.name}")
    check_times(request["HumanTaskConfig"], task_type)
    _check_team(call)
    if not call.unkindness.is_late_about_roles:
        _check_role(call)
    _check_buckets(call, task_type)
    if "SnsDataSource" in request["InputConfig"]["DataSource"]:
        raise invalid("Local Ground Truth has no streaming labeling jobs; use S3DataSource only")
    check_algorithm(call, task_type)
    return task_type, functions


def check_cors(bucket: Bucket, uri: str, methods: frozenset[str]) -> None:
    """Raise ValidationException unless one rule lets any origin use `methods` on the bucket."""
    for rule in bucket.cors:
        if "*" in rule.get("AllowedOrigin", ()) and methods <= set(rule.get("AllowedMethod", ())):
            return
    raise invalid(
        f"The bucket of {uri} has a CORS rule with AllowedOrigins * and AllowedMethods"
        f" {', '.join(sorted(methods))}, got {[dict(rule) for rule in bucket.cors]}. Add one:"
        " https://docs.aws.amazon.com/sagemaker/latest/dg/sms-cors-update.html"
    )


def check_attribute(attribute: str, task_type: TaskType) -> None:
    """Raise ValidationException unless labels of the task type may have this name."""
    if attribute.endswith("-metadata") or attribute in SOURCES:
        raise invalid(
            f"LabelAttributeName does not end with -metadata and is none of"
            f" {', '.join(SOURCES)}, got '{attribute}'"
        )
    if attribute.endswith("-ref") != task_type.reference:
        must = "must" if task_type.reference else "must not"
        raise invalid(
            f"LabelAttributeName {must} end with -ref for {task_type.name}, got '{attribute}'"
        )


def check_times(task: Mapping[str, Any], task_type: TaskType) -> None:
    """Raise ValidationException unless times and counts are within the quotas of the task type."""
    seconds = task["TaskTimeLimitInSeconds"]
    if seconds > task_type.longest:
        raise invalid(
            f"TaskTimeLimitInSeconds is at most {task_type.longest} for {task_type.name}, got"
            f" {seconds}"
        )
    available = task.get("TaskAvailabilityLifetimeInSeconds", LONGEST)
    if available > LONGEST:
        raise invalid(
            f"TaskAvailabilityLifetimeInSeconds is at most {LONGEST:.0f} for a private workforce,"
            f" got {available}"
        )
    concurrent = task.get("MaxConcurrentTaskCount", MOST_AT_ONCE)
    if concurrent > MOST_AT_ONCE:
        raise invalid(
            f"MaxConcurrentTaskCount is at most {MOST_AT_ONCE} without a higher quota, got"
            f" {concurrent}"
        )


def _check_team(call: Call) -> None:
    arn = call.request["HumanTaskConfig"]["WorkteamArn"]
    if arn not in (team.arn for team in call.account.workteams.values()):
        raise invalid(f"The work team {arn} does not exist")
    if "PublicWorkforceTaskPrice" in call.request["HumanTaskConfig"]:
        raise invalid("PublicWorkforceTaskPrice is for the public workforce, got a private team")


def _check_role(call: Call) -> None:
    role = call.request["RoleArn"]
    if not call.cloud.role_trusts(call.scope, role):
        raise invalid(
            f"Could not assume role {role}. Please ensure that the role exists and allows"
            f" principal '{SERVICE}' to assume the role"
        )


def _check_buckets(call: Call, task_type: TaskType) -> None:
    """Check the buckets that the request names; those of data objects are read from the manifest.

    What the manifest names is most often in its own bucket, and CORS is checked at once.
    """
    source = call.request["InputConfig"]["DataSource"].get("S3DataSource")
    if source is None:
        raise invalid("InputConfig.DataSource has an S3DataSource, got none")
    manifest, output = source["ManifestS3Uri"], call.request["OutputConfig"]["S3OutputPath"]
    bucket = _bucket(call, manifest, "ManifestS3Uri")
    if bucket.region != call.scope.region:
        raise invalid(
            f"The bucket of {manifest} is in the labeling job's Region {call.scope.region}, got"
            f" {bucket.region}"
        )
    kind = task_type.labeling.data
    if task_type is not CUSTOM and kind.cors:
        check_cors(bucket, manifest, kind.cors)
    bucket = _bucket(call, f"{output.rstrip('/')}/x", "S3OutputPath")
    if kind.cors_of_output:
        check_cors(bucket, output, kind.cors)


def _bucket(call: Call, uri: str, member: str) -> Bucket:
    try:
        name, _ = split_uri(uri)
    except ValueError as error:
        raise invalid(f"{member}: {error}") from error
    bucket = call.cloud.bucket(name)
    if bucket is None:
        raise invalid(f"{member}: bucket {name} of {uri} does not exist")
    return bucket
