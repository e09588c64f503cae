"""Local Ground Truth can be as unkind as AWS, by a seed, and always in the same way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from local.ground_truth.api.unkindness import ABSENT, KIND, REPORTED, Unkindness
from local.ground_truth.errors import AwsError
from tests.unit.local.local_cloud import ROLE, SCOPE, Account, classes

_RECORDED: Final = Path(__file__).parents[3] / "data" / "recorded"
_SEEDS: Final = range(2 * len(ABSENT))


class _Caller:
    def authorize(self, action: str, resource: str, context: Any) -> None:
        """Allow it."""


def _job(account: Account) -> dict[str, Any]:
    return account.request("TextMultiClass", [{"source": "a"}, {"source": "b"}], classes("x", "y"))


def _ask(account: Account, operation: str, **request: Any) -> tuple[int, dict[str, Any]]:
    """Ask as a client does, over HTTP."""
    body = json.dumps(request).encode()
    return account.ground_truth.answer(SCOPE, _Caller(), operation, body)


def test_by_default_nothing_is_unkind() -> None:
    assert Unkindness() == KIND
    assert not any(KIND.is_throttled("CreateLabelingJob", number) for number in range(10))


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_seed_is_always_the_same_unkindness(seed: int) -> None:
    assert Unkindness.of(seed) == Unkindness.of(seed) != KIND


def test_seeds_have_all_words_for_what_is_absent() -> None:
    assert {Unkindness.of(seed).absent for seed in _SEEDS} == set(ABSENT)


@pytest.mark.parametrize("absent", REPORTED)
def test_reported_words_for_what_is_absent_are_those_of_the_reports(
    absent: tuple[str, str],
) -> None:
    reports = yaml.safe_load((_RECORDED.parent / "aws-words.yaml").read_text())
    beginning = absent[1].partition("{name}")[0].rstrip(": ")

    assert any(
        (each.get("code"), each["means"]) == (absent[0], "absent")
        and each["text"].startswith(beginning)
        for each in reports
    )


def test_a_job_is_in_progress_with_zeros_as_recorded_before_anything_is_read() -> None:
    account = Account(unkindness=Unkindness(unread=2.0))
    account.call("CreateLabelingJob", _job(account))

    first = account.step()
    account.clock.now += 1.9
    last = account.step()
    account.clock.now += 0.1
    read = account.step()

    recorded = json.loads((_RECORDED / "labeling-job-2-seconds-after-create.json").read_text())
    for look in (first, last):
        assert {name: look[name] for name in ("LabelingJobStatus", "LabelCounters")} == {
            name: recorded[name] for name in ("LabelingJobStatus", "LabelCounters")
        }
    assert read["LabelCounters"]["Unlabeled"] == 2
    assert len(account.tasks()) == 2


def test_nobody_has_tasks_of_a_job_that_has_read_nothing() -> None:
    account = Account(unkindness=Unkindness(unread=2.0))

    assert account.start(_job(account)) == "InProgress"

    assert account.tasks() == []


def test_a_fault_of_the_content_comes_after_the_job_was_in_progress() -> None:
    account = Account(unkindness=Unkindness(unread=2.0))
    request = _job(account)
    account.put("s3://data/request/input.manifest", "no JSON")

    early = account.start(request)
    account.clock.now += 2.0
    late = account.step()

    assert (early, late["LabelingJobStatus"]) == ("InProgress", "Failed")
    assert late["FailureReason"].startswith("ClientError: line 1 of the input manifest is JSON")


def test_a_job_that_has_read_nothing_can_be_stopped() -> None:
    account = Account(unkindness=Unkindness(unread=9.0))
    account.start(_job(account))

    account.call("StopLabelingJob", {"LabelingJobName": "job"})

    assert account.step()["LabelingJobStatus"] == "Stopped"


def test_a_role_that_can_t_be_assumed_may_be_found_late() -> None:
    account = Account(unkindness=Unkindness(is_late_about_roles=True))
    role = ROLE.replace("labeler", "unknown")

    status = account.start({**_job(account), "RoleArn": role})

    assert status == "Failed"
    reason = account.describe()["FailureReason"]
    assert reason == f"ClientError: SageMaker was unable to assume the role '{role}'"


@pytest.mark.parametrize("operation", ["DescribeLabelingJob", "StopLabelingJob"])
@pytest.mark.parametrize("absent", ABSENT)
def test_an_absent_job_is_refused_in_the_seed_s_words(
    operation: str, absent: tuple[str, str]
) -> None:
    account = Account(unkindness=Unkindness(absent=absent))

    with pytest.raises(AwsError) as refused:
        account.call(operation, {"LabelingJobName": "missing"})

    assert (refused.value.code, refused.value.message) == (
        absent[0],
        absent[1].format(name="missing"),
    )


def test_tags_of_a_new_job_show_late() -> None:
    account = Account(unkindness=Unkindness(untagged=2.0))
    account.start({**_job(account), "Tags": [{"Key": "team", "Value": "readers"}]})
    arn = {"ResourceArn": account.describe()["LabelingJobArn"]}

    early = account.describe()["Tags"], account.call("ListTags", arn)["Tags"]
    account.clock.now += 2.0
    late = account.describe()["Tags"], account.call("ListTags", arn)["Tags"]

    assert early == ([], [])
    assert late == ([{"Key": "team", "Value": "readers"}],) * 2


def test_some_calls_are_too_many_and_the_next_ones_are_not() -> None:
    account = Account(unkindness=Unkindness(throttled={"ListLabelingJobs": (2, 2)}))

    answers = [_ask(account, "ListLabelingJobs") for _ in range(5)]

    assert [status for status, _ in answers] == [200, 400, 400, 200, 200]
    assert answers[1][1] == {"__type": "ThrottlingException", "message": "Rate exceeded"}


def test_what_cloudformation_does_is_not_throttled() -> None:
    account = Account(unkindness=Unkindness(throttled={"ListLabelingJobs": (1, 9)}))

    assert account.call("ListLabelingJobs", {}) == {"LabelingJobSummaryList": []}
