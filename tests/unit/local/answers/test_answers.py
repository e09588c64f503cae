"""What workers may answer for each task type, and what many answers become."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest

from local.ground_truth.answers import png
from local.ground_truth.answers.label_attributes import LabelAttribute
from local.ground_truth.answers.label_files import Label, LabelFile
from local.ground_truth.answers.sequence_files import Frame
from local.ground_truth.answers.subject import Subject
from local.ground_truth.answers.task_types import TASK_TYPES, Answers

_COLOR: Final = LabelAttribute(name="color", choices=("red", "blue"))
_SKY: Final = LabelAttribute(name="sky", choices=("clear", "dark"), is_required=True)
_FRAMES: Final = tuple(
    Frame(number=number, name=f"{number}.jpg", uri=f"s3://data/{number}.jpg") for number in (1, 2)
)


def _subject(*names: str, **changes: Any) -> Subject:
    labels = tuple(Label(name=name, entry={"label": name}) for name in names or ("Car", "Bus"))
    return Subject(
        index=0,
        content=changes.pop("content", {"source": "Ana moved to Bern"}),
        label_file=changes.pop("label_file", LabelFile(labels=labels)),
        workers=changes.pop("workers", 1),
        job_name="job",
        folder="s3://output/job",
        created="2020-10-17T22:18:13.527256",
        **changes,
    )


def _answers(task_type: str) -> Answers:
    return TASK_TYPES[task_type].labeling.answers


def _refused(task_type: str, answer: Any, subject: Subject, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _answers(task_type).check(answer, subject)


@pytest.mark.parametrize("name", [name for name in TASK_TYPES if not name.startswith("Adjustment")])
def test_the_example_of_a_task_type_is_an_answer(name: str) -> None:
    subject = _subject(frames=_FRAMES, points=3)

    _answers(name).check(_answers(name).example(subject), subject)


# Classification.


@pytest.mark.parametrize(
    ("votes", "workers", "index", "confidence"),
    [
        (["Odd"], 1, 1, 0.0),
        (["Odd", "Odd", "Even"], 3, 1, 0.67),
        (["Zero", "Odd"], 2, 1, 0.5),
        (["Zero", "Zero", "Zero"], 3, 2, 1.0),
        (["Zero"], 3, 2, 1.0),
    ],
)
def test_most_workers_win_and_a_tie_goes_to_the_first_label(
    votes: list[str], workers: int, index: int, confidence: float
) -> None:
    subject = _subject("Even", "Odd", "Zero", workers=workers)
    answers = [{"crowd-classifier": {"label": vote}} for vote in votes]

    label = _answers("TextMultiClass").consolidate(answers, subject)

    assert (label.value, label.metadata["confidence"]) == (index, confidence)
    assert label.metadata["class-name"] == subject.labels[index]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "'labels': "),
        ({"labels": "Car"}, "send a list of labels"),
        ({"labels": []}, "at least one label, got none"),
        ({"labels": ["Tram"]}, "the label is one of Car, Bus, got 'Tram'"),
        ({"labels": ["Car", "Car"]}, "each label once"),
    ],
)
def test_several_labels_are_known_ones_each_once(content: Any, message: str) -> None:
    answer = {"crowd-classifier-multi-select": content}

    _refused("TextMultiClassMultiLabel", answer, _subject(), message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"workerComment": "a"}, "a label and perhaps a workerComment"),
        ({"label": "Tram"}, "the label is one of"),
        ({"label": "Car", "workerComment": ""}, "a comment is a text, got ''"),
    ],
)
def test_a_verification_has_a_label_and_no_empty_comment(content: Any, message: str) -> None:
    _refused("VerificationBoundingBox", {"crowd-image-classifier": content}, _subject(), message)


# Bounding boxes.


def _boxes(*boxes: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    size = {"width": 100, "height": 100}
    content = {"boundingBoxes": list(boxes), "inputImageProperties": size, **changes}
    return {"boundingBox": content}


def _box(left: int, top: int, label: str = "Car", side: int = 10) -> dict[str, Any]:
    return {"label": label, "left": left, "top": top, "width": side, "height": side}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"annotatedResult": {}}, "an answer is {'boundingBox':"),
        ({"boundingBox": {"boundingBoxes": []}}, "has boundingBoxes, inputImageProperties, got"),
        (_boxes(inputImageProperties={"width": 1}), "the image's width and height"),
        (_boxes(inputImageProperties={"width": 0, "height": 1}), "the image's width and height"),
        (_boxes(boundingBoxes={}), "boundingBoxes is a list"),
        (_boxes({"label": "Car"}), "box 1 has label, left, top, width and height"),
        (_boxes(_box(0, 0, "Tram")), "the label is one of Car, Bus, got 'Tram'"),
        (_boxes(_box(0, 0, side=0)), "box 1 has an area"),
        (_boxes({**_box(0, 0), "left": -1}), "box 1 has a number as left, got -1"),
        (_boxes({**_box(0, 0), "top": "1"}), "box 1 has a number as top, got '1'"),
        (_boxes(_box(91, 0)), "box 1 is inside the image of 100 x 100 pixels"),
        (_boxes(initialValueModified=True), "send exactly these"),
    ],
)
def test_what_is_no_box_in_the_image_is_refused(answer: Any, message: str) -> None:
    _refused("BoundingBox", answer, _subject(), message)


def test_an_adjustment_says_whether_it_changed_anything() -> None:
    _refused("AdjustmentBoundingBox", _boxes(), _subject(), "initialValueModified")
    _refused(
        "AdjustmentBoundingBox", _boxes(initialValueModified=1), _subject(), "is true or false"
    )
    for changes, status in (([False, False], "unadjusted"), ([False, True], "adjusted")):
        answers = [_boxes(initialValueModified=each) for each in changes]

        label = _answers("AdjustmentBoundingBox").consolidate(answers, _subject(workers=2))

        assert label.metadata["adjustment-status"] == status


def test_boxes_around_the_same_thing_become_their_average() -> None:
    answers = [
        _boxes(_box(0, 0), _box(50, 50, "Bus")),
        _boxes(_box(2, 0), _box(50, 50, "Car")),
        _boxes(_box(4, 0, side=10)),
    ]

    label = _answers("BoundingBox").consolidate(answers, _subject(workers=3))

    boxes = [(box["class_id"], box["left"], box["top"]) for box in label.value["annotations"]]
    assert boxes == [(0, 1, 0), (1, 50, 50), (0, 50, 50), (0, 4, 0)]
    scores = [each["confidence"] for each in label.metadata["objects"]]
    assert scores == [0.67, 0.33, 0.33, 0.33]
    assert label.metadata["class-map"] == {"0": "Car", "1": "Bus"}


def test_two_boxes_of_one_worker_are_never_the_same_thing() -> None:
    answers = [_boxes(_box(0, 0)), _boxes(_box(0, 0), _box(1, 0))]

    label = _answers("BoundingBox").consolidate(answers, _subject(workers=2))

    assert len(label.value["annotations"]) == 2


def test_an_image_without_anything_has_no_boxes() -> None:
    _answers("BoundingBox").check(_boxes(), _subject())

    label = _answers("BoundingBox").consolidate([_boxes()], _subject())

    assert label.value["annotations"] == []
    assert label.metadata["class-map"] == {}


# Named entities.


def _entities(*entities: tuple[str, Any, Any]) -> dict[str, Any]:
    names = ("label", "startOffset", "endOffset")
    content = [dict(zip(names, entity, strict=True)) for entity in entities]
    return {"crowd-entity-annotation": {"entities": content}}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"crowd-entity-annotation": {}}, "entities is a list, got None"),
        ({"crowd-entity-annotation": {"entities": [{}]}}, "entity 1 has label, startOffset, end"),
        (_entities(("Tram", 0, 3)), "the label is one of"),
        (_entities(("Car", 3, 3)), "inside the text of 17 characters, got 3 to 3"),
        (_entities(("Car", 13, 18)), "inside the text of 17 characters, got 13 to 18"),
        (_entities(("Car", "0", 3)), "got '0' to 3"),
        (_entities(("Car", 4, 9), ("Bus", 0, 5)), "entities don't overlap"),
    ],
)
def test_what_is_no_stretch_of_the_text_is_refused(answer: Any, message: str) -> None:
    _refused("NamedEntityRecognition", answer, _subject(), message)


def test_offsets_count_characters_of_any_alphabet() -> None:
    subject = _subject(content={"source": "🚗 stops"})

    _answers("NamedEntityRecognition").check(_entities(("Car", 0, 1), ("Bus", 2, 7)), subject)
    _refused("NamedEntityRecognition", _entities(("Car", 2, 8)), subject, "of 7 characters")


def test_stretches_that_mean_the_same_get_the_commonest_bounds_and_label() -> None:
    answers = [
        _entities(("Car", 0, 3), ("Bus", 13, 17)),
        _entities(("Bus", 0, 4)),
        _entities(("Bus", 0, 4)),
    ]

    label = _answers("NamedEntityRecognition").consolidate(answers, _subject(workers=3))

    found = [tuple(each.values()) for each in label.value["annotations"]["entities"]]
    assert found == [("Bus", 0, 4), ("Bus", 13, 17)]
    assert label.metadata["entities"] == [{"confidence": 1.0}, {"confidence": 0.33}]


# Semantic segmentation.

_PALETTE: Final[Sequence[png.Color]] = [(255, 255, 255), (255, 0, 0), (0, 0, 255)]


def _mask(pixels: Sequence[int], **changes: Any) -> dict[str, Any]:
    picture = png.write(len(pixels), 1, bytes(pixels), _PALETTE)
    content = {
        "inputImageProperties": {"width": len(pixels), "height": 1},
        "labelMappings": {"Car": {"color": "#ff0000"}, "Bus": {"color": "#0000FF"}},
        "labeledImage": {"pngImageData": base64.b64encode(picture).decode()},
        **changes,
    }
    return {"crowd-semantic-segmentation": content}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (_mask([1], labelMappings=[]), "labelMappings is an object"),
        (_mask([1], labelMappings={"Tram": {"color": "#ff0000"}}), "the label is one of"),
        (_mask([1], labelMappings={"Car": {"color": "red"}}), "the color of 'Car' is #rrggbb"),
        (_mask([1], labelMappings={"Car": {"color": "#ffffff"}}), "none of them white"),
        (_mask([2], labelMappings={"Car": {"color": "#ff0000"}}), "the colors of labelMappings"),
        (_mask([1], inputImageProperties={"width": 2, "height": 1}), "the image's size of 2 x 1"),
        (_mask([1], labeledImage={}), "labeledImage has pngImageData"),
        (_mask([1], labeledImage={"pngImageData": "?"}), "pngImageData is Base64"),
        (_mask([1], labeledImage={"pngImageData": "YWJj"}), "a mask is a PNG"),
        (_mask([1], initialValueModified=True), "send exactly these"),
    ],
)
def test_what_is_no_mask_of_the_image_is_refused(answer: Any, message: str) -> None:
    _refused("SemanticSegmentation", answer, _subject(), message)


def test_each_pixel_gets_its_commonest_class() -> None:
    answers = [_mask([0, 1, 1, 2]), _mask([0, 1, 2, 2]), _mask([0, 2, 2, 1])]

    label = _answers("SemanticSegmentation").consolidate(answers, _subject(workers=3))

    [(path, body)] = label.files.items()
    assert label.value == f"s3://output/job/{path}"
    assert path == "annotations/consolidated-annotation/output/0/mask.png"
    picture = png.read(body)
    assert [picture.colors[pixel] for pixel in picture.pixels] == [
        _PALETTE[each] for each in (0, 1, 2, 2)
    ]
    colors = label.metadata["internal-color-map"]
    assert colors["0"] == {
        "class-name": "BACKGROUND",
        "confidence": 0.75,
        "hex-color": "#ffffff",
    }
    assert [colors[each]["class-name"] for each in ("1", "2")] == ["Car", "Bus"]
    assert colors["2"]["hex-color"] == "#0000ff"


# Video frames.


def _detection(*objects: Mapping[str, Any], number: Any = 1, **more: Any) -> dict[str, Any]:
    content = {"annotations": list(objects), "frame-no": number, **more}
    return {"detection-annotations": [content]}


_PLACE: Final = {"left": 1, "top": 1, "width": 5, "height": 5, "class-id": "0"}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"tracking-annotations": []}, "an answer is {'detection-annotations':"),
        (_detection(number=3), "each frame has one frame-no of 1, 2 …, got 3"),
        (_detection(frame="9.jpg"), "frame 1 is 1.jpg, got '9.jpg'"),
        ({"detection-annotations": [{"frame-no": 1}]}, "frame 1 has a list of annotations"),
        (_detection({"left": 1}), "number 1 of the annotations of frame 1 has left, top"),
        (_detection({**_PLACE, "object-id": "a"}), "send exactly these"),
        (_detection({**_PLACE, "class-id": "2"}), "a class-id from 0 to 1, got '2'"),
        (_detection({**_PLACE, "width": 0}), "has an area"),
        (_detection(polygons=[]), "frame 1 has annotations, frame, frame-attributes, frame-no"),
        (
            _detection({**_PLACE, "label-category-attributes": {"color": "red"}}),
            "has the attributes none, got 'color'",
        ),
    ],
)
def test_what_is_no_object_in_a_frame_is_refused(answer: Any, message: str) -> None:
    _refused("VideoObjectDetection", answer, _subject(frames=_FRAMES), message)


def test_a_tracked_object_keeps_its_name() -> None:
    first = {**_PLACE, "object-id": "a", "object-name": "Car:1"}
    subject = _subject(frames=_FRAMES)

    def answer(second: Mapping[str, Any]) -> dict[str, Any]:
        frames = [
            {"annotations": [each], "frame-no": number}
            for number, each in enumerate((first, second), start=1)
        ]
        return {"tracking-annotations": frames}

    _answers("VideoObjectTracking").check(answer(first), subject)
    _refused(
        "VideoObjectTracking",
        answer({**first, "object-name": "Car:2"}),
        subject,
        "an object has one name in all frames, got 'Car:1' and 'Car:2' for 'a'",
    )
    _refused(
        "VideoObjectTracking",
        answer({**first, "object-name": "Bus:1"}),
        subject,
        "an object-name such as Car:1, got 'Bus:1'",
    )


@pytest.mark.parametrize(
    ("tool", "name", "good", "bad", "message"),
    [
        ("Polygon", "polygons", 3, 2, "at least 3 vertices"),
        ("Polyline", "polylines", 2, 1, "at least 2 vertices"),
    ],
)
def test_the_label_file_says_which_tool_there_is(
    tool: str, name: str, good: int, bad: int, message: str
) -> None:
    labels = LabelFile(labels=(Label(name="Car"),), annotation_type=tool)
    subject = _subject(frames=_FRAMES, label_file=labels)

    def answer(count: int) -> dict[str, Any]:
        each = {"vertices": [{"x": 1, "y": 2}] * count, "class-id": "0"}
        return {"detection-annotations": [{name: [each], "frame-no": "1"}]}

    _answers("VideoObjectDetection").check(answer(good), subject)
    _refused("VideoObjectDetection", answer(bad), subject, message)
    label = _answers("VideoObjectDetection").consolidate([answer(good)], subject)
    [file] = label.files.values()
    [frame] = json.loads(file)["detection-annotations"]
    assert frame[name][0]["label-category-attributes"] == {}
    assert (frame["frame"], frame["frame-no"]) == ("1.jpg", "1")


def test_a_keypoint_is_a_place() -> None:
    labels = LabelFile(labels=(Label(name="Nose"),), annotation_type="Keypoint")
    subject = _subject(frames=_FRAMES, label_file=labels)
    point = {"x": 1, "y": 2, "class-id": "0"}

    def answer(each: Any) -> dict[str, Any]:
        return {"detection-annotations": [{"keypoints": [each], "frame-no": "1"}]}

    _answers("VideoObjectDetection").check(answer(point), subject)
    _refused("VideoObjectDetection", answer({**point, "x": -1}), subject, "a number as x, got -1")


def test_required_frame_attributes_are_needed_for_every_frame() -> None:
    labels = LabelFile(labels=(Label(name="Car"),), frame_attributes=(_SKY,))
    subject = _subject(frames=_FRAMES, label_file=labels)
    dark = {"frame-attributes": {"sky": "dark"}}

    _refused("VideoObjectDetection", _detection(), subject, "frame 1 must have sky")
    _refused("VideoObjectDetection", _detection(**dark), subject, "got no frame 2; send all")
    both: list[dict[str, Any]] = [
        {"annotations": [], "frame-no": number, **dark} for number in (1, 2)
    ]
    _answers("VideoObjectDetection").check({"detection-annotations": both}, subject)


def _review(*, editable: bool) -> Subject:
    fixed = LabelAttribute(name="size", choices=("big", "small"), editable=False)
    label = Label(name="Car", attributes=(_COLOR, fixed), editable=editable)
    return _subject(
        frames=_FRAMES,
        label_file=LabelFile(labels=(label,), audited="cars-ref"),
        previous=_detection({**_PLACE, "label-category-attributes": {"size": "big"}}),
    )


def test_a_verification_changes_attributes_but_no_object() -> None:
    subject = _review(editable=False)
    says = {"color": "red", "size": "big"}
    same = _detection({**_PLACE, "label-category-attributes": says})
    moved = _detection({**_PLACE, "left": 2, "label-category-attributes": {"size": "big"}})
    resized = _detection({**_PLACE, "label-category-attributes": {"size": "small"}})
    name = "AdjustmentVideoObjectDetection"

    _answers(name).check(same, subject)
    _refused(name, moved, subject, "what is labeled 'Car' can't be edited")
    _refused(name, _detection(), subject, "what is labeled 'Car' can't be edited")
    _refused(name, resized, subject, "the attribute size of 'Car' can't be edited, got 'small'")
    label = _answers(name).consolidate([same], subject)
    assert label.metadata["adjustment-status"] == "unadjusted"


def test_an_adjustment_of_frames_is_found_by_comparing() -> None:
    subject = _review(editable=True)
    name = "AdjustmentVideoObjectDetection"
    moved = _detection({**_PLACE, "left": 2})

    _answers(name).check(moved, subject)

    statuses = [
        _answers(name).consolidate([answer], subject).metadata["adjustment-status"]
        for answer in (moved, dict(subject.previous))
    ]
    assert statuses == ["adjusted", "unadjusted"]
    assert _answers(name).example(subject) == subject.previous


# Point clouds.


def _cuboid(**changes: Any) -> dict[str, Any]:
    numbers = dict.fromkeys(("center-x", "center-y", "center-z", "roll", "pitch", "yaw"), 0.5)
    sizes = dict.fromkeys(("length", "width", "height"), 2)
    return {"object-name": "Car:1", "class-id": 0, **numbers, **sizes, **changes}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"cuboids": []}, "an answer is {'annotations':"),
        ({"annotations": [{}]}, "cuboid 1 has object-name, class-id, center-x"),
        ({"annotations": [_cuboid(length=0)]}, "a length greater than 0, got 0"),
        ({"annotations": [_cuboid(yaw="1")]}, "a number as yaw, got '1'"),
        ({"annotations": [_cuboid(**{"class-id": 1})]}, "an object-name such as Bus:1"),
        ({"annotations": [], "frame-attributes": {"sky": 1}}, "has the attributes none"),
    ],
)
def test_what_is_no_cuboid_is_refused(answer: Any, message: str) -> None:
    _refused("3DPointCloudObjectDetection", answer, _subject(), message)


def test_found_cuboids_are_in_the_manifest_with_what_is_said_of_the_cloud() -> None:
    labels = LabelFile(labels=(Label(name="Car"),), frame_attributes=(_SKY,))
    subject = _subject(label_file=labels)
    answer = {"annotations": [_cuboid()], "frame-attributes": {"sky": "dark"}}
    answers = _answers("3DPointCloudObjectDetection")
    answers.check(answer, subject)

    label = answers.consolidate([answer], subject)

    assert label.value == {"annotations": [{**_cuboid(), "label-category-attributes": {}}]}
    assert label.metadata["dataset-object-attributes"] == {"sky": "dark"}
    assert label.metadata["class_map"] == {"0": "Car"}
    assert label.files == {}


def test_an_adjusted_cuboid_is_found_by_comparing() -> None:
    label = Label(name="Car")
    name = "Adjustment3DPointCloudObjectDetection"
    subject = _subject(
        label_file=LabelFile(labels=(label,), audited="cars"),
        previous={"annotations": [_cuboid()]},
    )

    statuses = [
        _answers(name).consolidate([{"annotations": [each]}], subject).metadata["adjustment-status"]
        for each in (_cuboid(), _cuboid(yaw=1))
    ]

    assert statuses == ["unadjusted", "adjusted"]


def test_tracked_cuboids_are_in_frames_and_have_ids() -> None:
    subject = _subject(frames=_FRAMES)
    name = "3DPointCloudObjectTracking"

    def answer(each: Any, number: int = 1) -> dict[str, Any]:
        return {"tracking-annotations": [{"frame-number": number, "annotations": [each]}]}

    _answers(name).check(answer(_cuboid(**{"object-id": "a"})), subject)
    _refused(name, answer(_cuboid()), subject, "annotation 1 of lidar in frame 1 has object-name")
    _refused(name, answer(_cuboid(**{"object-id": "a"}), 9), subject, "one frame-number of 1, 2")
    _refused(name, {"lidar": {}}, subject, "an answer has tracking-annotations, got lidar")
    _refused(name, {}, subject, "an answer has tracking-annotations, got")


def test_a_linked_box_has_the_name_of_its_cuboid() -> None:
    frames = (Frame(number=0, name="0.pcd", uri="s3://data/0.pcd", cameras=1),)
    labels = LabelFile(labels=(Label(name="Car"),), linked=True)
    subject = _subject(frames=frames, label_file=labels)
    box = {**_PLACE, "object-id": "a", "object-name": "Car:1"}

    def answer(name: str) -> dict[str, Any]:
        cuboid = _cuboid(**{"object-id": "a", "object-name": name})
        lidar = {"frame-number": 0, "annotations": [cuboid]}
        camera = {"frame-no": 0, "annotations": [box]}
        return {
            "lidar": {"tracking-annotations": [lidar]},
            "camera-0": {"tracking-annotations": [camera]},
        }

    _answers("3DPointCloudObjectTracking").check(answer("Car:1"), subject)
    _refused("3DPointCloudObjectTracking", answer("Car:2"), subject, "one name in all frames")
    _refused("3DPointCloudObjectTracking", {"camera-1": {}}, subject, "has camera-0, lidar, got")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"points": []}, "an answer is {'classes':"),
        ({"classes": [0, 1]}, "a number for each of the 3 points, got 2"),
        ({"classes": [0, 1, 3]}, "a number from 0 to 2, got 3"),
        ({"classes": [0, 1, True]}, "a number from 0 to 2, got True"),
    ],
)
def test_each_point_has_a_known_class(answer: Any, message: str) -> None:
    _refused("3DPointCloudSemanticSegmentation", answer, _subject(points=3), message)


def test_a_frozen_class_keeps_its_points() -> None:
    labels = (Label(name="Car", editable=False), Label(name="Tree"))
    name = "Adjustment3DPointCloudSemanticSegmentation"
    subject = _subject(
        points=3, previous=[1, 0, 2], label_file=LabelFile(labels=labels, audited="points-ref")
    )

    _answers(name).check({"classes": [1, 2, 2]}, subject)
    _refused(name, {"classes": [0, 0, 2]}, subject, "Car can't be edited, got other points")
    statuses = [
        _answers(name).consolidate([{"classes": each}], subject).metadata["adjustment-status"]
        for each in ([1, 0, 2], [1, 2, 2])
    ]
    assert statuses == ["unadjusted", "adjusted"]


def test_a_custom_answer_says_something() -> None:
    _answers("PassThrough").check({"total": "9.50"}, _subject())

    _refused("PassThrough", {}, _subject(), "a value for at least one name in the form")
