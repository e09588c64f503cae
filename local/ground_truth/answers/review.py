"""What workers may change of an earlier job's labels, and whether they have.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-verification-data.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from local.ground_truth.answers.subject import Subject

Annotation = Mapping[str, Any]
ATTRIBUTES: Final = "label-category-attributes"


def check_frames_of(previous: Any, frames_name: str, number: str, list_name: str) -> None:
    """Raise ValueError unless an earlier job's file has frames with annotations in that form.

    "The task type of the verification or adjustment labeling job must be the same as the task type
    of the original job."
    """
    frames = previous.get(frames_name) if isinstance(previous, dict) else None
    if not isinstance(frames, list):
        raise ValueError(f"the labels to review have {frames_name}, got {str(previous)[:80]!r}")
    for frame in frames:
        if not isinstance(frame, dict) or number not in frame:
            raise ValueError(f"each frame to review has a {number}, got {str(frame)[:80]!r}")
        check_annotations_of(frame, list_name)


def check_annotations_of(previous: Any, list_name: str) -> None:
    """Raise ValueError unless what an earlier job wrote has a list of annotations with classes."""
    found = previous.get(list_name) if isinstance(previous, dict) else None
    if not isinstance(found, list) or not all(
        isinstance(each, dict) and "class-id" in each for each in found
    ):
        raise ValueError(
            f"the labels to review have a list of {list_name} with class-ids, got"
            f" {str(previous)[:80]!r}"
        )


def check_unchanged(
    annotations: Sequence[Annotation], previous: Sequence[Annotation], subject: Subject
) -> None:
    """Raise ValueError if labels differ from the previous ones that can't be edited.

    In a verification no label can be edited. Each annotation has a class-id and, for a
    sequence, its frame.
    """
    labels = subject.label_file.labels
    frozen = {str(index): each.name for index, each in enumerate(labels) if not each.editable}
    for class_id, name in frozen.items():
        now = [each for each in annotations if str(each["class-id"]) == class_id]
        before = [each for each in previous if str(each["class-id"]) == class_id]
        if _places(now) != _places(before):
            raise ValueError(
                f"what is labeled {name!r} can't be edited, got other objects than those of the"
                " earlier job; send them as they were"
            )
    for label in labels:
        _check_attributes(label.name, annotations, previous, subject)


def status(answers: Sequence[Sequence[Annotation]], previous: Sequence[Annotation]) -> str:
    """Return the adjustment status, by comparing all workers' annotations with the previous."""
    before = _places(previous)
    return adjustment_status(changed=any(_places(each) != before for each in answers))


def adjustment_status(*, changed: bool) -> str:
    """Return what the metadata say: whether at least one worker changed the labels."""
    return "adjusted" if changed else "unadjusted"


def _check_attributes(
    name: str, annotations: Sequence[Annotation], previous: Sequence[Annotation], subject: Subject
) -> None:
    label = subject.label_file.find(name)
    fixed = [each.name for each in label.attributes if not each.editable]
    before = {_place(each): each.get(ATTRIBUTES, {}) for each in previous}
    class_id = str(subject.labels.index(name))
    for each in annotations:
        if str(each["class-id"]) != class_id or _place(each) not in before:
            continue
        old, new = before[_place(each)], each.get(ATTRIBUTES, {})
        changed = [attribute for attribute in fixed if old.get(attribute) != new.get(attribute)]
        if changed:
            raise ValueError(
                f"the attribute {changed[0]} of {name!r} can't be edited, got"
                f" {new.get(changed[0])!r}; send {old.get(changed[0])!r}"
            )


def _places(annotations: Sequence[Annotation]) -> list[str]:
    return sorted(_place(each) for each in annotations)


def _place(annotation: Annotation) -> str:
    """Return all that an annotation says, apart from its attributes, as a text."""
    content = {key: value for key, value in annotation.items() if key != ATTRIBUTES}
    return json.dumps({**content, "class-id": str(content["class-id"])}, sort_keys=True)
