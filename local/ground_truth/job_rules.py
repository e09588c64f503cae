"""The rules for CreateLabelingJob that botocore's model does not have.

Sources: botocore's documentation of the request's members;
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-permission-execution-role.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-cors-update.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local.ground_truth.cloud import Bucket
from local.ground_truth.errors import invalid
from local.ground_truth.inputs import split_uri
from local.ground_truth.labeling_job import LONGEST
from local.ground_truth.state import Call
from local.ground_truth.task_types import TASK_TYPES, TaskType, function_arns

_RESERVED = ("source", "source-ref")


def check_job(call: Call) -> TaskType:
    """Return the job's task type; ValidationException for a request that can't become a job."""
    request = call.request
    task_type = _task_type(call)
    _check_attribute(request["LabelAttributeName"], task_type)
    _check_interface(request, task_type)
    _check_times(request["HumanTaskConfig"], task_type)
    _check_team(call)
    _check_role(call)
    for uri in _input_uris(request):
        _check_input(call, uri)
    output = request["OutputConfig"]["S3OutputPath"]
    _bucket(call, output, "S3OutputPath")
    if "SnsDataSource" in request["InputConfig"]["DataSource"]:
        raise invalid("Local Ground Truth has no streaming labeling jobs; use S3DataSource only")
    if "LabelingJobAlgorithmsConfig" in request:
        raise invalid("Local Ground Truth has no automated data labeling")
    if task_type.labeling is None:
        raise invalid(f"Local Ground Truth can't label objects of task type {task_type.name}")
    return task_type


def _task_type(call: Call) -> TaskType:
    task = call.request["HumanTaskConfig"]
    pre = task.get("PreHumanTaskLambdaArn", "")
    acs = task.get("AnnotationConsolidationConfig", {}).get("AnnotationConsolidationLambdaArn", "")
    names = []
    for member, arn, known in (
        ("preHumanTaskLambdaArn", pre, function_arns("PRE")),
        ("annotationConsolidationLambdaArn", acs, function_arns("ACS")),
    ):
        if arn not in known or f":{call.scope.region}:" not in arn:
            region = call.scope.region
            ours = sorted(name for each, name in known.items() if f":{region}:" in each)
            raise invalid(
                f"'{member}' is one of Ground Truth's own functions in {region} here, got '{arn}'."
                f" It has {', '.join(ours) if ours else 'none'} in {region}"
            )
        names.append(known[arn])
    if names[0] != names[1]:
        raise invalid(
            f"Pre-annotation and consolidation function are of one task type, got {names[0]} and"
            f" {names[1]}"
        )
    return TASK_TYPES[names[0]]


def _check_attribute(attribute: str, task_type: TaskType) -> None:
    if attribute.endswith("-metadata") or attribute in _RESERVED:
        raise invalid(
            f"LabelAttributeName does not end with -metadata and is none of"
            f" {', '.join(_RESERVED)}, got '{attribute}'"
        )
    if attribute.endswith("-ref") != task_type.reference:
        must = "must" if task_type.reference else "must not"
        raise invalid(
            f"LabelAttributeName {must} end with -ref for {task_type.name}, got '{attribute}'"
        )


def _check_interface(request: Mapping[str, Any], task_type: TaskType) -> None:
    ui = request["HumanTaskConfig"]["UiConfig"]
    wanted = "HumanTaskUiArn" if task_type.human_task_ui else "UiTemplateS3Uri"
    if set(ui) != {wanted}:
        raise invalid(f"UiConfig has {wanted} for {task_type.name}, got {sorted(ui)}")
    if "LabelCategoryConfigS3Uri" not in request:
        raise invalid(f"LabelCategoryConfigS3Uri is required for {task_type.name}")


def _check_times(task: Mapping[str, Any], task_type: TaskType) -> None:
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
    concurrent = task.get("MaxConcurrentTaskCount", 1000)
    if concurrent > 1000:
        raise invalid(
            f"MaxConcurrentTaskCount is at most 1000 without a higher quota, got {concurrent}"
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
            " principal 'sagemaker.amazonaws.com' to assume the role"
        )


def _input_uris(request: Mapping[str, Any]) -> Iterable[str]:
    source = request["InputConfig"]["DataSource"].get("S3DataSource")
    if source is None:
        raise invalid("InputConfig.DataSource has an S3DataSource, got none")
    yield source["ManifestS3Uri"]


def _check_input(call: Call, uri: str) -> None:
    bucket = _bucket(call, uri, "ManifestS3Uri")
    if bucket.region != call.scope.region:
        raise invalid(
            f"The bucket of {uri} is in the labeling job's Region {call.scope.region}, got"
            f" {bucket.region}"
        )
    check_cors(bucket, uri)


def check_cors(bucket: Bucket, uri: str) -> None:
    """Raise ValidationException unless a rule lets any origin GET the bucket's objects."""
    for rule in bucket.cors:
        if "*" in rule.get("AllowedOrigin", ()) and "GET" in rule.get("AllowedMethod", ()):
            return
    raise invalid(
        f"The bucket of {uri} has a CORS rule with AllowedOrigins * and AllowedMethods GET, got"
        f" {[dict(rule) for rule in bucket.cors]}. Add one:"
        " https://docs.aws.amazon.com/sagemaker/latest/dg/sms-cors-update.html"
    )


def _bucket(call: Call, uri: str, member: str) -> Bucket:
    try:
        name, _ = split_uri(f"{uri.rstrip('/')}/x" if member == "S3OutputPath" else uri)
    except ValueError as error:
        raise invalid(f"{member}: {error}") from error
    bucket = call.cloud.bucket(name)
    if bucket is None:
        raise invalid(f"{member}: bucket {name} of {uri} does not exist")
    return bucket
