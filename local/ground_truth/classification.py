"""Classification with one label per object: what an answer is, and many answers' one label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

_ELEMENT = "crowd-classifier"


def check(answer: Mapping[str, Any], labels: Sequence[str]) -> None:
    """Raise ValueError unless the answer is `{"crowd-classifier": {"label": <one of labels>}}`."""
    content = answer.get(_ELEMENT)
    if not isinstance(content, Mapping) or set(content) != {"label"}:
        raise ValueError(
            f"an answer is {{'{_ELEMENT}': {{'label': …}}}}, got {dict(answer)!r}; send one label"
        )
    if content["label"] not in labels:
        raise ValueError(
            f"the label is one of {', '.join(labels)}, got {content['label']!r}; choose one of them"
        )


def consolidate_text(
    answers: Sequence[Mapping[str, Any]], labels: Sequence[str], workers: int
) -> tuple[str, dict[str, Any]]:
    """Return the label's index, as a string, and the metadata that depends on the answers.

    Most workers win; of two labels with as many, the one that is first in the label file. The
    confidence is the share of workers who agree, and 0 with one worker per object
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html).
    """
    votes = Counter(answer[_ELEMENT]["label"] for answer in answers)
    index = min(range(len(labels)), key=lambda each: (-votes[labels[each]], each))
    confidence = 0.0 if workers == 1 else round(votes[labels[index]] / len(answers), 2)
    metadata = {
        "class-name": labels[index],
        "confidence": confidence,
        "type": "groundtruth/text-classification",
    }
    return str(index), metadata
