"""The `CreateLabelingJob` request that a job of the environment file stands for."""

from __future__ import annotations

from typing import Any, Final

import aws_cdk as cdk

from constructs.ground_truth.regions import FUNCTION_ACCOUNTS
from constructs.ground_truth.task_types import TaskType

#: The dialect of label files for image, text and custom tasks (botocore: LabelCategoryConfigS3Uri).
_LABEL_FILE_VERSION: Final = "2018-11-28"


def label_categories(labels: tuple[str, ...]) -> dict[str, Any]:
    """Return the label category file; a label's place in it is its class in the output."""
    return {
        "document-version": _LABEL_FILE_VERSION,
        "labels": [{"label": label} for label in labels],
    }


def human_task_config(
    stack: cdk.Stack,
    task_type: TaskType,
    *,
    title: str,
    description: str,
    team_name: str,
    workers_per_object: int,
    task_time_limit: int,
    task_availability: int,
    max_concurrent_tasks: int | None,
) -> dict[str, Any]:
    """Return the request's `HumanTaskConfig`, but for the template's place in S3.

    Times are in seconds. The functions belong to Ground Truth's account of the stack's Region.
    """
    config: dict[str, Any] = {
        "WorkteamArn": stack.format_arn(
            service="sagemaker", resource="workteam/private-crowd", resource_name=team_name
        ),
        "TaskTitle": title,
        "TaskDescription": description,
        "NumberOfHumanWorkersPerDataObject": workers_per_object,
        "TaskTimeLimitInSeconds": task_time_limit,
        "TaskAvailabilityLifetimeInSeconds": task_availability,
        "PreHumanTaskLambdaArn": _built_in_function(stack, f"PRE-{task_type.function}"),
        "AnnotationConsolidationConfig": {
            "AnnotationConsolidationLambdaArn": _built_in_function(
                stack, f"ACS-{task_type.function}"
            )
        },
    }
    if max_concurrent_tasks is not None:
        config["MaxConcurrentTaskCount"] = max_concurrent_tasks
    return config


def _built_in_function(stack: cdk.Stack, name: str) -> str:
    return stack.format_arn(
        service="lambda",
        account=FUNCTION_ACCOUNTS[stack.region],
        resource="function",
        resource_name=name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
