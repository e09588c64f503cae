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


def interface_arns(region: str) -> Mapping[str, str]:
    """Return the names of the documented ready user interfaces, each with its ARN in a Region."""
    return _arns("human-task-ui", "UiConfig", "HumanTaskUiArn", region)


def algorithm_arns(region: str) -> Mapping[str, str]:
    """Return the names of the documented labeling algorithms, each with its ARN in a Region."""
    member = "LabelingJobAlgorithmSpecificationArn"
    kind = "labeling-job-algorithm-specification"
    return _arns(kind, "LabelingJobAlgorithmsConfig", member, region)


@cache
def _arns(kind: str, shape: str, member: str, region: str) -> Mapping[str, str]:
    pattern = rf"arn:aws:sagemaker:[^:]*:(\d{{12}}):{kind}/([\w-]+)"
    return {
        name: f"arn:aws:sagemaker:{region}:{account}:{kind}/{name}"
        for account, name in re.findall(pattern, _documentation(shape, member))
    }


def _documentation(shape: str, member: str) -> str:
    structure: Any = sagemaker_model().shape_for(shape)
    return str(structure.members[member].documentation)
