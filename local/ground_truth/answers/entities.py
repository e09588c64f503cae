"""Named entities: labeled stretches of a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from local.ground_truth.answers.classification import check_label
from local.ground_truth.answers.grouping import grouped
from local.ground_truth.answers.json_values import is_whole
from local.ground_truth.answers.subject import Consolidated, Subject, only_member

#: The ready interface answers as crowd-entity-annotation does:
#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
NAME: Final = "crowd-entity-annotation"
_MEMBERS: Final = ("label", "startOffset", "endOffset")


class Entities:
    """Workers mark stretches of a text, which don't overlap."""

    def check(self, answer: Mapping[str, Any], subject: Subject) -> None:
        """Raise ValueError unless all entities have a known label and are inside the text.

        `{"crowd-entity-annotation": {"entities": [{"label", "startOffset", "endOffset"}]}}`; the
        end is the offset of the first character that doesn't belong to it. A character of any
        alphabet, an emoji as well, counts as one.
        """
        entities = only_member(answer, NAME, "{'entities': […]}").get("entities")
        if not isinstance(entities, list):
            raise ValueError(f"entities is a list, got {entities!r}; send one, empty for none")
        length = len(subject.content["source"])
        for number, entity in enumerate(entities, start=1):
            if not isinstance(entity, Mapping) or set(entity) != set(_MEMBERS):
                raise ValueError(
                    f"entity {number} has {', '.join(_MEMBERS)}, got {entity!r}; send all"
                )
            check_label(entity["label"], subject)
            start, end = entity["startOffset"], entity["endOffset"]
            if not _is_offset(start) or not _is_offset(end) or not start < end <= length:
                raise ValueError(
                    f"entity {number} is inside the text of {length} characters, got {start!r} to"
                    f" {end!r}; mark it again"
                )
        # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-named-entity-recg.html
        for one, other in zip(_ordered(entities), _ordered(entities)[1:], strict=False):
            if other["startOffset"] < one["endOffset"]:
                raise ValueError(
                    f"entities don't overlap, got {dict(one)!r} and {dict(other)!r}; mark one"
                )

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return the entities that workers marked, one for each stretch that they mean.

        Its bounds and its label are the commonest ones, of two as common the first. The confidence
        is the share of workers who marked it.
        """
        groups = grouped([answer[NAME]["entities"] for answer in answers], _overlap)
        value = {
            "annotations": {
                "labels": [label.entry for label in subject.label_file.labels],
                "entities": [_commonest(group) for group in groups],
            }
        }
        metadata = {
            "entities": [
                {"confidence": subject.confidence(len(group) / len(answers))} for group in groups
            ],
            "type": "groundtruth/text-span",
            **subject.origin,
        }
        return Consolidated(value=value, metadata=metadata)

    def example(self, subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        end = min(4, len(subject.content["source"]))
        entity = {"label": subject.labels[0], "startOffset": 0, "endOffset": end}
        return {NAME: {"entities": [entity]}}


def _ordered(entities: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(entities, key=lambda entity: entity["startOffset"])


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    start = max(one["startOffset"], other["startOffset"])
    end = min(one["endOffset"], other["endOffset"])
    both = max(0, end - start)
    lengths = [each["endOffset"] - each["startOffset"] for each in (one, other)]
    return float(both / (sum(lengths) - both))


def _commonest(group: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {name: Counter(each[name] for each in group).most_common(1)[0][0] for name in _MEMBERS}


def _is_offset(value: Any) -> bool:
    return is_whole(value) and value >= 0
