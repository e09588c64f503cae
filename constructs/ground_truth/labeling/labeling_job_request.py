"""The `CreateLabelingJob` request that a job of the environment file stands for."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from constructs.ground_truth.custom_resource_function import given
from ground_truth.catalogue.regions import REGIONS, Region
from ground_truth.catalogue.task_types import TaskType
from ground_truth.config import Job
from ground_truth.config.auto_label import AutoLabel


def labeling_job_request(
    stack: cdk.Stack,
    job: Job,
    *,
    team_name: str,
    pre_annotation: str | None = None,
    post_annotation: str | None = None,
    role_arn: str,
    output_path: str,
    output_key_arn: str,
) -> dict[str, Any]:
    """Return the request without name, tags and the places of manifest, template and label file.

    Those are known when the files are written. All ARNs are of the stack's Region and partition;
    `pre_annotation` and `post_annotation` are those of custom functions.
    """
    conditions = given(
        {
            "MaxHumanLabeledObjectCount": job.stop_when.labeled_objects,
            "MaxPercentageOfInputDatasetLabeled": job.stop_when.labeled_percentage,
        }
    )
    declared = list(job.content_classifiers)
    task_type = job.task_type
    if task_type.function is not None:
        pre_annotation = _built_in_function(stack, f"PRE-{task_type.function}")
        post_annotation = _built_in_function(stack, f"ACS-{task_type.function}")
    return given(
        {
            "LabelAttributeName": job.label_attribute,
            "RoleArn": role_arn,
            "OutputConfig": {"S3OutputPath": output_path, "KmsKeyId": output_key_arn},
            "HumanTaskConfig": given(
                {
                    "WorkteamArn": stack.format_arn(
                        service="sagemaker",
                        resource="workteam/private-crowd",
                        resource_name=team_name,
                    ),
                    "UiConfig": {"HumanTaskUiArn": _interface(stack, task_type.interface)}
                    if task_type.interface
                    else None,
                    "TaskTitle": job.title,
                    "TaskDescription": job.description,
                    "TaskKeywords": list(job.keywords) or None,
                    "NumberOfHumanWorkersPerDataObject": job.workers_per_object,
                    "TaskTimeLimitInSeconds": job.task_time_limit,
                    "TaskAvailabilityLifetimeInSeconds": job.task_availability,
                    "MaxConcurrentTaskCount": job.max_concurrent_tasks,
                    "PreHumanTaskLambdaArn": pre_annotation,
                    "AnnotationConsolidationConfig": {
                        "AnnotationConsolidationLambdaArn": post_annotation
                    }
                    if post_annotation
                    else None,
                }
            ),
            "InputConfig": {"DataAttributes": {"ContentClassifiers": declared}}
            if declared
            else None,
            "StoppingConditions": conditions or None,
            "LabelingJobAlgorithmsConfig": _algorithms(stack, task_type, job.auto_label)
            if job.auto_label
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
    resources = given(
        {
            "VolumeKmsKeyId": auto_label.volume_key,
            "VpcConfig": {
                "SecurityGroupIds": list(auto_label.security_groups or ()),
                "Subnets": list(auto_label.subnets),
            }
            if auto_label.subnets
            else None,
        }
    )
    return given(
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
