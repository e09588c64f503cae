"""Classification with several labels per object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.ground_truth.answers.classification import check_label
from local.ground_truth.answers.subject import Consolidated, Subject, only_member


@dataclass(frozen=True, kw_only=True)
class MultiLabel:
    """Workers choose at least one label with the crowd element of that name."""

    element: str
    output_type: str

    def check(self, answer: Mapping[str, Any], subject: Subject) -> None:
        """Raise ValueError unless the answer is `{<element>: {"labels": [<label>, …]}}`."""
        labels = only_member(answer, self.element, "{'labels': […]}").get("labels")
        if not isinstance(labels, list) or set(answer[self.element]) != {"labels"}:
            raise ValueError(
                f"an answer is {{'{self.element}': {{'labels': […]}}}}, got {dict(answer)!r}; send"
                " a list of labels"
            )
        # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-image-classification-multilabel.html
        if not labels:
            raise ValueError("an answer has at least one label, got none; choose one")
        for label in labels:
            check_label(label, subject)
        if len(set(labels)) < len(labels):
            raise ValueError(f"an answer has each label once, got {labels!r}; choose each once")

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return the indexes of all labels that at least one worker chose, the commonest first.

        The confidence in each is the share of workers who chose it.
        """
        votes = Counter(label for each in answers for label in each[self.element]["labels"])
        chosen = [index for index, label in enumerate(subject.labels) if label in votes]
        chosen.sort(key=lambda index: (-votes[subject.labels[index]], index))
        metadata = {
            "class-map": {str(index): subject.labels[index] for index in chosen},
            "confidence-map": {
                str(index): subject.confidence(votes[subject.labels[index]] / len(answers))
                for index in chosen
            },
            "type": self.output_type,
            **subject.origin,
        }
        return Consolidated(value=chosen, metadata=metadata)

    def example(self, subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        return {self.element: {"labels": subject.labels[:2]}}
