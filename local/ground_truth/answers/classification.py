"""Classification with one label per object: what an answer is, and many answers' one label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.ground_truth.answers.subject import Consolidated, Subject, only_member


@dataclass(frozen=True, kw_only=True)
class Classification:
    """Workers choose one label with the crowd element `element`, whose `name` is the same."""

    element: str
    #: `type` in the output's metadata.
    output_type: str
    #: Whether the class may be a text in the output, as samples of text jobs have it.
    may_be_text: bool = False

    def check(self, answer: Mapping[str, Any], subject: Subject) -> None:
        """Raise ValueError unless the answer is `{<element>: {"label": <one of the labels>}}`."""
        content = only_member(answer, self.element, "{'label': …}")
        if set(content) != {"label"} or set(answer) != {self.element}:
            raise ValueError(
                f"an answer is {{'{self.element}': {{'label': …}}}}, got {dict(answer)!r}; send one"
                " label"
            )
        check_label(content["label"], subject)

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return the label's index and its name."""
        index, confidence = most_chosen([each[self.element]["label"] for each in answers], subject)
        metadata = {
            "class-name": subject.labels[index],
            "confidence": confidence,
            "type": self.output_type,
            **subject.origin,
        }
        is_text = self.may_be_text and subject.has_classes_as_texts
        return Consolidated(value=str(index) if is_text else index, metadata=metadata)

    def example(self, subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        return {self.element: {"label": subject.labels[0]}}


def check_label(label: Any, subject: Subject) -> None:
    """Raise ValueError unless `label` is one of the job's."""
    if label not in subject.labels:
        raise ValueError(
            f"the label is one of {', '.join(subject.labels)}, got {label!r}; choose one of them"
        )


def most_chosen(chosen: Sequence[str], subject: Subject) -> tuple[int, float]:
    """Return the index of the label that most workers chose, and the confidence in it.

    Of two labels with as many, it is the one that is first in the label file. The confidence is
    the share of workers who agree. (AWS's functions weigh workers by how often they are right:
    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-annotation-consolidation.html)
    """
    votes, labels = Counter(chosen), subject.labels
    index = min(range(len(labels)), key=lambda each: (-votes[labels[each]], each))
    return index, subject.confidence(votes[labels[index]] / len(chosen))
