"""How a labeling job of local Ground Truth lives, with a clock that the test moves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.ground_truth.answers.data_object import DataObject, Inputs
from local.ground_truth.answers.label_files import Label, LabelFile
from local.ground_truth.answers.task_queue import Refused
from local.ground_truth.answers.task_types import TASK_TYPES
from local.ground_truth.answers.worker_template import parse
from local.ground_truth.api.job_output import files, output_line
from local.ground_truth.api.local_job import LONGEST, LocalJob
from local.ground_truth.cloud import User

_LABELS = LabelFile(labels=(Label(name="negative"), Label(name="positive")))
_START = 1_602_973_093.527256  # the creation-date of AWS's sample is five days later


def _worker(name: str) -> User:
    return User(
        username=name,
        email=f"{name}@example.com",
        sub=f"sub-of-{name}",
        enabled=True,
        groups=frozenset({"readers"}),
    )


ANA, BO, CY = _worker("ana"), _worker("bo"), _worker("cy")


def _job(*lines: dict[str, Any], **changes: Any) -> LocalJob:
    """Return a job that is InProgress since `_START`."""
    task = {
        "NumberOfHumanWorkersPerDataObject": 1,
        "TaskTimeLimitInSeconds": 60,
        **changes.pop("task", {}),
    }
    job = LocalJob(
        name="label-sentiment",
        arn="arn:aws:sagemaker:us-east-1:000000000000:labeling-job/label-sentiment",
        request={
            "LabelAttributeName": "mood",
            "OutputConfig": {"S3OutputPath": "s3://output/labels/"},
            "HumanTaskConfig": task,
            **changes,
        },
        task_type=TASK_TYPES["TextMultiClass"],
        provider=("Cognito", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool"),
        created=_START,
        modified=_START,
        due=_START,
    )
    objects = [
        DataObject(index=index, line=json.dumps(content), content=content)
        for index, content in enumerate(lines)
    ]
    job.begin(Inputs(objects=objects, label_file=_LABELS, template=parse("")), _START)
    return job


def _texts(count: int) -> list[dict[str, Any]]:
    return [{"source": f"text {number}"} for number in range(count)]


def _answer(job: LocalJob, worker: User, label: str = "positive", now: float = _START) -> None:
    task_id, _ = job.open_tasks(worker)[0]
    job.answer(task_id, worker, {"crowd-classifier": {"label": label}}, now, 0.0)


def test_each_object_goes_to_as_many_different_workers_as_asked() -> None:
    job = _job(*_texts(1), task={"NumberOfHumanWorkersPerDataObject": 2})

    _answer(job, ANA)
    assert job.open_tasks(ANA) == []
    _answer(job, BO)

    assert job.open_tasks(CY) == []
    assert job.finished


def test_counters_add_up_at_any_time() -> None:
    job = _job(*_texts(3))
    seen = [job.counters]

    for _ in range(3):
        _answer(job, ANA)
        seen.append(job.counters)

    assert [(each["TotalLabeled"], each["Unlabeled"]) for each in seen] == [
        (0, 3),
        (1, 2),
        (2, 1),
        (3, 0),
    ]


def test_no_more_objects_are_offered_at_once_than_asked() -> None:
    job = _job(*_texts(5), task={"MaxConcurrentTaskCount": 2})

    assert len(job.open_tasks(ANA)) == 2
    _answer(job, ANA)

    assert [each.content["source"] for _, each in job.open_tasks(ANA)] == ["text 1", "text 2"]


def test_an_accepted_task_returns_to_the_others_after_its_time_limit() -> None:
    job = _job(*_texts(1))
    task_id, _ = job.open_tasks(ANA)[0]

    job.accept(task_id, ANA, _START)
    assert job.open_tasks(BO) == []
    with pytest.raises(Refused, match="being done by others"):
        job.accept(task_id, BO, _START)
    job.advance(_START + 59, 0.0)
    assert job.open_tasks(BO) == []
    job.advance(_START + 60, 0.0)

    assert [each for each, _ in job.open_tasks(BO)] == [task_id]


def test_an_object_that_nobody_answers_in_time_stays_without_label() -> None:
    job = _job(*_texts(2), task={"TaskAvailabilityLifetimeInSeconds": 100})
    _answer(job, ANA)

    job.advance(_START + 99, 0.0)
    assert not job.finished
    job.advance(_START + 100, 0.0)

    assert job.finished
    assert job.counters["FailedNonRetryableError"] == 1
    line = json.loads(output_line(job.objects[1]))
    assert line.keys() == {"source", "mood-metadata"}
    assert line["mood-metadata"]["failure-reason"].startswith("ClientError: Annotation tasks")


def test_the_answers_that_came_in_time_make_the_label() -> None:
    task = {"TaskAvailabilityLifetimeInSeconds": 100, "NumberOfHumanWorkersPerDataObject": 3}
    job = _job(*_texts(1), task=task)
    _answer(job, ANA, "negative")

    job.advance(_START + 100, 0.0)

    assert json.loads(output_line(job.objects[0]))["mood"] == 0


def test_objects_that_have_the_label_already_are_left_alone() -> None:
    job = _job({"source": "a", "mood": "1", "mood-metadata": {}}, {"source": "b"})

    assert [each.content["source"] for _, each in job.open_tasks(ANA)] == ["b"]
    _answer(job, ANA)

    assert job.finished
    assert output_line(job.objects[0]) == job.objects[0].line


def test_a_job_fails_after_thirty_days() -> None:
    job = _job(*_texts(1), task={"TaskAvailabilityLifetimeInSeconds": LONGEST})

    job.advance(_START + LONGEST, 0.0)

    assert job.status == "Failed"
    assert "30 days" in job.failure


@pytest.mark.parametrize(
    "conditions", [{"MaxHumanLabeledObjectCount": 2}, {"MaxPercentageOfInputDatasetLabeled": 50}]
)
def test_nobody_gets_tasks_once_a_stopping_condition_is_met(conditions: dict[str, int]) -> None:
    job = _job(*_texts(4), StoppingConditions=conditions)

    _answer(job, ANA)
    assert job.open_tasks(ANA)
    _answer(job, ANA)

    assert job.open_tasks(ANA) == []
    assert job.finished


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"crowd-classifier": "positive"},
        {"crowd-classifier": {"label": "neutral"}},
        {"crowd-classifier": {"label": ["positive"]}},
        {"crowd-classifier": {"label": "positive", "more": 1}},
    ],
)
def test_what_the_form_can_not_send_is_no_answer(content: dict[str, Any]) -> None:
    job = _job(*_texts(1))
    task_id, _ = job.open_tasks(ANA)[0]

    with pytest.raises(Refused) as refused:
        job.answer(task_id, ANA, content, _START, 0.0)

    assert refused.value.status == 400
    assert job.counters["TotalLabeled"] == 0


def test_files_are_written_once_and_the_manifest_comes_last() -> None:
    job = _job(*_texts(2), task={"NumberOfHumanWorkersPerDataObject": 2})
    _answer(job, ANA)
    first = dict(files(job))
    _answer(job, BO)

    second = dict(files(job))

    raw = "annotations/worker-response/iteration-1/0/2020-10-17_22:18:13.json"
    assert list(first) == [raw, "manifests/output/output.manifest"]
    assert [len(json.loads(each[raw])["answers"]) for each in (first, second)] == [1, 2]
    assert list(second)[-1] == "manifests/output/output.manifest"
    assert [path.split("/")[2] for path in list(second)[1:3]] == [
        "consolidation-request",
        "consolidation-response",
    ]
    assert list(dict(files(job))) == ["manifests/output/output.manifest"]
