"""Bounding boxes in images, drawn anew or adjusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from local.ground_truth.answers.classification import check_label
from local.ground_truth.answers.grouping import grouped
from local.ground_truth.answers.json_values import is_number
from local.ground_truth.answers.review import adjustment_status
from local.ground_truth.answers.subject import Consolidated, Subject, only_member

#: The `name` of the crowd element, by which the consolidation function finds the answer.
NAME: Final = "boundingBox"
#: `type` in the output's metadata.
OUTPUT_TYPE: Final = "groundtruth/object-detection"
_SIDES: Final = ("left", "top", "width", "height")


@dataclass(frozen=True, kw_only=True)
class Boxes:
    """Workers draw boxes with crowd-bounding-box.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-crowd-bounding-box.html
    """

    #: Whether workers adjust the boxes of an earlier job.
    is_adjustment: bool = False

    def check(self, answer: Mapping[str, Any], subject: Subject) -> None:
        """Raise ValueError unless the answer has boxes with known labels inside the image.

        `{"boundingBox": {"boundingBoxes": [{"label", "left", "top", "width", "height"}],
        "inputImageProperties": {"width", "height"}}}`, and for an adjustment the element's
        `initialValueModified`.
        """
        content = only_member(answer, NAME, "{'boundingBoxes': […], 'inputImageProperties': {…}}")
        check_adjusted(content, {"boundingBoxes", "inputImageProperties"}, self.is_adjustment)
        size = check_image(content["inputImageProperties"])
        boxes = content["boundingBoxes"]
        if not isinstance(boxes, list):
            raise ValueError(f"boundingBoxes is a list, got {boxes!r}; send one, empty for none")
        for number, box in enumerate(boxes, start=1):
            if not isinstance(box, Mapping) or set(box) != {"label", *_SIDES}:
                raise ValueError(
                    f"box {number} has label, left, top, width and height, got {box!r}; send all"
                )
            check_label(box["label"], subject)
            check_box(box, size, f"box {number}")

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return the average of the boxes that workers drew around the same thing.

        All groups are kept; the confidence in each is the share of workers who drew one of its
        boxes.
        """
        contents = [answer[NAME] for answer in answers]
        groups = grouped([content["boundingBoxes"] for content in contents], _overlap)
        size = contents[0]["inputImageProperties"]
        labels = subject.labels
        metadata: dict[str, Any] = {
            "objects": [
                {"confidence": subject.confidence(len(group) / len(answers))} for group in groups
            ],
            "class-map": {
                str(index): label
                for index, label in enumerate(labels)
                if any(group[0]["label"] == label for group in groups)
            },
            "type": OUTPUT_TYPE,
            **subject.origin,
        }
        if self.is_adjustment:
            changed = any(content["initialValueModified"] for content in contents)
            metadata["adjustment-status"] = adjustment_status(changed=changed)
        annotations = [
            {"class_id": labels.index(group[0]["label"]), **_average(group)} for group in groups
        ]
        image = {"width": size["width"], "height": size["height"], "depth": 3}
        value = {"image_size": [image], "annotations": annotations}
        return Consolidated(value=value, metadata=metadata)

    def example(self, subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        box = {"label": subject.labels[0], "left": 10, "top": 20, "width": 30, "height": 40}
        size = {"width": 640, "height": 480}
        content: dict[str, Any] = {"boundingBoxes": [box], "inputImageProperties": size}
        if self.is_adjustment:
            content["initialValueModified"] = True
        return {NAME: content}


def check_adjusted(content: Mapping[str, Any], members: set[str], is_adjustment: bool) -> None:  # noqa: FBT001  # of a crowd element, as the class has it
    """Raise ValueError unless the answer has those members, and tells whether it is adjusted.

    Crowd elements do, by `initialValueModified`, when they began with an earlier job's labels.
    """
    wanted = members | ({"initialValueModified"} if is_adjustment else set())
    if set(content) != wanted:
        raise ValueError(
            f"an answer has {', '.join(sorted(wanted))}, got {', '.join(sorted(content))}; send"
            " exactly these"
        )
    if is_adjustment and not isinstance(content["initialValueModified"], bool):
        raise ValueError(
            "initialValueModified is true or false, got"
            f" {content['initialValueModified']!r}; send one"
        )


def check_image(size: Any) -> tuple[float, float]:
    """Return width and height of `inputImageProperties`; ValueError if there are none."""
    if isinstance(size, Mapping) and set(size) == {"width", "height"}:
        width, height = size["width"], size["height"]
        if is_number(width) and is_number(height) and width > 0 and height > 0:
            return width, height
    raise ValueError(
        f"inputImageProperties has the image's width and height, got {size!r}; send both"
    )


def check_box(box: Mapping[str, Any], size: tuple[float, float] | None, where: str) -> None:
    """Raise ValueError unless the box has an area and is inside an image of that size."""
    for side in _SIDES:
        if not is_number(box.get(side)) or box[side] < 0:
            raise ValueError(f"{where} has a number as {side}, got {box.get(side)!r}; send one")
    if box["width"] == 0 or box["height"] == 0:
        raise ValueError(f"{where} has an area, got {dict(box)!r}; draw it larger")
    if size is None:
        return
    right, bottom = box["left"] + box["width"], box["top"] + box["height"]
    if right > size[0] or bottom > size[1]:
        raise ValueError(
            f"{where} is inside the image of {size[0]} x {size[1]} pixels, got {dict(box)!r}; draw"
            " it smaller"
        )


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return the Jaccard index: the area that both have, of the area that either has.

    It is 0 for boxes with different labels.
    """
    if one["label"] != other["label"]:
        return 0.0
    across = _shared(one["left"], one["width"], other["left"], other["width"])
    down = _shared(one["top"], one["height"], other["top"], other["height"])
    both = across * down
    either = one["width"] * one["height"] + other["width"] * other["height"] - both
    return float(both / either)


def _shared(start: float, length: float, other_start: float, other_length: float) -> float:
    end = min(start + length, other_start + other_length)
    return max(0.0, end - max(start, other_start))


def _average(group: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {side: round(sum(box[side] for box in group) / len(group)) for side in _SIDES}
