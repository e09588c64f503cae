"""The sample of a custom task."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ground_truth.templates.custom_template import custom_template

_SAMPLE = Path(__file__).parents[3] / "samples" / "receipts"
_EVENT = {
    "version": "2018-10-16",
    "labelingJobArn": "arn:aws:sagemaker:us-east-1:111122223333:labeling-job/receipts",
    "labelCategories": [],
    "labelAttributeName": "receipts",
    "roleArn": "arn:aws:iam::111122223333:role/execution",
    "payload": {"s3Uri": "s3://labels/answers.json"},
}


def _function(name: str) -> ModuleType:
    """Load a function's file as Lambda does: each has a module `handler`."""
    path = _SAMPLE / "functions" / name / "handler.py"
    spec = importlib.util.spec_from_file_location(f"{name}_handler", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def answers() -> ModuleType:
    return _function("receipt_answers")


def _payload(*typed: dict[str, str]) -> str:
    return json.dumps(
        [
            {
                "datasetObjectId": "0",
                "dataObject": {"s3Uri": "s3://data/1.jpg"},
                "annotations": [
                    {
                        "workerId": f"private.us-east-1.{number}",
                        "annotationData": {"content": json.dumps(answer)},
                    }
                    for number, answer in enumerate(typed)
                ],
            }
        ]
    )


def _answer(total: str) -> dict[str, str]:
    return {"total": total, "date": "2026-10-31", "currency": "EUR"}


def test_the_pre_annotation_function_gives_all_that_the_template_shows() -> None:
    template = custom_template(_SAMPLE / "templates" / "receipt.html", names=None)
    event = {
        "version": "2018-10-16",
        "labelingJobArn": _EVENT["labelingJobArn"],
        "dataObject": {"source-ref": "s3://data/Receipts/1.jpg"},
    }

    task_input = _function("receipt").handler(event, None)["taskInput"]

    assert set(task_input) == set(template.names)
    assert task_input["source-ref"] == "s3://data/Receipts/1.jpg"
    assert task_input["file"] == "1.jpg"


def test_what_most_workers_typed_is_the_label(answers: ModuleType) -> None:
    payload = _payload(_answer("12.30"), _answer("12.80"), _answer(" 12.30"))

    (label,) = answers.labels(_EVENT, {"s3://labels/answers.json": payload}.__getitem__)

    assert label == {
        "datasetObjectId": "0",
        "consolidatedAnnotation": {
            "content": {
                "receipts": {
                    "total": {"value": "12.30", "agreement": 0.67},
                    "date": {"value": "2026-10-31", "agreement": 1.0},
                    "currency": {"value": "EUR", "agreement": 1.0},
                }
            }
        },
    }


def test_of_two_answers_as_frequent_the_first_counts(answers: ModuleType) -> None:
    label: dict[str, Any] = answers.label([_answer("1.00"), _answer("7.00")])

    assert label["total"] == {"value": "1.00", "agreement": 0.5}


def test_an_answer_may_stand_in_a_file_of_its_own(answers: ModuleType) -> None:
    payload = json.loads(_payload(_answer("12.30")))
    payload[0]["annotations"][0]["annotationData"] = {"s3Uri": "s3://labels/1.json"}
    files = {
        "s3://labels/answers.json": json.dumps(payload),
        "s3://labels/1.json": json.dumps(_answer("9.99")),
    }

    (label,) = answers.labels(_EVENT, files.__getitem__)

    content = label["consolidatedAnnotation"]["content"]["receipts"]
    assert content["total"]["value"] == "9.99"
