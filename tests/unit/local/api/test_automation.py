"""Automated labeling on local Ground Truth."""

from __future__ import annotations

from typing import Any, Final

import pytest

from local.ground_truth.answers import png
from local.ground_truth.api.documented_arns import algorithm_arns
from local.ground_truth.errors import AwsError
from tests.unit.local.local_cloud import ROLE, Account, classes

_ALGORITHMS: Final = algorithm_arns("us-east-1")
_LABELS: Final = classes("Even", "Odd")


def _request(
    account: Account, count: int = 1_250, algorithm: str = "text-classification", **more: Any
) -> Any:
    lines = [{"source": str(number)} for number in range(count)]
    task = {"MaxConcurrentTaskCount": 2, **more.pop("HumanTaskConfig", {})}
    config = {"LabelingJobAlgorithmSpecificationArn": _ALGORITHMS[algorithm]}
    return account.request(
        "TextMultiClass",
        lines,
        _LABELS,
        HumanTaskConfig=task,
        LabelingJobAlgorithmsConfig=config,
        **more,
    )


def test_people_label_the_first_objects_and_the_machine_the_others() -> None:
    account = Account()
    account.start(_request(account))
    assert len(account.tasks()) == 2

    account.answer({"crowd-classifier": {"label": "Even"}})
    account.answer({"crowd-classifier": {"label": "Odd"}})
    lines = account.output()

    job = account.describe()
    assert job["LabelingJobStatus"] == "Completed"
    assert job["LabelCounters"] == {
        "TotalLabeled": 1_250,
        "HumanLabeled": 2,
        "MachineLabeled": 1_248,
        "FailedNonRetryableError": 0,
        "Unlabeled": 0,
    }
    assert [line["label"] for line in lines[:4]] == [0, 1, 0, 1]
    by = [line["label-metadata"]["human-annotated"] for line in lines]
    assert by == ["yes"] * 2 + ["no"] * 1_248
    assert "LabelingJobAlgorithmsConfig" in job


def test_nothing_is_automated_before_people_are_done() -> None:
    account = Account()
    account.start(_request(account))
    account.answer({"crowd-classifier": {"label": "Even"}})

    assert account.step()["LabelCounters"]["MachineLabeled"] == 0


def test_there_must_be_enough_objects() -> None:
    account = Account()

    assert account.start(_request(account, 1_249)) == "Failed"
    assert (
        "at least 1250 data objects for automated labeling, got 1249"
        in (account.describe()["FailureReason"])
    )


def test_the_role_must_be_allowed_to_pass_itself() -> None:
    account = Account()
    account.cloud.denied.add(("iam:PassRole", ROLE))

    assert account.start(_request(account)) == "Failed"
    assert (
        f"is not authorized to perform iam:PassRole on {ROLE}"
        in (account.describe()["FailureReason"])
    )


def test_the_role_must_be_allowed_to_grant_the_key_of_the_disks() -> None:
    account, key = Account(), "arn:aws:kms:us-east-1:000000000000:key/disks"
    account.cloud.denied.add(("kms:CreateGrant", key))
    request = _request(account)
    config = request["LabelingJobAlgorithmsConfig"]
    config["LabelingJobResourceConfig"] = {"VolumeKmsKeyId": key}

    assert account.start(request) == "Failed"
    assert f"to perform kms:CreateGrant on {key}" in account.describe()["FailureReason"]


def test_too_many_failed_objects_end_the_job() -> None:
    account = Account()
    task = {"TaskAvailabilityLifetimeInSeconds": 60}
    account.start(_request(account, HumanTaskConfig=task))
    account.answer({"crowd-classifier": {"label": "Even"}})
    account.clock.now += 61
    account.step()
    account.step()

    assert (
        "at least 90 percent of the objects that workers get first, got 1 of 2"
        in (account.describe()["FailureReason"])
    )


def test_the_algorithm_is_the_task_types() -> None:
    account = Account()
    request = _request(account, algorithm="object-detection")

    with pytest.raises(
        AwsError, match=r"/text-classification for TextMultiClass, got .*/object-de"
    ):
        account.call("CreateLabelingJob", request)
    request = account.request(
        "NamedEntityRecognition",
        [],
        LabelingJobAlgorithmsConfig=request["LabelingJobAlgorithmsConfig"],
        LabelCategoryConfigS3Uri="s3://data/labels.json",
    )
    with pytest.raises(AwsError, match="no automated data labeling for NamedEntityRecognition"):
        account.call("CreateLabelingJob", request)


def test_images_and_labels_have_narrower_limits() -> None:
    config = {"LabelingJobAlgorithmSpecificationArn": _ALGORITHMS["semantic-segmentation"]}
    lines = [{"source-ref": "s3://data/image.png"}] * 1_250
    wide = png.write(1_921, 1, bytes(1_921), [(0, 0, 0)])
    for body, labels, message in (
        (wide, classes("a"), "at most 1920 x 1080 pixels for automated labeling, got 1921 x 1"),
        (b"", classes(*map(str, range(21))), "at most 20 labels for automated labeling, got 21"),
    ):
        account = Account()
        account.put(lines[0]["source-ref"], body)
        request = account.request(
            "SemanticSegmentation", lines, labels, LabelingJobAlgorithmsConfig=config
        )

        assert account.start(request) == "Failed"
        assert message in account.describe()["FailureReason"]
