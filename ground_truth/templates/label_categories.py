"""Label categories and their attributes, and the file that tells Ground Truth of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ground_truth.catalogue.task_types import TaskType
from ground_truth.templates.instructions import Instructions

#: The dialects of label files (botocore: LabelCategoryConfigS3Uri and
#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-label-cat-config-attributes.html).
_CLASSES: Final = "2018-11-28"
_ATTRIBUTES: Final = "2020-03-01"
_ANNOTATION_TYPES: Final = {
    "bounding-box": "BoundingBox",
    "polygon": "Polygon",
    "polyline": "Polyline",
    "keypoint": "Keypoint",
}


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """What workers say of an object or a frame beside its label.

    With `choices` they choose one, with `minimum` and `maximum` they give a number, with neither
    they write.
    """

    name: str
    description: str | None = None
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    required: bool = False
    #: Whether workers may change what an earlier job said, in a verification or adjustment.
    editable: bool = True


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label category."""

    name: str
    #: What workers see beside marked text, for named entities.
    short_name: str | None = None
    attributes: tuple[Attribute, ...] = ()


def label_categories(
    task_type: TaskType,
    labels: tuple[Label, ...],
    *,
    instructions: Instructions | None = None,
    attributes: tuple[Attribute, ...] = (),
    frame_attributes: tuple[Attribute, ...] = (),
    annotation: str | None = None,
    reviewed_attribute: str | None = None,
) -> dict[str, Any]:
    """Return the label category file; a label's place in it is its class in the output.

    `attributes` are for all labels. `annotation` is one of `task_type.annotations`.
    `reviewed_attribute` is the label attribute of the job that is verified or adjusted.
    """
    if task_type.label_file == "classes":
        return {
            "document-version": _CLASSES,
            "labels": [{"label": label.name} for label in labels],
        }
    told = (
        {
            "instructions": {
                "shortInstruction": instructions.short_html(),
                "fullInstruction": instructions.full_html(),
            }
        }
        if instructions
        else {}
    )
    if task_type.label_file == "entities":
        return {
            "document-version": _CLASSES,
            "labels": [_entity(label) for label in labels],
            **told,
        }
    content: dict[str, Any] = {"documentVersion": _ATTRIBUTES}
    if frame_attributes:
        content["frameAttributes"] = [_attribute(task_type, each) for each in frame_attributes]
    if attributes:
        content["categoryGlobalAttributes"] = [_attribute(task_type, each) for each in attributes]
    content["labels"] = [_label(task_type, label) for label in labels]
    if annotation is not None:
        content["annotationType"] = _ANNOTATION_TYPES[annotation]
    content.update(told)
    if reviewed_attribute is not None:
        content["auditLabelAttributeName"] = reviewed_attribute
    return content


def _entity(label: Label) -> dict[str, str]:
    if label.short_name is None:
        return {"label": label.name}
    return {"label": label.name, "shortDisplayName": label.short_name}


def _label(task_type: TaskType, label: Label) -> dict[str, Any]:
    content: dict[str, Any] = {"label": label.name}
    if label.attributes:
        content["categoryAttributes"] = [_attribute(task_type, each) for each in label.attributes]
    if task_type.purpose == "verify":
        content["editsAllowed"] = "none"
    return content


def _attribute(task_type: TaskType, attribute: Attribute) -> dict[str, Any]:
    content: dict[str, Any] = {"name": attribute.name}
    if attribute.description is not None:
        content["description"] = attribute.description
    if attribute.minimum is not None or attribute.maximum is not None:
        content.update(type="number", minimum=attribute.minimum, maximum=attribute.maximum)
    else:
        content["type"] = "string"
        if attribute.choices:
            content["enum"] = list(attribute.choices)
    if attribute.required:
        content["isRequired"] = True
    if task_type.purpose != "label":
        content["editsAllowed"] = "any" if attribute.editable else "none"
    return content
