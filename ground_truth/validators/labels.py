"""What Ground Truth accepts as label categories, their attributes and the words that explain them.

Counts and lengths: https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-label-cat-config-attributes.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from dataset.messages import shown
from ground_truth.catalogue.task_types import TaskType
from ground_truth.validators.messages import ItemError, described
from ground_truth.validators.names_and_limits import one_line

if TYPE_CHECKING:
    from ground_truth.config.labels import Attribute, Instructions, Label

MOST_ATTRIBUTES: Final = 10
MOST_FREE_TEXTS: Final = 5
LONGEST_NAME: Final = 16
LONGEST_DESCRIPTION: Final = 128
MOST_CHOICES: Final = 10
#: "Under 255" and "under 2,048" characters of HTML.
LONGEST_SHORT_INSTRUCTION: Final = 254
LONGEST_FULL_INSTRUCTION: Final = 2_047
#: So that a template with both stays below 128,000 (botocore: UiTemplate.Content).
_LONGEST_IN_TEMPLATE: Final = 60_000


def label_name(value: str, task_type: TaskType) -> str:
    """Check a label category.

    Labels that differ only by blanks at their ends would look alike to workers.
    """
    one_line(value, longest=task_type.maximum_label_length)
    if value != value.strip():
        raise ValueError(f"expected a label without blanks at its ends, got {shown(value)}")
    return value


def labels(values: tuple[Label, ...], task_type: TaskType) -> tuple[Label, ...]:
    """Check all label categories of a job."""
    for index, value in enumerate(values):
        try:
            _label(value, task_type)
        except ValueError as error:
            raise ItemError(str(error), index) from None
    _once("label", (value.name for value in values))
    if len(values) < task_type.minimum_labels:
        raise ValueError(
            f"expected at least {task_type.minimum_labels} labels for {described(task_type)},"
            f" got {shown([value.name for value in values])}"
        )
    _at_most(task_type.maximum_labels, values, described(task_type))
    return values


def automated(values: tuple[Label, ...], task_type: TaskType) -> None:
    """Check the labels of a job with automated labeling, which may have fewer."""
    _at_most(
        task_type.maximum_labels_automated,
        values,
        f"{described(task_type)} with automated labeling",
    )


def _at_most(most: int | None, values: tuple[Label, ...], what: str) -> None:
    if most is not None and len(values) > most:
        raise ValueError(f"expected at most {most} labels for {what}, got {len(values)}")


def _label(value: Label, task_type: TaskType) -> None:
    label_name(value.name, task_type)
    if value.short_name is not None and task_type.label_file != "entities":
        raise ValueError(
            "expected a `short_name` for named-entity-recognition only, got"
            f" {shown(value.short_name)} for the label {shown(value.name)}"
        )
    if value.attributes and not task_type.label_attributes:
        raise ValueError(
            "expected labels without attributes, which are for objects in video frames and"
            f" point clouds, got some of the label {shown(value.name)}"
        )


def attribute(value: Attribute, *, described: bool = False) -> Attribute:
    """Check an attribute of labels or frames; one of frames must have a description."""
    one_line(value.name, longest=LONGEST_NAME)
    if value.description is None and described:
        raise ValueError(
            f"expected a description of the frame attribute {shown(value.name)}, got nothing"
        )
    if value.description is not None:
        one_line(value.description, longest=LONGEST_DESCRIPTION)
    numbers = (value.minimum, value.maximum)
    if value.choices and numbers != (None, None):
        raise ValueError(
            "expected either `choices` or `minimum` and `maximum`, got both for the attribute"
            f" {shown(value.name)}"
        )
    if (value.minimum is None) != (value.maximum is None):
        raise ValueError(
            "expected both `minimum` and `maximum`, got one of them for the attribute"
            f" {shown(value.name)}"
        )
    if value.minimum is not None and value.maximum is not None and value.minimum > value.maximum:
        raise ValueError(
            f"expected a minimum up to the maximum, got {value.minimum} and {value.maximum} for the"
            f" attribute {shown(value.name)}"
        )
    if len(value.choices) > MOST_CHOICES:
        raise ValueError(
            f"expected at most {MOST_CHOICES} choices, got {len(value.choices)} for the attribute"
            f" {shown(value.name)}"
        )
    for choice in value.choices:
        one_line(choice, longest=LONGEST_NAME)
    _once(f"choice of the attribute {shown(value.name)}", value.choices)
    return value


def attributes(
    values: tuple[Attribute, ...], labels: tuple[Label, ...], task_type: TaskType
) -> tuple[Attribute, ...]:
    """Check the attributes for all labels together with those of single labels."""
    if values and not task_type.label_attributes:
        raise ValueError(
            "expected no attributes, which are for objects in video frames and point clouds, got"
            f" some for {described(task_type)}"
        )
    names = [each.name for label in labels for each in label.attributes]
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise ValueError(
            f"expected each attribute's name once among all labels, got {shown(twice)} more than"
            " once; put what all labels have under `attributes`"
        )
    _once("attribute", (*names, *(each.name for each in values)), first=len(names))
    for label in labels:
        _few((*values, *label.attributes), f"attributes of the label {shown(label.name)}")
    return values


def frame_attributes(values: tuple[Attribute, ...], task_type: TaskType) -> tuple[Attribute, ...]:
    """Check what workers say of each frame or point cloud."""
    if values and task_type.label_file != "attributes":
        raise ValueError(
            "expected no frame attributes, which are for video frames and point clouds, got some"
            f" for {described(task_type)}"
        )
    for value in values:
        attribute(value, described=True)
    _once("frame attribute", (each.name for each in values))
    _few(values, "frame attributes")
    return values


def instructions(value: Instructions, task_type: TaskType) -> Instructions:
    """Check that instructions become HTML, and that it fits the label file of frames."""
    for name, text, longest in (
        ("short", value.short_html(), LONGEST_SHORT_INSTRUCTION),
        ("full", value.full_html(), LONGEST_FULL_INSTRUCTION),
    ):
        longest = longest if task_type.label_file == "attributes" else _LONGEST_IN_TEMPLATE
        if len(text) > longest:
            raise ValueError(
                f"expected {name} instructions of at most {longest} characters, as HTML and with"
                f" their examples, for {described(task_type)}, got {len(text)}"
            )
    return value


def _once(what: str, names: Iterable[str], *, first: int = 0) -> None:
    """Check that no name is there twice; the list that is checked begins at `first`."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            message = f"expected each {what} once, got {shown(name)} more than once"
            raise ItemError(message, index - first)
        seen.add(name)


def _few(values: tuple[Attribute, ...], what: str) -> None:
    if len(values) > MOST_ATTRIBUTES:
        raise ValueError(f"expected at most {MOST_ATTRIBUTES} {what}, got {len(values)}")
    free = [each for each in values if not each.choices and each.minimum is None]
    if len(free) > MOST_FREE_TEXTS:
        raise ValueError(
            f"expected at most {MOST_FREE_TEXTS} {what} that workers write freely, got {len(free)}"
        )
