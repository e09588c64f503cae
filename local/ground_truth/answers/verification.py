"""Verification of an earlier job's boxes or masks: workers say what they think of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from local.ground_truth.answers.classification import check_label, most_chosen
from local.ground_truth.answers.subject import Consolidated, Subject, only_member

#: The element that shows earlier labels over an image. By which name AWS's function looks for the
#: answer is not documented; this one is in the element's own sample:
#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-crowd-image-classifier.html
ELEMENT: Final = "crowd-image-classifier"


class Verification:
    """Workers choose one label for all labels of an object, and may say why."""

    def check(self, answer: Mapping[str, Any], subject: Subject) -> None:
        """Raise ValueError unless it is `{ELEMENT: {"label": …[, "workerComment": …]}}`."""
        content = only_member(answer, ELEMENT, "{'label': …, 'workerComment': …}")
        if not {"label"} <= set(content) <= {"label", "workerComment"}:
            raise ValueError(
                f"an answer has a label and perhaps a workerComment, got {dict(content)!r}; send"
                " both or the label"
            )
        check_label(content["label"], subject)
        comment = content.get("workerComment", "-")
        if not isinstance(comment, str) or not comment.strip():
            raise ValueError(f"a comment is a text, got {comment!r}; leave workerComment out")

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return the label that most workers chose, and all their comments."""
        contents = [answer[ELEMENT] for answer in answers]
        index, confidence = most_chosen([content["label"] for content in contents], subject)
        metadata: dict[str, Any] = {
            "class-name": subject.labels[index],
            "confidence": confidence,
            "type": "groundtruth/label-verification",
            **subject.origin,
        }
        comments = [each["workerComment"] for each in contents if "workerComment" in each]
        if comments:
            metadata["worker-feedback"] = [{"comment": comment} for comment in comments]
        return Consolidated(value=str(index), metadata=metadata)

    def example(self, subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        return {ELEMENT: {"label": subject.labels[0], "workerComment": "Two cars lack a box."}}
