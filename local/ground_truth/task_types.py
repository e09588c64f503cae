"""The built-in task types as data: ARNs, names, and what a labeled object looks like.

Sources: botocore's documentation of PreHumanTaskLambdaArn, AnnotationConsolidationLambdaArn and
LabelAttributeName; https://docs.aws.amazon.com/sagemaker/latest/dg/sms-task-types.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from local.ground_truth import classification
from local.ground_truth.request_model import sagemaker_model

Content = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Labeling:
    """How objects of a task type are shown, answered and consolidated."""

    #: The manifest key that holds the data: `source` (a text) or `source-ref` (an S3 URI).
    source: str
    #: The crowd element and its `name`, by which its answer is found.
    element: str
    element_name: str
    minimum_labels: int
    #: (answer, labels) → None; ValueError with a sentence if it is no answer.
    check: Callable[[Content, Sequence[str]], None]
    #: (answers in the order they came, labels, workers per object) → value and metadata.
    consolidate: Callable[[Sequence[Content], Sequence[str], int], tuple[Any, dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class TaskType:
    """A task type, named as in the ARNs of its functions."""

    name: str
    #: Whether the label attribute's name must end with `-ref`; all others must not.
    reference: bool = False
    #: Whether its user interface is a HumanTaskUiArn instead of a template in S3.
    human_task_ui: bool = False
    #: The longest TaskTimeLimitInSeconds.
    longest: int = 28_800
    #: None if objects of this type can't be labeled here.
    labeling: Labeling | None = None


_LONG = 2_592_000

_TYPES: Final = (
    TaskType(name="ImageMultiClass"),
    TaskType(name="ImageMultiClassMultiLabel"),
    TaskType(name="BoundingBox"),
    TaskType(name="SemanticSegmentation", reference=True),
    TaskType(
        name="TextMultiClass",
        labeling=Labeling(
            source="source",
            element="crowd-classifier",
            element_name="crowd-classifier",
            minimum_labels=2,
            check=classification.check,
            consolidate=classification.consolidate_text,
        ),
    ),
    TaskType(name="TextMultiClassMultiLabel"),
    TaskType(name="NamedEntityRecognition", human_task_ui=True),
    TaskType(name="VideoMultiClass"),
    TaskType(name="VideoObjectDetection", reference=True, human_task_ui=True, longest=_LONG),
    TaskType(name="VideoObjectTracking", reference=True, human_task_ui=True, longest=_LONG),
    TaskType(name="3DPointCloudObjectDetection", human_task_ui=True, longest=_LONG),
    TaskType(name="3DPointCloudObjectTracking", reference=True, human_task_ui=True, longest=_LONG),
    TaskType(
        name="3DPointCloudSemanticSegmentation", reference=True, human_task_ui=True, longest=_LONG
    ),
    TaskType(name="VerificationBoundingBox"),
    TaskType(name="AdjustmentBoundingBox"),
    TaskType(name="VerificationSemanticSegmentation"),
    TaskType(name="AdjustmentSemanticSegmentation", reference=True),
    TaskType(
        name="AdjustmentVideoObjectDetection", reference=True, human_task_ui=True, longest=_LONG
    ),
    TaskType(
        name="AdjustmentVideoObjectTracking", reference=True, human_task_ui=True, longest=_LONG
    ),
    TaskType(name="Adjustment3DPointCloudObjectDetection", human_task_ui=True, longest=_LONG),
    TaskType(
        name="Adjustment3DPointCloudObjectTracking",
        reference=True,
        human_task_ui=True,
        longest=_LONG,
    ),
    TaskType(
        name="Adjustment3DPointCloudSemanticSegmentation",
        reference=True,
        human_task_ui=True,
        longest=_LONG,
    ),
    TaskType(name="PassThrough"),
)

TASK_TYPES: Final[Mapping[str, TaskType]] = {each.name: each for each in _TYPES}


@cache
def function_arns(prefix: str) -> Mapping[str, str]:
    """Return the documented ARNs of `PRE` or `ACS` functions, each with its task type's name."""
    shape, member = {
        "PRE": ("HumanTaskConfig", "PreHumanTaskLambdaArn"),
        "ACS": ("AnnotationConsolidationConfig", "AnnotationConsolidationLambdaArn"),
    }[prefix]
    structure: Any = sagemaker_model().shape_for(shape)
    documentation: str = structure.members[member].documentation
    pattern = rf"arn:aws:lambda:[a-z0-9-]+:\d{{12}}:function:{prefix}-([A-Za-z0-9]+)"
    return {found.group(0): found.group(1) for found in re.finditer(pattern, documentation)}
