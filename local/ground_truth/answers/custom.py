"""Custom tasks: whatever a person's own template submits, and what becomes of it."""

from __future__ import annotations

import json
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

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return all answers as they are.

        What ACS-PassThrough and no function at all return is not documented. This is the form of
        AWS's sample function, which consolidates nothing either:
        https://github.com/aws-samples/aws-sagemaker-ground-truth-recipe
        """
        annotations = [
            {
                "workerId": worker_id,
                "annotationData": {"content": json.dumps(answer, ensure_ascii=False)},
            }
            for worker_id, answer in zip(subject.worker_ids, answers, strict=True)
        ]
        value = {"annotationsFromAllWorkers": annotations}
        return Consolidated(value=value, metadata=custom_metadata(subject))

    def example(self, _subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        return {"name": "value"}


def custom_metadata(subject: Subject) -> dict[str, Any]:
    """Return what Ground Truth adds to the label of a custom task.

    The names differ from those of the built-in types:
    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
    """
    return {
        "type": "groundTruth/custom",
        "job_name": subject.job_name,
        "human-annotated": "yes",
        "creation_date": subject.created,
    }
