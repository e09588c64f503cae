"""The catalogue of labeling tasks: what Ground Truth expects and allows for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class TaskType:
    """One of Ground Truth's built-in labeling tasks."""

    #: The name in the environment file.
    name: str
    #: `<X>` of the functions `PRE-<X>` and `ACS-<X>` (botocore: PreHumanTaskLambdaArn).
    function: str
    #: The crowd element of the worker template, which is also the `name` that the consolidation
    #: function looks up in the answer (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-text-classification.html).
    element: str
    #: What a data object is; `text` is inlined in the manifest as `source`, because Ground Truth
    #: shows workers the literal value of that key.
    data: Literal["text"]
    #: Endings of the object keys that can be labeled, in lower case.
    extensions: tuple[str, ...]
    #: https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
    maximum_objects: int
    maximum_characters: int
    minimum_labels: int
    #: TaskTimeLimitInSeconds of a private team (botocore: HumanTaskConfig).
    maximum_task_seconds: int
    #: Whether the label attribute's name must end with `-ref`; if not, it must not
    #: (botocore: LabelAttributeName).
    attribute_is_reference: bool


TASK_TYPES: Final[dict[str, TaskType]] = {
    task_type.name: task_type
    for task_type in (
        TaskType(
            name="text-classification",
            function="TextMultiClass",
            element="crowd-classifier",
            data="text",
            extensions=(".txt",),
            maximum_objects=100_000,
            maximum_characters=20_000,
            minimum_labels=2,
            maximum_task_seconds=8 * _HOUR,
            attribute_is_reference=False,
        ),
    )
}
