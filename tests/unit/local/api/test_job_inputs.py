"""What a labeling job of local Ground Truth refuses, at its creation or before it begins."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any, Final

import pytest

from local.ground_truth.answers import png
from local.ground_truth.errors import AwsError
from tests.unit.local.local_cloud import Account, attributed, classes, form

_LAMBDA: Final = "arn:aws:lambda:us-east-1:432418664414:function"
_OWN: Final = "arn:aws:lambda:us-east-1:000000000000:function"
_IMAGE: Final[dict[str, Any]] = {"source-ref": "s3://data/image.png"}
_LABELS: Final = classes("Car", "Bus")
_BOXES: Final[dict[str, Any]] = {
    **_IMAGE,
    "cars": {"annotations": []},
    "cars-metadata": {"type": "groundtruth/object-detection", "class-map": {"0": "Car"}},
}
_MASK: Final[dict[str, Any]] = {
    **_IMAGE,
    "roads-ref": "s3://data/mask.png",
    "roads-ref-metadata": {
        "type": "groundtruth/semantic-segmentation",
        "internal-color-map": {
            "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"},
            "1": {"class-name": "Car", "hex-color": "#ff0000"},
        },
    },
}


def _refused(message: str, task_type: str = "BoundingBox", **changes: Any) -> None:
    """Check that a request can't become a job."""
    account = Account()
    request = account.request(task_type, [_IMAGE], _LABELS, **changes)

    with pytest.raises(AwsError, match=message) as refused:
        account.call("CreateLabelingJob", request)

    assert refused.value.code == "ValidationException"


def _fails(
    message: str,
    task_type: str,
    *lines: Mapping[str, Any],
    labels: Any = _LABELS,
    account: Account | None = None,
    **changes: Any,
) -> None:
    """Check that a job fails while it reads its inputs."""
    account = account or Account()
    request = account.request(task_type, lines, labels, **changes)

    assert account.start(request) == "Failed"
    assert message in account.describe()["FailureReason"]
    assert account.cloud.events


# The request.


@pytest.mark.parametrize(
    ("pre", "acs", "message"),
    [
        (
            f"{_LAMBDA}:PRE-BoundingBox",
            f"{_LAMBDA}:ACS-ImageMultiClass",
            "are of one task type, go",
        ),
        (
            f"{_LAMBDA}:PRE-BoundingBox",
            f"{_OWN}:post",
            "one task type, got BoundingBox and arn:aws",
        ),
        (f"{_LAMBDA}:PRE-BoundingBox", None, "one task type, got BoundingBox and none"),
        (
            f"{_LAMBDA.replace('us-east-1', 'eu-west-1')}:PRE-BoundingBox",
            f"{_LAMBDA}:ACS-BoundingBox",
            "'preHumanTaskLambdaArn' is one of Ground Truth's own functions in us-east-1",
        ),
        (f"{_OWN}:PRE-BoundingBox", f"{_LAMBDA}:ACS-BoundingBox", "own functions in us-east-1"),
        (f"{_LAMBDA}:PRE-VideoClassification", f"{_LAMBDA}:ACS-X", "own functions in us-east-1"),
        (f"{_OWN}:missing", None, f"the function {_OWN}:missing does not exist in us-east-1"),
        (
            f"{_OWN.replace('us-east-1', 'eu-west-1')}:post",
            None,
            "does not exist in us-east-1",
        ),
    ],
)
def test_functions_are_a_pair_or_the_accounts_own(pre: str, acs: str | None, message: str) -> None:
    account = Account()
    account.cloud.functions[f"{_OWN}:post"] = lambda event: event
    request = account.request("BoundingBox", [_IMAGE], _LABELS)
    task = request["HumanTaskConfig"]
    task["PreHumanTaskLambdaArn"] = pre
    task["AnnotationConsolidationConfig"] = {"AnnotationConsolidationLambdaArn": acs}
    if acs is None:
        del task["AnnotationConsolidationConfig"]

    with pytest.raises(AwsError, match=message):
        account.call("CreateLabelingJob", request)


@pytest.mark.parametrize(
    ("task_type", "ui", "message"),
    [
        (
            "BoundingBox",
            {
                "HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/"
                "BoundingBox"
            },
            "UiConfig has UiTemplateS3Uri for BoundingBox",
        ),
        ("VideoObjectDetection", {"UiTemplateS3Uri": "s3://data/t"}, "UiConfig has HumanTaskUiArn"),
        (
            "3DPointCloudObjectTracking",
            {
                "HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/"
                "3DPointCloudObjectTracking"
            },
            "human-task-ui/PointCloudObjectTracking for 3DPointCloudObjectTracking, got",
        ),
        (
            "VideoObjectDetection",
            {
                "HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/"
                "VideoObjectTracking"
            },
            "human-task-ui/VideoObjectDetection for VideoObjectDetection, got",
        ),
    ],
)
def test_each_task_type_has_its_user_interface(
    task_type: str, ui: Mapping[str, str], message: str
) -> None:
    _refused(message, task_type, HumanTaskConfig={"UiConfig": ui})


@pytest.mark.parametrize(
    ("task_type", "name", "message"),
    [
        ("BoundingBox", "boxes-ref", "must not end with -ref for BoundingBox"),
        ("SemanticSegmentation", "masks", "must end with -ref for SemanticSegmentation"),
        ("VerificationSemanticSegmentation", "masks-ref", "must not end with -ref"),
        ("3DPointCloudObjectDetection", "cars-ref", "must not end with -ref"),
        ("AdjustmentVideoObjectTracking", "cars", "must end with -ref"),
        ("BoundingBox", "boxes-metadata", "does not end with -metadata"),
    ],
)
def test_the_label_attributes_name_fits_the_task_type(
    task_type: str, name: str, message: str
) -> None:
    _refused(message, task_type, LabelAttributeName=name)


def test_buckets_of_images_and_frames_have_a_cors_rule() -> None:
    only_get: Mapping[str, list[str]] = {"AllowedOrigin": ["*"], "AllowedMethod": ["GET"]}
    cases: list[tuple[str, str, list[Mapping[str, list[str]]], bool]] = [
        ("BoundingBox", "data", [only_get], True),
        ("BoundingBox", "data", [], False),
        ("BoundingBox", "output", [], True),
        ("TextMultiClass", "data", [], True),
        ("PassThrough", "data", [], True),
        ("VideoObjectDetection", "data", [only_get], False),
        ("VideoObjectDetection", "output", [only_get], False),
    ]
    for task_type, bucket, rules, is_fine in cases:
        account = Account()
        account.cloud.cors[bucket] = rules
        request = account.request(task_type, [], _LABELS)
        if is_fine:
            account.call("CreateLabelingJob", request)
            continue
        with pytest.raises(AwsError, match=f"The bucket of s3://{bucket}/.* has a CORS rule"):
            account.call("CreateLabelingJob", request)


def test_a_label_file_is_needed_but_for_custom_tasks() -> None:
    account = Account()

    with pytest.raises(AwsError, match="LabelCategoryConfigS3Uri is required for BoundingBox"):
        account.call("CreateLabelingJob", account.request("BoundingBox", [_IMAGE]))
    assert account.start(account.request("PassThrough", [{"source": "a"}])) == "InProgress"


# The data.


def test_what_the_manifest_names_must_be_there_and_readable() -> None:
    account = Account()
    account.cloud.denied.add(("s3:GetObject", "arn:aws:s3:::data/image.png"))
    _fails("not authorized to perform s3:GetObject", "BoundingBox", _IMAGE, account=account)

    _fails("s3://missing does not exist", "BoundingBox", {"source-ref": "s3://missing/a.png"})
    _fails("in the labeling job's Region", "BoundingBox", {"source-ref": "s3://far/a.png"})
    _fails("an object's URI is s3://bucket/key", "BoundingBox", {"source-ref": "a.png"})

    account = Account()
    account.cloud.cors["elsewhere"] = []
    line = {"source-ref": "s3://elsewhere/a.png"}
    _fails("The bucket of s3://elsewhere has a CORS rule", "BoundingBox", line, account=account)


def test_an_object_that_is_not_there_ends_the_job() -> None:
    account = Account()
    request = account.request("VideoMultiClass", [{"source-ref": "s3://data/a.mp4"}], _LABELS)
    del account.cloud.objects["s3://data/a.mp4"]

    assert account.start(request) == "Failed"
    assert "s3://data/a.mp4 does not exist" in account.describe()["FailureReason"]


def test_an_image_is_not_too_large() -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 20_000, 20_000)
    huge = png.write(1, 1, b"\0", [(0, 0, 0)])
    huge = huge[:16] + struct.pack(">II", 10_001, 10_000) + huge[24:]
    for body, message in (
        (bytes(40_000_001), "at most 40000000 bytes, got 40000001 in s3://data/image.png"),
        (jpeg, "at most 100000000 pixels, got 20000 x 20000"),
        (huge, "at most 100000000 pixels, got 10001 x 10000"),
    ):
        account = Account()
        account.put(_IMAGE["source-ref"], body)
        _fails(message, "ImageMultiClass", _IMAGE, account=account)


def test_segmentation_takes_fewer_images() -> None:
    _fails("at most 20000 data objects, got 20001", "SemanticSegmentation", *([_IMAGE] * 20_001))


def _put_sequence(account: Account, uri: str, prefix: str) -> None:
    frames = [{"frame-no": 1, "frame": "1.jpg"}]
    sequence = {"seq-no": 1, "prefix": prefix, "number-of-frames": 1, "frames": frames}
    account.put(uri, sequence)
    account.put(f"{prefix}1.jpg", b"frame")


def test_each_sequence_of_frames_has_its_own_folder_and_all_frames() -> None:
    lines = [{"source-ref": f"s3://data/{number}.json"} for number in range(11)]
    labels = attributed("Car")

    account = Account()
    for line in lines[:2]:
        _put_sequence(account, line["source-ref"], "s3://data/frames/")
    _fails(
        "has a prefix of its own, got s3://data/frames/ in s3://data/0.json and s3://data/1.json",
        "VideoObjectDetection",
        *lines[:2],
        labels=labels,
        account=account,
    )

    account = Account()
    _put_sequence(account, lines[0]["source-ref"], "s3://data/frames/")
    del account.cloud.objects["s3://data/frames/1.jpg"]
    _fails(
        "s3://data/frames/1.jpg does not exist",
        "VideoObjectDetection",
        lines[0],
        labels=labels,
        account=account,
    )
    _fails("at most 10 data objects, got 11", "VideoObjectDetection", *lines, labels=labels)


# The template.


def test_the_template_is_a_form_of_the_task_type() -> None:
    template = form("BoundingBox").replace('name="boundingBox"', 'name="annotatedResult"')

    _fails("named boundingBox, got 'annotatedResult'", "BoundingBox", _IMAGE, template=template)


def test_a_workers_browser_gets_a_url_of_the_image() -> None:
    account = Account()
    account.start(account.request("BoundingBox", [_IMAGE], _LABELS))

    [task] = account.tasks()

    assert 'src="https://aws/data/image.png?signed"' in task["html"]
    assert task["input"] == {"taskObject": "s3://data/image.png", "labels": ["Car", "Bus"]}


# Verification and adjustment.


def test_a_review_sees_the_manifests_line() -> None:
    for task_type, line in (
        ("VerificationBoundingBox", _BOXES),
        ("AdjustmentBoundingBox", _BOXES),
        ("VerificationSemanticSegmentation", _MASK),
        ("AdjustmentSemanticSegmentation", _MASK),
    ):
        account = Account()
        account.start(account.request(task_type, [line], _LABELS))

        [task] = account.tasks()

        assert task["input"]["manifestLine"] == line


def test_objects_without_labels_to_review_fail_each_for_itself() -> None:
    account = Account()
    other = {**_IMAGE, "cars": {"annotations": []}}

    account.start(account.request("AdjustmentBoundingBox", [other, _BOXES], _LABELS))

    counters = account.describe()["LabelCounters"]
    assert (counters["FailedNonRetryableError"], counters["Unlabeled"]) == (1, 1)
    assert len(account.tasks()) == 1


def test_a_review_needs_labels_of_its_type() -> None:
    message = "has labels of type groundtruth/object-detection to review, with metadata"

    _fails(message, "AdjustmentBoundingBox", _IMAGE)
    _fails(message, "VerificationBoundingBox", _MASK)


def test_a_review_has_another_label_attribute() -> None:
    message = "differs from the label attribute that is reviewed, got 'cars' for both"

    _fails(message, "AdjustmentBoundingBox", _BOXES, LabelAttributeName="cars")


def test_an_adjustment_has_all_labels_of_the_earlier_job_and_a_verification_its_own() -> None:
    _fails("got none for 'Car'", "AdjustmentBoundingBox", _BOXES, labels=classes("Bus"))
    _fails("got none for 'Car'", "AdjustmentSemanticSegmentation", _MASK, labels=classes("Bus"))
    account = Account()
    request = account.request("VerificationBoundingBox", [_BOXES], classes("good", "bad"))
    assert account.start(request) == "InProgress"


def test_masks_to_review_have_their_colors() -> None:
    metadata = {**_MASK["roads-ref-metadata"], "internal-color-map": {"1": {"class-name": "Car"}}}

    _fails(
        "has a hex-color for each class to review",
        "AdjustmentSemanticSegmentation",
        {**_MASK, "roads-ref-metadata": metadata},
    )


def test_frames_are_reviewed_by_the_attribute_that_the_label_file_names() -> None:
    line: dict[str, Any] = {
        "source-ref": "s3://data/seq.json",
        "cars-ref": "s3://data/SeqLabel.json",
        "cars-ref-metadata": {"class-map": {"0": "Car"}},
    }
    earlier: dict[str, Any] = {"detection-annotations": []}

    def account() -> Account:
        made = Account()
        _put_sequence(made, line["source-ref"], "s3://data/frames/")
        made.put(line["cars-ref"], earlier)
        return made

    name = "AdjustmentVideoObjectDetection"
    _fails(
        "auditLabelAttributeName for Adj", name, line, labels=attributed("Car"), account=account()
    )
    labels = attributed("Car", auditLabelAttributeName="cars-ref")
    _fails(
        "'cars-ref' for both",
        name,
        line,
        labels=labels,
        account=account(),
        LabelAttributeName="cars-ref",
    )
    _fails(
        "for adjustments and verifications only",
        "VideoObjectDetection",
        line,
        labels=labels,
        account=account(),
    )
    wrong = attributed("Car", auditLabelAttributeName="trees-ref")
    _fails("has trees-ref to review", name, line, labels=wrong, account=account())
    good = account()
    assert good.start(good.request(name, [line], labels)) == "InProgress"
    [task] = good.tasks()
    assert task["input"]["initialValue"] == earlier
    assert task["input"]["frames"] == [{"frame-no": 1, "frame": "1.jpg"}]
    assert 'src="https://aws/data/frames/1.jpg?signed"' in task["html"]


@pytest.mark.parametrize(
    ("task_type", "earlier", "message"),
    [
        ("AdjustmentVideoObjectDetection", {"tracking-annotations": []}, "have detection-annotat"),
        (
            "AdjustmentVideoObjectDetection",
            {"detection-annotations": [{"frame-no": "1", "polygons": []}]},
            "a list of annotations with class-ids",
        ),
        ("AdjustmentVideoObjectTracking", {"tracking-annotations": [{}]}, "review has a frame-no"),
        (
            "Adjustment3DPointCloudObjectTracking",
            {"tracking-annotations": [{"frame-no": 1}]},
            "each frame to review has a frame-number",
        ),
    ],
)
def test_what_is_reviewed_is_of_the_same_task_type(
    task_type: str, earlier: Any, message: str
) -> None:
    account = Account()
    line: dict[str, Any] = {
        "source-ref": "s3://data/seq.json",
        "cars-ref": "s3://data/SeqLabel.json",
        "cars-ref-metadata": {"class-map": {"0": "Car"}},
    }
    frames = [{"frame-no": 1, "frame": "1.jpg", "unix-timestamp": 1}]
    sequence = {"seq-no": 1, "prefix": "s3://data/f/", "number-of-frames": 1, "frames": frames}
    account.put(line["source-ref"], sequence)
    account.put("s3://data/f/1.jpg", b"frame")
    account.put(line["cars-ref"], earlier)
    labels = attributed("Car", auditLabelAttributeName="cars-ref")

    _fails(message, task_type, line, labels=labels, account=account)


def test_painted_points_are_reviewed_as_they_are_in_their_file() -> None:
    account = Account()
    line: dict[str, Any] = {
        "source-ref": "s3://data/1.bin",
        "source-ref-metadata": {"unix-timestamp": 1},
        "points-ref": "s3://data/labels.zlib",
        "points-ref-metadata": {"color-map": {"1": {"class-name": "Car", "hex-color": "#2ca02c"}}},
    }
    account.put(line["source-ref"], bytes(32))
    account.put("s3://data/labels.zlib", zlib.compress(b"\1\0"))
    labels = attributed("Car", auditLabelAttributeName="points-ref")
    name = "Adjustment3DPointCloudSemanticSegmentation"

    output = account.label(name, line, labels, {"classes": [1, 1]})

    assert output["label-ref-metadata"]["adjustment-status"] == "adjusted"
    account = Account()
    account.put(line["source-ref"], bytes(32))
    account.put("s3://data/labels.zlib", b"broken")
    _fails("has the labels of data object 0", name, line, labels=labels, account=account)
