"""Custom tasks on local Ground Truth: templates, and functions before and after the workers."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from local.ground_truth.api.custom_functions import labels, task_input
from tests.unit.local.local_cloud import Account, classes

_PRE: Final = "arn:aws:lambda:us-east-1:000000000000:function:receipts-pre"
_POST: Final = "arn:aws:lambda:us-east-1:000000000000:function:receipts-post"
_TEMPLATE: Final = (
    '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form>'
    "<p>{{ task.input.source }}{{ task.input.text }}</p>"
    '<crowd-input name="total"></crowd-input></crowd-form>'
)
_LINES: Final = [{"source": "9.50", "shop": "a"}, {"source": "12.00", "shop": "b"}]


def _account(pre: Any = None, post: Any = None) -> Account:
    account = Account()
    account.cloud.functions.update({_PRE: pre, _POST: post})
    return account


def _request(account: Account, *, pre: bool = False, post: bool = False, **more: Any) -> Any:
    request = account.request("PassThrough", _LINES, classes("a"), template=_TEMPLATE, **more)
    task = request["HumanTaskConfig"]
    del task["PreHumanTaskLambdaArn"], task["AnnotationConsolidationConfig"]
    if pre:
        task["PreHumanTaskLambdaArn"] = _PRE
    if post:
        task["AnnotationConsolidationConfig"] = {"AnnotationConsolidationLambdaArn": _POST}
    return request


@pytest.mark.parametrize("with_pass_through", [False, True])
def test_without_functions_the_template_sees_the_line_and_answers_are_kept_as_they_came(
    with_pass_through: bool,  # noqa: FBT001  # a parameter of a case
) -> None:
    account = Account()
    request = _request(account, HumanTaskConfig={"NumberOfHumanWorkersPerDataObject": 2})
    if with_pass_through:
        again = account.request("PassThrough", _LINES, template=_TEMPLATE)["HumanTaskConfig"]
        request["HumanTaskConfig"] = {**again, **request["HumanTaskConfig"]}
    account.start(request)
    [first, _] = account.tasks()

    account.answer({"total": "9.50"})
    account.answer({"total": "9,50"}, "bo@example.com")

    assert first["input"] == _LINES[0]
    assert "<p>9.50</p>" in first["html"]
    [line, _] = account.output()
    uri = line["label-metadata"]["worker-response-ref"]
    answers = json.loads(account.cloud.objects[uri])["answers"]
    assert [each["answerContent"]["total"] for each in answers] == ["9.50", "9,50"]
    assert len({each["workerId"] for each in answers}) == 2
    assert line["label"] == {}


def test_a_function_prepares_each_object_before_workers_see_it() -> None:
    events: list[Any] = []

    def pre(event: Any) -> Any:
        events.append(event)
        return {"taskInput": {"text": f"Total: {event['dataObject']['source']}"}}

    account = _account(pre)
    account.start(_request(account, pre=True))

    assert events[0] == {
        "version": "2018-10-16",
        "labelingJobArn": account.describe()["LabelingJobArn"],
        "dataObject": _LINES[0],
    }
    assert [each["html"].count("Total: 9.50") for each in account.tasks()] == [1, 0]
    assert account.tasks()[0]["input"] == {"text": "Total: 9.50"}


@pytest.mark.parametrize("name", ["isHumanAnnotationRequired", "humanAnnotationRequired"])
def test_an_object_that_no_worker_should_see_is_not_labeled(name: str) -> None:
    def pre(event: Any) -> Any:
        return {"taskInput": {}, name: event["dataObject"]["shop"] == "a"}

    account = _account(pre)
    account.start(_request(account, pre=True))
    account.answer({"total": "9.50"})

    first, second = account.output()

    assert "label" in first
    assert second == _LINES[1]
    assert account.describe()["LabelCounters"]["FailedNonRetryableError"] == 1
    assert account.describe()["LabelingJobStatus"] == "Completed"


def test_a_function_makes_labels_of_answers_in_batches() -> None:
    payloads: list[Any] = []
    account = Account()

    def post(event: Any) -> Any:
        payload = json.loads(account.cloud.objects[event["payload"]["s3Uri"]])
        payloads.append(payload)
        return [
            {
                "datasetObjectId": each["datasetObjectId"],
                "consolidatedAnnotation": {"content": {"label": {"sum": 1}, "label-metadata": 2}},
            }
            for each in payload
        ]

    account.cloud.functions[_POST] = post
    account.start(_request(account, post=True))
    account.answer({"total": "9.50"})
    account.answer({"total": "12"})

    lines = account.output()

    assert [each["datasetObjectId"] for each in payloads[0]] == ["0", "1"]
    assert [each["dataObject"] for each in payloads[0]] == [
        {"content": line["source"]} for line in _LINES
    ]
    assert [line["label"] for line in lines] == [{"sum": 1}, {"sum": 1}]
    assert {line["label-metadata"]["human-annotated"] for line in lines} == {"yes"}
    assert account.describe()["LabelingJobStatus"] == "Completed"


def test_an_object_that_the_function_leaves_out_has_no_label() -> None:
    account = _account(post=lambda _event: [])
    account.start(_request(account, post=True))
    account.answer({"total": "9.50"})
    account.answer({"total": "12"})

    assert account.output() == _LINES
    assert account.describe()["LabelCounters"]["FailedNonRetryableError"] == 2


def test_a_stopped_job_waits_for_its_function() -> None:
    def post(_event: Any) -> Any:
        content = {"label": {"sum": 1}}
        return [{"datasetObjectId": "0", "consolidatedAnnotation": {"content": content}}]

    account = _account(post=post)
    account.start(_request(account, post=True))
    account.answer({"total": "9.50"})
    account.call("StopLabelingJob", {"LabelingJobName": "job"})

    first, second = account.output()

    assert (first["label"], second) == ({"sum": 1}, _LINES[1])
    assert account.describe()["LabelingJobStatus"] == "Stopped"


def test_a_job_fails_with_its_function_in_words_that_do_not_say_why() -> None:
    account = _account(pre=lambda event: event["nothing"])
    account.start(_request(account, pre=True))
    account.step()

    assert account.describe()["LabelingJobStatus"] == "Failed"
    reason = account.describe()["FailureReason"]
    assert reason.startswith(
        f"ClientError: Exception invoking the Lambda function {_PRE}. LambdaErrorCode: Unhandled."
    )
    assert "nothing" not in reason


def test_a_template_that_can_not_be_submitted_fails_once_it_is_seen() -> None:
    account = _account(pre=lambda event: {"taskInput": event["dataObject"]})
    request = _request(account, pre=True)
    account.put("s3://data/request/template", "<p>{{ task.input.source }}</p>")
    account.start(request)
    account.step()

    assert "a form with a submit button" in account.describe()["FailureReason"]


@pytest.mark.parametrize("arn", [_PRE, _POST])
def test_the_role_must_be_allowed_to_invoke_the_functions(arn: str) -> None:
    account = _account()
    account.cloud.denied.add(("lambda:InvokeFunction", arn))

    assert account.start(_request(account, pre=True, post=True)) == "Failed"

    reason = account.describe()["FailureReason"]
    assert f"is not authorized to perform lambda:InvokeFunction on {arn}" in reason


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "returns a taskInput, got None"),
        ({"taskInput": "a"}, "returns a taskInput"),
        (
            {"taskInput": {}, "isHumanAnnotationRequired": "no"},
            "true or false as isHumanAnnotation",
        ),
    ],
)
def test_what_a_pre_annotation_function_can_not_return(answer: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        task_input(answer)


def test_the_guides_sample_functions_return_what_can_be_taken() -> None:
    assert task_input({"taskInput": {"a": 1}}) == {"a": 1}
    assert task_input({"taskInput": {"a": 1}, "humanAnnotationRequired": "true"}) == {"a": 1}
    assert task_input({"taskInput": {"a": None}, "humanAnnotationRequired": "false"}) is None


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({}, "returns a list, got {}"),
        ([{"datasetObjectId": "7"}], "a datasetObjectId of its payload"),
        ([{"datasetObjectId": "0"}], "consolidatedAnnotation.content with the label attribute sum"),
        (
            [{"datasetObjectId": "0", "consolidatedAnnotation": {"content": {"other": 1}}}],
            "with the label attribute sum",
        ),
    ],
)
def test_what_a_post_annotation_function_can_not_return(answer: Any, message: str) -> None:
    account = Account()
    account.start(_request(account))
    objects = account.ground_truth.accounts()[0].jobs["job"].objects

    with pytest.raises(ValueError, match=message):
        labels(answer, "sum", objects)
