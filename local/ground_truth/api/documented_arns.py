"""ARNs of Ground Truth's own functions, interfaces and algorithms, as botocore documents them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from local.ground_truth.api.request_model import sagemaker_model


@cache
def function_arns(prefix: str) -> Mapping[str, str]:
    """Return the documented ARNs of `PRE` or `ACS` functions, each with its task type's name."""
    shape, member = {
        "PRE": ("HumanTaskConfig", "PreHumanTaskLambdaArn"),
        "ACS": ("AnnotationConsolidationConfig", "AnnotationConsolidationLambdaArn"),
    }[prefix]
    pattern = rf"arn:aws:lambda:[a-z0-9-]+:\d{{12}}:function:{prefix}-([A-Za-z0-9]+)"
    found = re.finditer(pattern, _documentation(shape, member))
    return {each.group(0): each.group(1) for each in found}


@cache
def interface_arns(region: str) -> Mapping[str, str]:
    """Return the names of the documented ready user interfaces, each with its ARN in a Region."""
    pattern = r"arn:aws:sagemaker:[^:]*:(\d{12}):human-task-ui/(\w+)"
    found = re.finditer(pattern, _documentation("UiConfig", "HumanTaskUiArn"))
    return {
        name: f"arn:aws:sagemaker:{region}:{account}:human-task-ui/{name}"
        for account, name in (each.groups() for each in found)
    }


@cache
def algorithm_arns(region: str) -> Mapping[str, str]:
    """Return the names of the documented labeling algorithms, each with its ARN in a Region."""
    kind = "labeling-job-algorithm-specification"
    text = _documentation("LabelingJobAlgorithmsConfig", "LabelingJobAlgorithmSpecificationArn")
    found = re.finditer(rf"arn:aws:sagemaker:[^:]*:(\d{{12}}):{kind}/([a-z-]+)", text)
    return {
        name: f"arn:aws:sagemaker:{region}:{account}:{kind}/{name}"
        for account, name in (each.groups() for each in found)
    }


def _documentation(shape: str, member: str) -> str:
    structure: Any = sagemaker_model().shape_for(shape)
    return str(structure.members[member].documentation)
