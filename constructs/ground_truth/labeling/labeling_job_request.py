"""The `CreateLabelingJob` request that a job of the environment file stands for."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from constructs.ground_truth.labeling.labeling_task import AutoLabel, Options, Task, Workers
from ground_truth.catalogue.regions import REGIONS, Region
from ground_truth.catalogue.task_types import TaskType


def labeling_job_request(
    stack: cdk.Stack,
    *,
    task: Task,
    workers: Workers,
    options: Options,
    role_arn: str,
    output_path: str,
    output_key_arn: str,
) -> dict[str, Any]:
    """Return the request without name, tags and the places of manifest, template and label file.

    Those are known when the files are written. All ARNs are of the stack's Region and partition.
    """
    request: dict[str, Any] = {
        "LabelAttributeName": task.label_attribute,
        "RoleArn": role_arn,
        "OutputConfig": {"S3OutputPath": output_path, "KmsKeyId": output_key_arn},
        "HumanTaskConfig": _human_task_config(stack, task, workers),
    }
    if options.content_classifiers:
        request["InputConfig"] = {
            "DataAttributes": {"ContentClassifiers": list(options.content_classifiers)}
        }
    conditions = {
        "MaxHumanLabeledObjectCount": options.maximum_labeled_objects,
        "MaxPercentageOfInputDatasetLabeled": options.maximum_labeled_percentage,
    }
    if any(conditions.values()):
        request["StoppingConditions"] = _given(conditions)
    if options.auto_label is not None:
        request["LabelingJobAlgorithmsConfig"] = _algorithms(stack, task.type, options.auto_label)
    return request


def _human_task_config(stack: cdk.Stack, task: Task, workers: Workers) -> dict[str, Any]:
    pre, post = task.pre_annotation, task.post_annotation
    if task.type.function is not None:
        pre = _built_in_function(stack, f"PRE-{task.type.function}")
        post = _built_in_function(stack, f"ACS-{task.type.function}")
    return _given(
        {
            "WorkteamArn": stack.format_arn(
                service="sagemaker",
                resource="workteam/private-crowd",
                resource_name=workers.team_name,
            ),
            "UiConfig": {"HumanTaskUiArn": _interface(stack, task.type.interface)}
            if task.type.interface
            else None,
            "TaskTitle": task.title,
            "TaskDescription": task.description,
            "TaskKeywords": list(workers.keywords) or None,
            "NumberOfHumanWorkersPerDataObject": workers.per_object,
            "TaskTimeLimitInSeconds": workers.task_time_limit,
            "TaskAvailabilityLifetimeInSeconds": workers.task_availability,
            "MaxConcurrentTaskCount": workers.max_concurrent_tasks,
            "PreHumanTaskLambdaArn": pre,
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": post}
            if post
            else None,
        }
    )


def _algorithms(stack: cdk.Stack, task_type: TaskType, auto_label: AutoLabel) -> dict[str, Any]:
    account = _region(stack).algorithm_account
    if account is None or task_type.algorithm is None:
        raise ValueError(
            f"expected a task and a Region with automated labeling, got {task_type.name} and"
            f" {stack.region}"
        )
    resources = _given(
        {
            "VolumeKmsKeyId": auto_label.volume_key_arn,
            "VpcConfig": {
                "SecurityGroupIds": list(auto_label.security_groups),
                "Subnets": list(auto_label.subnets),
            }
            if auto_label.subnets
            else None,
        }
    )
    return _given(
        {
            "LabelingJobAlgorithmSpecificationArn": stack.format_arn(
                service="sagemaker",
                account=account,
                resource="labeling-job-algorithm-specification",
                resource_name=task_type.algorithm,
            ),
            "LabelingJobResourceConfig": resources or None,
        }
    )


def _built_in_function(stack: cdk.Stack, name: str) -> str:
    return stack.format_arn(
        service="lambda",
        account=_region(stack).function_account,
        resource="function",
        resource_name=name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def _interface(stack: cdk.Stack, name: str) -> str:
    account = _region(stack).interface_account
    if account is None:
        raise ValueError(
            f"expected a Region with the ready user interface {name}, got {stack.region}, for which"
            " no public document names one"
        )
    return stack.format_arn(
        service="sagemaker", account=account, resource="human-task-ui", resource_name=name
    )


def _region(stack: cdk.Stack) -> Region:
    return REGIONS[stack.region]


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no value, so that a reviewer sees only what is meant."""
    return {name: value for name, value in values.items() if value is not None}
