"""What the functions make of words that AWS has used, none of which is documented."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError
from dataset.output_manifest import labeled_object
from labeling_job.hints import explain
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import FakeAws, event, own_id
from tests.unit.workforce.cognito_pools import POOL
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import create, workers_properties
from workforce.hints import explain as explain_people

_FILE: Final = Path(__file__).parents[2] / "data" / "aws-words.yaml"
_WORDS: Final[list[dict[str, str]]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
_FOREVER: Final = 999

Words = Mapping[str, str]


def _that_mean(*meanings: str) -> pytest.MarkDecorator:
    found = [each for each in _WORDS if each["means"] in meanings]
    return pytest.mark.parametrize("words", found, ids=[each["text"][:50] for each in found])


@pytest.fixture
def aws() -> FakeAws:
    fake = FakeAws()
    fake.objects["in"]["Input/1.txt"] = b"42"
    return fake


def _refuse(aws: FakeAws, words: Words, *operations: str, times: int = _FOREVER) -> None:
    for operation in operations or (words["operation"],):
        aws.refuse(operation, words["code"], words["text"], times=times)


def _create(aws: FakeAws) -> Mapping[str, str]:
    return run(event("Create"), aws.as_clients()).data


def _delete(aws: FakeAws) -> None:
    run(event("Delete", PhysicalResourceId=own_id()), aws.as_clients())


def test_each_text_has_a_public_source_and_a_test() -> None:
    tested = {
        "absent",
        "busy",
        "closed",
        "function raised",
        "mails",
        "new role",
        "not labeled",
        "quota",
        "taken",
        "template",
    }

    assert all(each["source"].startswith("https://") for each in _WORDS)
    assert {each["means"] for each in _WORDS} == tested


@_that_mean("absent")
def test_a_job_that_is_absent_is_started(aws: FakeAws, words: Words) -> None:
    _refuse(aws, words, times=1)

    assert _create(aws)["JobName"] == own_id()


@_that_mean("absent")
def test_a_delete_of_a_job_that_is_absent_succeeds(aws: FakeAws, words: Words) -> None:
    _refuse(aws, words)

    _delete(aws)

    assert aws.called("StopLabelingJob") == []


@_that_mean("absent")
def test_a_job_that_is_there_is_not_absent_in_any_words(aws: FakeAws, words: Words) -> None:
    aws.add_job(own_id(), "InProgress")
    _refuse(aws, words)

    with pytest.raises(CustomResourceError, match="is in the list of jobs"):
        _delete(aws)


@_that_mean("busy")
def test_what_is_too_much_at_once_is_tried_again(aws: FakeAws, words: Words) -> None:
    _refuse(aws, words, times=20)

    assert _create(aws)["JobStatus"] == "InProgress"


@_that_mean("new role")
def test_a_role_that_is_new_is_waited_for(aws: FakeAws, words: Words) -> None:
    if words["operation"] == "FailureReason":
        aws.courses = [("Failed",), ("InProgress",)]
        aws.failure_reason = words["text"]
    else:
        _refuse(aws, words, times=3)

    assert _create(aws)["JobStatus"] == "InProgress"


@_that_mean("function raised")
def test_a_function_that_has_raised_an_error_is_named_with_its_log(
    aws: FakeAws, words: Words
) -> None:
    aws.course, aws.failure_reason = ("InProgress", "Failed"), words["text"]
    aws.seconds_to_count = 60

    with pytest.raises(CustomResourceError) as failed:
        _create(aws)

    assert words["text"].rstrip(". ") in str(failed.value)
    assert "/aws/lambda/GTPreHumanTaskLambdaFunc-kpFXoh0chHon" in str(failed.value)


@_that_mean("template")
def test_a_template_that_fails_is_told_of(aws: FakeAws, words: Words) -> None:
    aws.course, aws.failure_reason = ("Failed",), words["text"]

    with pytest.raises(CustomResourceError, match=r"is not a valid S3 URI: the worker template"):
        _create(aws)


@_that_mean("taken")
def test_a_name_that_is_taken_by_a_job_of_ours_is_that_job(aws: FakeAws, words: Words) -> None:
    aws.refuse("DescribeLabelingJob", "ResourceNotFound", "not yet")
    aws.lists_behind = 1
    aws.add_job(own_id(), "InProgress")
    _refuse(aws, words)

    assert _create(aws)["JobName"] == own_id()
    assert len(aws.called("CreateLabelingJob")) == 1


@_that_mean("taken", "quota")
def test_what_will_not_pass_is_told_at_once(aws: FakeAws, words: Words) -> None:
    _refuse(aws, words)

    with pytest.raises(CustomResourceError) as refused:
        _create(aws)

    assert words["text"] in str(refused.value)
    assert len(aws.called("CreateLabelingJob")) == 1


@_that_mean("quota")
def test_a_quota_is_one_to_ask_more_of(words: Words) -> None:
    assert "Service Quotas" in explain(_error(words))


@_that_mean("closed")
@pytest.mark.parametrize(
    "operation", ["CreateLabelingJob", "DescribeLabelingJob", "ListLabelingJobs"]
)
def test_a_closed_account_is_told_so_at_once(aws: FakeAws, words: Words, operation: str) -> None:
    _refuse(aws, words, operation)

    with pytest.raises((ClientError, CustomResourceError)) as refused:
        _create(aws)

    error = refused.value
    assert "Ground Truth is closed to accounts" in (
        explain(error) if isinstance(error, ClientError) else str(error)
    )
    assert len(aws.called(operation)) == 1


@_that_mean("closed")
@pytest.mark.parametrize(
    "operation", ["CreateWorkforce", "DescribeWorkforce", "ListWorkforces", "ListWorkteams"]
)
def test_a_closed_account_is_told_so_of_its_people(words: Words, operation: str) -> None:
    told = explain_people(_error({**words, "operation": operation}))

    assert "Ground Truth is closed to accounts" in told


@_that_mean("closed")
def test_a_closed_account_can_remove_what_came_to_nothing(aws: FakeAws, words: Words) -> None:
    _refuse(aws, words, "DescribeLabelingJob", "ListLabelingJobs", "StopLabelingJob")
    with pytest.raises(ClientError):
        _create(aws)

    _delete(aws)

    assert aws.called("StopLabelingJob") == []


@_that_mean("closed")
def test_a_job_that_was_started_is_not_forgotten_for_a_closed_account(
    aws: FakeAws, words: Words
) -> None:
    _create(aws)
    _refuse(aws, words, "DescribeLabelingJob", times=1)

    with pytest.raises(ClientError):
        _delete(aws)


@_that_mean("mails")
def test_a_day_s_mails_that_are_used_up_are_told_of_and_fail_nothing(words: Words) -> None:
    people = FakePeople(mails_a_day=0)
    people.add_pool()
    people.groups[POOL] = {"dev-readers": set(), "dev-workers": set()}

    summary = create(people, "Workers", workers_properties("ana@example.com"))["Summary"]

    assert f"no invitation yet for worker 1 (A.): {words['code']}" in summary


@_that_mean("not labeled")
def test_an_object_that_nobody_finished_is_not_labeled(words: Words) -> None:
    assert labeled_object(words["text"].encode(), "parity") is None


def _error(words: Words) -> ClientError:
    error: Any = {"Error": {"Code": words["code"], "Message": words["text"]}}
    return ClientError(error, words["operation"])
