"""Custom tasks: whatever a person's own template submits, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local.ground_truth.answers.subject import Consolidated, Subject


class Custom:
    """Nothing is known of the answers but that they are what a form submits."""

    def check(self, answer: Mapping[str, Any], _subject: Subject) -> None:
        """Raise ValueError unless the answer says something."""
        if not answer:
            raise ValueError(
                "an answer has a value for at least one name in the form, got none; fill it in"
            )

    def consolidate(self, _answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return an empty label, whose metadata says where the answers are.

        That is so without a post-annotation function, under "Output data" of
        https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step2.html; what
        ACS-PassThrough returns is not documented.
        """
        metadata = {
            "job_name": subject.job_name,
            "type": "groundTruth/custom",
            "human-annotated": "yes",
            "creation_date": subject.created,
            "worker-response-ref": subject.responses_uri,
        }
        return Consolidated(value={}, metadata=metadata)

    def example(self, _subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        return {"name": "value"}


def custom_metadata(subject: Subject) -> dict[str, Any]:
    """Return what Ground Truth adds to a label that a post-annotation function has made.

    The names are those of real output, in `tests/data/recorded/custom-task.jsonl`; the guide has
    others.
    """
    return {
        "type": "groundtruth/custom",
        "job-name": subject.job_name,
        "human-annotated": "yes",
        "creation-date": subject.created,
    }
