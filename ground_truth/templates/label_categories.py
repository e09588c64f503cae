"""The file that tells Ground Truth of label categories and their attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ground_truth.catalogue.task_types import TaskType

if TYPE_CHECKING:
    from ground_truth.config.labels import Attribute, Instructions, Label

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


def label_categories(
    task_type: TaskType,
    labels: tuple[Label, ...],
    *,
    instructions: Instructions | None = None,
    attributes: tuple[Attribute, ...] = (),
    frame_attributes: tuple[Attribute, ...] = (),
    earlier_attributes: tuple[Attribute, ...] = (),
    earlier_frame_attributes: tuple[Attribute, ...] = (),
    only_shows: bool = False,
    annotation: str | None = None,
    reviewed_attribute: str | None = None,
) -> dict[str, Any]:
    """Return the label category file; a label's place in it is its class in the output.

    `attributes` are for all labels. Those of the job that is verified or adjusted are the earlier
    ones; with `only_shows` workers can't change what it said of them, nor of labels' attributes.
    `annotation` is one of `task_type.annotations`. `reviewed_attribute` is the label attribute of
    that job.
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
    edits = {} if task_type.purpose == "label" else {"editsAllowed": "any"}
    earlier_edits = {"editsAllowed": "none"} if only_shows else edits
    content: dict[str, Any] = {"documentVersion": _ATTRIBUTES}
    for name, earlier, own in (
        ("frameAttributes", earlier_frame_attributes, frame_attributes),
        ("categoryGlobalAttributes", earlier_attributes, attributes),
    ):
        if earlier or own:
            content[name] = [
                *(_attribute(each) | earlier_edits for each in earlier),
                *(_attribute(each) | edits for each in own),
            ]
    content["labels"] = [_label(task_type, label, earlier_edits) for label in labels]
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


def _label(task_type: TaskType, label: Label, edits: dict[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = {"label": label.name}
    if label.attributes:
        content["categoryAttributes"] = [_attribute(each) | edits for each in label.attributes]
    if task_type.purpose == "verify":
        content["editsAllowed"] = "none"
    return content


def _attribute(attribute: Attribute) -> dict[str, Any]:
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
    return content
