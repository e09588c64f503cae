"""Finds the task type of a CreateLabelingJob request, by its functions.

Sources: botocore's documentation of PreHumanTaskLambdaArn, AnnotationConsolidationLambdaArn,
UiConfig and LabelingJobAlgorithmSpecificationArn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.ground_truth.answers.task_types import CUSTOM, TASK_TYPES, TaskType
from local.ground_truth.api.documented_arns import algorithm_arns, function_arns, interface_arns
from local.ground_truth.api.local_job import Functions
from local.ground_truth.api.state import Call
from local.ground_truth.errors import invalid


def find_task(call: Call) -> tuple[TaskType, Functions]:
    """Return the task type and its custom functions, if any; ValidationException if none fits.

    Built-in types have a pair of Ground Truth's own functions. All else is a custom task, which
    may have functions of the account's, the pass-through ones or none.
    """
    task = call.request["HumanTaskConfig"]
    pre = _function(call, "PRE", "preHumanTaskLambdaArn", task.get("PreHumanTaskLambdaArn"))
    config = task.get("AnnotationConsolidationConfig", {})
    acs = _function(
        call,
        "ACS",
        "annotationConsolidationLambdaArn",
        config.get("AnnotationConsolidationLambdaArn"),
    )
    if pre.built_in == acs.built_in and pre.built_in is not None:
        return TASK_TYPES[pre.built_in], Functions()
    if pre.built_in is None and acs.built_in is None:
        return CUSTOM, Functions(pre_annotation=pre.arn, post_annotation=acs.arn)
    raise invalid(
        "Pre-annotation and consolidation function are of one task type, got"
        f" {pre.built_in or pre.arn or 'none'} and {acs.built_in or acs.arn or 'none'}"
    )


def check_interface(call: Call, task_type: TaskType) -> None:
    """Raise ValidationException unless the request has the task type's user interface."""
    ui = call.request["HumanTaskConfig"]["UiConfig"]
    wanted = "HumanTaskUiArn" if task_type.interface else "UiTemplateS3Uri"
    if set(ui) != {wanted}:
        raise invalid(f"UiConfig has {wanted} for {task_type.name}, got {sorted(ui)}")
    if task_type.interface:
        arn = interface_arns(call.scope.region)[task_type.interface]
        if ui["HumanTaskUiArn"] != arn:
            raise invalid(
                f"HumanTaskUiArn is {arn} for {task_type.name}, got {ui['HumanTaskUiArn']}"
            )


def check_algorithm(call: Call, task_type: TaskType) -> None:
    """Raise ValidationException unless the algorithm for automated labeling fits, if one is there.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-automated-labeling.html
    """
    config: Mapping[str, Any] | None = call.request.get("LabelingJobAlgorithmsConfig")
    if config is None:
        return
    if task_type.algorithm is None:
        raise invalid(f"There is no automated data labeling for {task_type.name}")
    arn = algorithm_arns(call.scope.region)[task_type.algorithm]
    given = config["LabelingJobAlgorithmSpecificationArn"]
    if given != arn:
        raise invalid(
            f"LabelingJobAlgorithmSpecificationArn is {arn} for {task_type.name}, got {given}"
        )


class _Function:
    """A function of the request: Ground Truth's own for a task type, the account's, or none."""

    def __init__(self, *, built_in: str | None = None, arn: str | None = None) -> None:
        self.built_in = built_in
        self.arn = arn


def _function(call: Call, prefix: str, member: str, arn: str | None) -> _Function:
    if arn is None:
        return _Function()
    known, region = function_arns(prefix), call.scope.region
    if arn in known and f":{region}:" in arn:
        # A pass-through function is the same as none.
        return _Function() if known[arn] == CUSTOM.name else _Function(built_in=known[arn])
    accounts = {each.split(":")[4] for each in known}
    name = arn.split(":function:", 1)[-1]
    looks_built_in = name.removeprefix(f"{prefix}-") in TASK_TYPES and name.startswith(prefix)
    if arn.split(":")[4] not in accounts and not looks_built_in:
        if f":{region}:" not in arn or not call.cloud.has_function(call.scope, arn):
            raise invalid(f"'{member}': the function {arn} does not exist in {region}")
        return _Function(arn=arn)
    ours = sorted(name for each, name in known.items() if f":{region}:" in each)
    raise invalid(
        f"'{member}' is one of Ground Truth's own functions in {region} or a function of the"
        f" account, got '{arn}'. It has {', '.join(ours) if ours else 'none'} in {region}"
    )
