"""Local Ground Truth writes what Ground Truth has written, in lines that nobody here wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from local.ground_truth.api.unkindness import Unkindness
from tests.unit.local.local_cloud import Account, classes

_RECORDED: Final = Path(__file__).parents[3] / "data" / "recorded"
_POST: Final = "arn:aws:lambda:us-east-1:000000000000:function:post"


def _recorded(name: str) -> list[dict[str, Any]]:
    # The name was masked in one file, by one that no label attribute can have.
    text = (_RECORDED / name).read_text().replace("mock_job_name", "mock-job-name")
    if name.endswith(".json"):
        return [json.loads(text)]
    return [json.loads(line) for line in text.splitlines()]


def _form(value: Any) -> Any:
    """Return members and types; a job's name is with or without what stands before it."""
    if isinstance(value, Mapping):
        return {name: _form(each) for name, each in value.items()}
    return value.rpartition("/")[0] if str(value).startswith("labeling-job/") else type(value)


def _metadata_of(line: Mapping[str, Any], attribute: str) -> Any:
    return line[f"{attribute}-metadata"]


@pytest.mark.parametrize(
    ("name", "attribute", "task_type", "element"),
    [
        (
            "image-classification",
            "TestCLConsoleBucket",
            "ImageMultiClass",
            "crowd-image-classifier",
        ),
        ("text-classification", "MultiClassJob", "TextMultiClass", "crowd-classifier"),
    ],
)
def test_a_class_is_a_number(name: str, attribute: str, task_type: str, element: str) -> None:
    [recorded] = _recorded(f"{name}.jsonl")
    label = _metadata_of(recorded, attribute)["class-name"]
    given = {name: value for name, value in recorded.items() if not name.startswith(attribute)}
    # With two workers there is a share that agrees, as a number with decimals.
    answer = {element: {"label": label}}

    line = Account().label(
        task_type, given, classes(label, "other"), answer, answer, LabelAttributeName=attribute
    )

    assert _form(line) == _form(recorded)
    assert line[attribute] == recorded[attribute]


def test_the_class_of_a_text_may_be_a_text_as_in_the_guide() -> None:
    account = Account(unkindness=Unkindness(has_classes_as_texts=True))

    line = account.label(
        "TextMultiClass",
        {"source": "a"},
        classes("x", "y"),
        {"crowd-classifier": {"label": "y"}},
    )

    assert line["label"] == "1"


def test_a_custom_label_has_the_metadata_of_real_output() -> None:
    [recorded, _] = _recorded("custom-task.jsonl")
    account, attribute = Account(), "mock-job-name"
    label = recorded.pop(attribute)

    def post(_event: Any) -> Any:
        content = {attribute: label}
        return [{"datasetObjectId": "0", "consolidatedAnnotation": {"content": content}}]

    account.cloud.functions[_POST] = post
    line = account.label(
        "PassThrough",
        {name: value for name, value in recorded.items() if not name.startswith(attribute)},
        None,
        {"text": "a"},
        LabelAttributeName=attribute,
        HumanTaskConfig={
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": _POST}
        },
    )

    assert line.pop(attribute) == label
    assert _form(line) == _form(recorded)
    assert _metadata_of(line, attribute)["type"] == _metadata_of(recorded, attribute)["type"]
    assert _metadata_of(line, attribute)["job-name"] == "job"


def test_a_custom_label_without_a_function_is_empty_and_says_where_the_answers_are() -> None:
    [recorded] = _recorded("custom-task-without-function.json")
    account, attribute = Account(), "labelAttributeName"

    line = account.label(
        "PassThrough",
        {"source": recorded["source"]},
        None,
        {"text": "a"},
        LabelAttributeName=attribute,
        LabelingJobName="test-labeling-job",
    )

    metadata = _metadata_of(line, attribute)
    assert line[attribute] == recorded[attribute] == {}
    assert _form(line) == _form(recorded)
    assert metadata["type"] == _metadata_of(recorded, attribute)["type"]
    [answer] = json.loads(account.cloud.objects[metadata["worker-response-ref"]])["answers"]
    assert answer["answerContent"] == {"text": "a"}
    # What the recorded address has below the job's folder, but for the time.
    assert [len(part) for part in metadata["worker-response-ref"].rsplit("/", 6)[1:]] == [
        len(part)
        for part in _metadata_of(recorded, attribute)["worker-response-ref"].rsplit("/", 6)[1:]
    ]


def test_an_object_that_nobody_finished_says_why_and_has_no_label() -> None:
    [_, recorded] = _recorded("custom-task.jsonl")
    account = Account()
    account.start(
        account.request(
            "TextMultiClass",
            [{"source": "a"}],
            classes("x", "y"),
            LabelAttributeName="mock-job-name",
            HumanTaskConfig={"TaskAvailabilityLifetimeInSeconds": 60},
        )
    )

    account.clock.now += 60
    [line] = account.output()

    assert line == {
        "source": "a",
        "mock-job-name-metadata": _metadata_of(recorded, "mock-job-name"),
    }
    assert account.describe()["LabelCounters"]["FailedNonRetryableError"] == 1
