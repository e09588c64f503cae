"""Local Ground Truth takes and writes what AWS's guide shows, in samples that nobody here wrote."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from local.ground_truth.answers import png
from local.ground_truth.answers.data_kinds import (
    ANY,
    FRAMES,
    IMAGE,
    POINT_CLOUD,
    POINT_CLOUDS,
    TEXT,
    DataKind,
)
from local.ground_truth.answers.label_files import read_attributed
from local.ground_truth.answers.manifests import read_lines, read_manifest
from local.ground_truth.answers.point_cloud_frames import check_frame
from local.ground_truth.answers.sequence_files import read_sequence
from local.ground_truth.api.job_rules import check_cors
from local.ground_truth.cloud import Bucket
from tests.unit.local.local_cloud import SCOPE, Account, attributed, classes

_SAMPLES: Final = Path(__file__).parents[3] / "data" / "aws-guide"
_IMAGE: Final = "s3://data/image.png"
_SIZE: Final = {"width": 500, "height": 400}


def _sample(name: str) -> Any:
    return json.loads((_SAMPLES / f"{name}.json").read_text())


def _shape(value: Any, key: str = "") -> Any:
    """Return `value` without dates, job names and scores, which differ from job to job."""
    if key in ("job-name", "job_name"):
        return "name"
    if key == "creation-date":
        return (value[10], len(value))
    if key == "confidence-map":
        return {label: _shape(score, "confidence") for label, score in value.items()}
    if key == "confidence" and isinstance(value, int | float):
        return "score"
    if isinstance(value, dict):
        return {name: _shape(each, name) for name, each in value.items()}
    return [_shape(each) for each in value] if isinstance(value, list) else value


def _without(line: Mapping[str, Any], attribute: str) -> dict[str, Any]:
    """Return an output line as the job that made `attribute` had it as input."""
    return {k: v for k, v in line.items() if k not in (attribute, f"{attribute}-metadata")}


def _boxes(label: Mapping[str, Any], class_map: Mapping[str, str]) -> list[dict[str, Any]]:
    sides = ("left", "top", "width", "height")
    return [
        {"label": class_map[str(box["class_id"])], **{side: box[side] for side in sides}}
        for box in label["annotations"]
    ]


@pytest.mark.parametrize(
    ("name", "attribute", "task_type", "labels"),
    [
        ("sms-data-output-01", "sport", "ImageMultiClass", ["football", "golf"]),
        ("sms-data-output-02", "species", "ImageMultiClass", ["dog", "cat"]),
        ("sms-data-output-03", "mood", "TextMultiClass", ["negative", "positive"]),
    ],
)
def test_a_classification_has_the_form_of_the_sample(
    name: str, attribute: str, task_type: str, labels: list[str]
) -> None:
    sample = _sample(name)
    # The first sample has a number, as real output; all others have a text.
    sample[attribute] = int(sample[attribute])
    element = "crowd-classifier" if "source" in sample else "crowd-image-classifier"
    answer = {element: {"label": sample[f"{attribute}-metadata"]["class-name"]}}

    line = Account().label(
        task_type,
        _without(sample, attribute),
        classes(*labels),
        answer,
        LabelAttributeName=attribute,
    )

    assert _shape(line) == _shape(sample)


@pytest.mark.parametrize(
    ("name", "attribute", "task_type", "element"),
    [
        (
            "sms-data-output-04",
            "image-label-attribute-name",
            "ImageMultiClassMultiLabel",
            "crowd-image-classifier-multi-select",
        ),
        (
            "sms-data-output-05",
            "text-label-attribute-name",
            "TextMultiClassMultiLabel",
            "crowd-classifier-multi-select",
        ),
    ],
)
def test_a_multi_label_classification_has_the_form_of_the_sample(
    name: str, attribute: str, task_type: str, element: str
) -> None:
    sample = _sample(name)
    if task_type.startswith("Text"):
        # The guide says elsewhere that texts are in `source`.
        sample = {"source": sample.pop("source-ref"), **sample}
    names = sample[f"{attribute}-metadata"]["class-map"]
    labels = [names.get(str(index), f"other {index}") for index in range(9)]
    votes = [[1, 0, 8], [1, 0], [1]] if "8" in names else [[1, 0, 4], [1, 0], [1]]
    answers = [{element: {"labels": [labels[index] for index in vote]}} for vote in votes]

    line = Account().label(
        task_type,
        _without(sample, attribute),
        classes(*labels),
        *answers,
        LabelAttributeName=attribute,
    )

    assert _shape(line) == _shape(sample)
    assert list(line[f"{attribute}-metadata"]["confidence-map"].values()) == [1.0, 0.67, 0.33]


def test_bounding_boxes_have_the_form_of_the_sample() -> None:
    sample, attribute = _sample("sms-data-output-06"), "bounding-box-attribute-name"
    names = sample[f"{attribute}-metadata"]["class-map"]
    boxes = _boxes(sample[attribute], names)
    answer = {"boundingBox": {"boundingBoxes": boxes, "inputImageProperties": _SIZE}}

    line = Account().label(
        "BoundingBox",
        _without(sample, attribute),
        classes("dog", "1", "2", "3", "4", "bone"),
        answer,
        LabelAttributeName=attribute,
    )

    assert _shape(line) == _shape(sample)


def test_adjusted_boxes_have_the_form_of_the_sample() -> None:
    sample, attribute = _sample("sms-data-output-07"), "adjusted-bounding-box"
    sample["source-ref"] = _IMAGE
    boxes = _boxes(sample[attribute], sample[f"{attribute}-metadata"]["class-map"])
    content = {"boundingBoxes": boxes, "inputImageProperties": _SIZE, "initialValueModified": True}

    line = Account().label(
        "AdjustmentBoundingBox",
        _without(sample, attribute),
        classes("dog", "1", "2", "3", "4", "bone"),
        {"boundingBox": content},
        LabelAttributeName=attribute,
    )

    assert _shape(line) == _shape(sample)


def test_named_entities_have_the_form_of_the_sample() -> None:
    sample, attribute = _sample("sms-data-output-08"), "ner-labeling-job-attribute-name"
    annotations = sample[attribute]["annotations"]
    labels = {
        "document-version": "2018-11-28",
        "labels": annotations["labels"],
        "instructions": {"shortInstruction": "<p>a</p>", "fullInstruction": "<p>b</p>"},
    }

    line = Account().label(
        "NamedEntityRecognition",
        _without(sample, attribute),
        labels,
        {"crowd-entity-annotation": {"entities": annotations["entities"]}},
        LabelAttributeName=attribute,
    )

    assert _shape(line) == _shape(sample)


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("sms-data-output-09", "verify-bounding-box-attribute-name"),
        ("sms-verification-data-01", "verify-bounding-box"),
    ],
)
def test_a_verification_has_the_form_of_the_sample(name: str, attribute: str) -> None:
    sample = {**_sample("sms-data-output-06"), **_sample(name), "source-ref": _IMAGE}
    comments = [each["comment"] for each in sample[f"{attribute}-metadata"]["worker-feedback"]]
    answers = [
        {"crowd-image-classifier": {"label": "bad", "workerComment": comment}}
        for comment in comments
    ]

    line = Account().label(
        "VerificationBoundingBox",
        _without(sample, attribute),
        classes("good", "bad"),
        *answers,
        LabelAttributeName=attribute,
    )

    assert _shape(line) == _shape(sample)


def test_a_verification_without_comments_has_no_feedback() -> None:
    line = Account().label(
        "VerificationBoundingBox",
        {**_sample("sms-data-output-06"), "source-ref": _IMAGE},
        classes("good", "bad"),
        {"crowd-image-classifier": {"label": "good"}},
    )

    assert "worker-feedback" not in line["label-metadata"]


@pytest.mark.parametrize(
    ("name", "kind"), [("sms-data-output-10", "Detection"), ("sms-data-output-11", "Tracking")]
)
def test_video_frames_have_the_form_of_the_samples(name: str, kind: str) -> None:
    sample, attribute = _sample(name), f"CarObject{kind}-ref"
    account = Account()
    sequence = _sample("sms-video-manual-data-setup-02")
    account.put(sample["source-ref"], sequence)
    for frame in sequence["frames"]:
        account.put(f"{sequence['prefix']}{frame['frame']}", b"frame")
    place = {"height": 41, "width": 53, "top": 152, "left": 339, "label-category-attributes": {}}
    objects: list[dict[str, Any]] = [{**place, "class-id": "0"}, {**place, "class-id": "1"}]
    if kind == "Tracking":
        objects[0].update({"object-id": "a", "object-name": "car:1"})
        objects[1].update({"object-id": "b", "object-name": "bus:1"})
    frames = [{"annotations": objects, "frame-no": "1", "frame": "frame0001.jpg"}]

    line = account.label(
        f"VideoObject{kind}",
        _without(sample, attribute),
        attributed("car", "bus"),
        {f"{kind.lower()}-annotations": frames},
        LabelAttributeName=attribute,
        LabelingJobName="labeling-job-name",
        OutputConfig={"S3OutputPath": "s3://AWSDOC-EXAMPLE-BUCKET/output/"},
    )

    assert _shape(line) == _shape(sample)
    [file] = [
        json.loads(body)
        for uri, body in account.cloud.objects.items()
        if uri.endswith("/output/0/SeqLabel.json")
    ]
    assert file == {f"{kind.lower()}-annotations": [{**frames[0], "frame-attributes": {}}]}


def test_chained_tracking_has_the_form_of_the_sample() -> None:
    sample, attribute = _sample("sms-data-output-12"), "3D2D-linking-chain-ref"
    account = Account()
    _put_sequence(account, sample["source-ref"], 10)
    cuboid = {**_cuboid(), "object-id": "a"}
    frames = [{"frame-number": 0, "annotations": [cuboid]}]

    line = account.label(
        "3DPointCloudObjectTracking",
        _without(sample, attribute),
        attributed("Car"),
        {"tracking-annotations": frames},
        LabelAttributeName=attribute,
        LabelingJobName="3D2D-linking-chain",
        OutputConfig={"S3OutputPath": "s3://iad-groundtruth-lidar-test-bucket/xyz"},
    )

    assert _shape(line) == _shape(sample)


def test_linked_cuboids_and_boxes_have_the_form_of_the_sample() -> None:
    sample, account = _sample("sms-data-output-13"), Account()
    _put_sequence(account, "s3://data/seq.json", 3, cameras=1)

    line = account.label(
        "3DPointCloudObjectTracking",
        {"source-ref": "s3://data/seq.json"},
        _sample("sms-point-cloud-3d-2d-object-tracking-01"),
        sample,
    )

    assert json.loads(account.cloud.objects[line["label-ref"]]) == sample
    assert line["label-ref-metadata"]["class-map"] == {"0": "Car"}


def test_a_custom_task_has_the_form_of_the_sample() -> None:
    sample, attribute = _sample("sms-custom-templates-step2-demo1-04"), "birds"
    account, arn = Account(), "arn:aws:lambda:us-east-1:000000000000:function:post"
    sample["source-ref"] = _IMAGE
    expected = {
        name.replace("<label attribute name>", attribute): value for name, value in sample.items()
    }
    label = expected[attribute]

    def post(event: Any) -> Any:
        content = {event["labelAttributeName"]: label}
        return [{"datasetObjectId": "0", "consolidatedAnnotation": {"content": content}}]

    account.cloud.functions[arn] = post
    config = {"AnnotationConsolidationLambdaArn": arn}
    line = account.label(
        "PassThrough",
        _without(expected, attribute),
        None,
        {"text": "a"},
        LabelAttributeName=attribute,
        HumanTaskConfig={"AnnotationConsolidationConfig": config},
    )

    # The metadata of real output is another: test_recorded.py.
    assert line.pop(f"{attribute}-metadata").keys() > {"type", "human-annotated"}
    del expected[f"{attribute}-metadata"]
    assert line == expected


@pytest.mark.parametrize(
    ("name", "task_type", "labels"),
    [
        ("sms-bounding-box-02", "BoundingBox", ["bird", "squirrel", "rabbit"]),
        ("sms-bounding-box-03", "BoundingBox", ["bird", "squirrel", "rabbit"]),
        ("sms-custom-templates-step3-lambda-requirements-04", "BoundingBox", ["Bird"]),
    ],
)
def test_a_workers_boxes_in_a_sample_are_an_answer(
    name: str, task_type: str, labels: list[str]
) -> None:
    [item] = _sample(name)
    answer = item
    if "annotations" in item:
        answer = json.loads(item["annotations"][0]["annotationData"]["content"])

    line = Account().label(task_type, {"source-ref": _IMAGE}, classes(*labels), answer)

    assert len(line["label"]["annotations"]) == len(answer["boundingBox"]["boundingBoxes"])


def test_the_entities_in_samples_are_answers_and_payloads_have_their_form() -> None:
    payloads = [
        *_sample("sms-custom-templates-step3-lambda-requirements-02"),
        *_sample("sms-custom-templates-step3-lambda-test-01"),
    ]
    names = ["verb", "number", "object", "adjective", "person", "date"]
    labels = {
        **classes(*names),
        "instructions": {"shortInstruction": "a", "fullInstruction": "b"},
    }
    for payload in payloads:
        [annotation] = payload["annotations"]
        answer = json.loads(annotation["annotationData"]["content"])
        account = Account()

        account.label(
            "NamedEntityRecognition",
            {"source": payload["dataObject"]["content"]},
            labels,
            answer,
        )

        [written] = _request(account)
        assert written["dataObject"] == payload["dataObject"]
        assert written.keys() == payload.keys()
        [ours] = written["annotations"]
        assert ours.keys() == annotation.keys()
        assert json.loads(ours["annotationData"]["content"]) == answer
        assert ours["workerId"].startswith("private.us-east-1.")


def test_a_mask_goes_into_a_payload_in_the_samples_form() -> None:
    [payload] = _sample("sms-custom-templates-step3-lambda-requirements-03")
    answer = json.loads(payload["annotations"][0]["annotationData"]["content"])
    content = answer["crowd-semantic-segmentation"]
    mask = png.write(2, 1, b"\1\0", [(255, 255, 255), (0x2C, 0xA0, 0x2C)])
    # The sample's own picture is cut off.
    content["labeledImage"]["pngImageData"] = base64.b64encode(mask).decode()
    content["inputImageProperties"] = {"width": 2, "height": 1}
    account = Account()

    line = account.label("SemanticSegmentation", {"source-ref": _IMAGE}, classes("Bird"), answer)

    [written] = _request(account)
    assert written.keys() == payload.keys()
    assert written["dataObject"] == {"s3Uri": _IMAGE}
    assert json.loads(written["annotations"][0]["annotationData"]["content"]) == answer
    assert png.read(account.cloud.objects[line["label-ref"]]).pixels == b"\0\1"


def _request(account: Account) -> Any:
    [body] = [
        body for uri, body in account.cloud.objects.items() if "/consolidation-request/" in uri
    ]
    return json.loads(body)


def test_a_post_annotation_function_is_asked_as_in_the_samples() -> None:
    account, arn = Account(), "arn:aws:lambda:us-east-1:000000000000:function:post"
    events: list[Any] = []

    def post(event: Any) -> Any:
        events.append(event)
        return []

    account.cloud.functions[arn] = post
    for labels in (classes("a"), None):
        request = account.request(
            "PassThrough",
            [{"source": "a"}],
            labels,
            LabelingJobName=f"job{len(events)}",
            HumanTaskConfig={
                "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": arn}
            },
        )
        account.start(request)
        account.answer({"text": "a"})
        account.step(request["LabelingJobName"])

    samples = [
        _sample("sms-custom-templates-step3-lambda-requirements-01"),
        _sample("sms-custom-templates-step3-lambda-test-02"),
    ]
    assert [set(event) for event in events] == [set(sample) for sample in samples]
    assert [event["version"] for event in events] == [sample["version"] for sample in samples]
    for event in events:
        assert account.cloud.objects[event["payload"]["s3Uri"]]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sms-custom-templates-step2-demo1-03.jsonl", IMAGE),
        ("sms-custom-templates-step2-demo2-03.jsonl", TEXT),
        ("sms-custom-templates-step2-demo2-03.jsonl", ANY),
        ("sms-streaming-labeling-job-01.json", TEXT),
        ("sms-streaming-labeling-job-02.json", IMAGE),
        ("sms-video-manual-data-setup-01.jsonl", FRAMES),
        ("sms-point-cloud-single-frame-input-data-01.jsonl", POINT_CLOUD),
        ("sms-point-cloud-multi-frame-input-data-01.jsonl", POINT_CLOUDS),
    ],
)
def test_a_samples_manifest_is_read(name: str, kind: DataKind) -> None:
    body = (_SAMPLES / name).read_bytes()

    assert len(read_manifest(body, kind)) == len(body.strip().splitlines())


@pytest.mark.parametrize(
    "name",
    [
        "sms-custom-templates-step2-03",
        "sms-streaming-labeling-job-03",
        "sms-streaming-labeling-job-04",
    ],
)
def test_a_samples_line_may_have_more_than_its_source(name: str) -> None:
    body = json.dumps(_sample(name)).encode()

    [(_, content)] = read_manifest(body, ANY)

    assert content == _sample(name)


@pytest.mark.parametrize("name", ["augmented-manifest-01.jsonl", "augmented-manifest-02.jsonl"])
def test_a_samples_manifest_for_training_is_json_lines_but_nothing_to_label(name: str) -> None:
    body = (_SAMPLES / name).read_bytes()

    assert len(read_lines(body)) == 2
    with pytest.raises(ValueError, match="got neither"):
        read_manifest(body, ANY)


def test_a_samples_sequence_file_is_read() -> None:
    body = (_SAMPLES / "sms-video-manual-data-setup-02.json").read_bytes()

    sequence = read_sequence(body, "s3://mybucket/seq1.json", FRAMES)

    assert [frame.number for frame in sequence.frames] == [1, 2, 3]
    assert sequence.frames[0].uri == "s3://mybucket/prefix/video1/frame0001.jpg"


def test_a_samples_pose_is_one() -> None:
    pose = {
        **_sample("sms-point-cloud-sensor-fusion-details-01"),
        **_sample("sms-point-cloud-sensor-fusion-details-02"),
    }

    check_frame({"unix-timestamp": 1, "ego-vehicle-pose": pose}, "a frame")


def test_the_samples_label_file_of_linked_images_is_read() -> None:
    body = (_SAMPLES / "sms-point-cloud-3d-2d-object-tracking-01.json").read_bytes()

    labels = read_attributed(body, tools=(), can_link=True)

    assert labels.linked
    assert [label.name for label in labels.labels] == ["Car", "Bus"]
    assert [each.name for each in labels.labels[0].attributes] == ["Occlusion", "Type"]
    assert labels.instructions["shortInstruction"].startswith("Draw a tight cuboid")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sms-cors-update-01", IMAGE),
        ("sms-video-overview-01", FRAMES),
        ("sms-point-cloud-general-information-03", POINT_CLOUD),
    ],
)
def test_a_samples_cors_rule_is_enough(name: str, kind: DataKind) -> None:
    rules = tuple(
        {"AllowedOrigin": rule["AllowedOrigins"], "AllowedMethod": rule["AllowedMethods"]}
        for rule in _sample(name)
    )

    check_cors(Bucket(region=SCOPE.region, cors=rules), "s3://data/x", kind.cors)


def test_point_classes_are_read_as_the_guide_does() -> None:
    account = Account()
    [line, _] = (
        json.loads(line)
        for line in (_SAMPLES / "sms-point-cloud-single-frame-input-data-01.jsonl")
        .read_text()
        .splitlines()
    )
    account.put(line["source-ref"], bytes(3 * 16))

    output = account.label(
        "3DPointCloudSemanticSegmentation", line, attributed("Car", "Tree"), {"classes": [1, 0, 2]}
    )

    assert list(zlib.decompress(account.cloud.objects[output["label-ref"]])) == [1, 0, 2]
    assert output["label-ref-metadata"]["color-map"]["1"] == {
        "class-name": "Car",
        "hex-color": "#2ca02c",
        "confidence": 0.0,
    }
    assert {k: v for k, v in output.items() if k in line} == line


def _cuboid() -> dict[str, Any]:
    numbers = dict.fromkeys(("center-x", "center-y", "center-z", "roll", "pitch", "yaw"), 0.5)
    sizes = dict.fromkeys(("length", "width", "height"), 2)
    return {"object-name": "Car:1", "class-id": 0, **numbers, **sizes}


def _put_sequence(account: Account, uri: str, count: int, cameras: int = 0) -> None:
    pose = {
        **_sample("sms-point-cloud-sensor-fusion-details-01"),
        **_sample("sms-point-cloud-sensor-fusion-details-02"),
    }
    camera = {
        "image-path": "a.jpg",
        "unix-timestamp": 1,
        "fx": 1,
        "fy": 1,
        "cx": 1,
        "cy": 1,
        **pose,
    }
    frames = [
        {
            "frame-no": number,
            "unix-timestamp": 1566861644.5,
            "frame": f"{number}.txt.pcd",
            "images": [camera] * cameras,
        }
        for number in range(count)
    ]
    sequence = {
        "seq-no": 1,
        "prefix": "s3://data/clouds/",
        "number-of-frames": count,
        "frames": frames,
    }
    account.put(uri, sequence)
    for frame in frames:
        account.put(f"s3://data/clouds/{frame['frame']}", b"cloud")
