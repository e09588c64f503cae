"""Which labels of an earlier job a verification or adjustment is about.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-verification-data.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from local.ground_truth.answers import point_classes, segmentation
from local.ground_truth.answers.data_object import DataObject
from local.ground_truth.answers.label_attributes import FILE
from local.ground_truth.answers.label_files import LabelFile
from local.ground_truth.api.local_job import LocalJob

_BACKGROUNDS: Final = (segmentation.BACKGROUND, point_classes.BACKGROUND)


def check_label_file(job: LocalJob, labels: LabelFile) -> None:
    """Raise ValueError unless the label file names what is reviewed, where it must."""
    if job.labeling.reviewed_type is not None:
        return
    if not job.labeling.is_review:
        if labels.audited is not None:
            raise ValueError(
                f"{FILE} has an auditLabelAttributeName for adjustments and verifications only,"
                f" got {labels.audited!r}"
            )
        return
    if labels.audited is None:
        raise ValueError(
            f"{FILE} has an auditLabelAttributeName for {job.task_type.name}, got none"
        )
    _check_other(job, labels.audited)


def find(job: LocalJob, labels: LabelFile, objects: Sequence[DataObject]) -> dict[int, str]:
    """Return, by the index of its data object, the attribute that is reviewed.

    Objects without such labels fail, each for itself; ValueError if none has any, or labels that
    the label file lacks.
    """
    found = {}
    for each in objects:
        attribute = labels.audited or _of_type(job, each.content)
        if attribute is None or not {attribute, f"{attribute}-metadata"} <= set(each.content):
            each.state = "failed"
        else:
            _check_metadata(job, labels, each, each.content[f"{attribute}-metadata"])
            found[each.index] = attribute
    if not found:
        wanted = labels.audited or f"labels of type {job.labeling.reviewed_type}"
        raise ValueError(
            f"the input manifest has {wanted} to review, with metadata, in at least one line, got"
            " none"
        )
    return found


def _of_type(job: LocalJob, content: Mapping[str, Any]) -> str | None:
    """Return the last label attribute of the type that is reviewed.

    Only the worker template says which one it shows; the last is the newest.
    """
    of_type = [
        name.removesuffix("-metadata")
        for name, value in content.items()
        if name.endswith("-metadata")
        and isinstance(value, dict)
        and value.get("type") == job.labeling.reviewed_type
    ]
    if of_type == [job.attribute]:
        _check_other(job, job.attribute)
    others = [name for name in of_type if name != job.attribute]
    return others[-1] if others else None


def _check_other(job: LocalJob, reviewed: str) -> None:
    if reviewed == job.attribute:
        raise ValueError(
            "LabelAttributeName differs from the label attribute that is reviewed, got"
            f" {reviewed!r} for both"
        )


def _check_metadata(job: LocalJob, labels: LabelFile, each: DataObject, metadata: Any) -> None:
    where = f"line {each.index + 1} of the data objects"
    if not isinstance(metadata, dict):
        raise ValueError(f"{where} has an object as metadata of its labels, got {metadata!r}")
    colors = metadata.get("internal-color-map", metadata.get("color-map"))
    if isinstance(colors, dict):
        names = [color.get("class-name") for color in colors.values()]
        # "the tool requires hexadecimal RGB color information in the manifest"
        if any("hex-color" not in color for color in colors.values()):
            raise ValueError(f"{where} has a hex-color for each class to review, got {colors!r}")
    else:
        classes = metadata["class_map"] if "class_map" in metadata else metadata.get("class-map")
        names = list((classes or {}).values())
    lacking = [name for name in names if name not in (*labels.names, *_BACKGROUNDS)]
    if job.labeling.keeps_labels and lacking:
        raise ValueError(
            f"{FILE} has all labels of the job that is reviewed, got none for"
            f" {lacking[0]!r} in {where}"
        )
