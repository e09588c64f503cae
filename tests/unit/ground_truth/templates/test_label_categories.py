"""Label categories, attributes and the label file, at the edges of what Ground Truth accepts."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from ground_truth.catalogue.task_types import TASK_TYPES, TaskType
from ground_truth.config.labels import Attribute, Instructions, Label
from ground_truth.templates.label_categories import label_categories
from ground_truth.validators import labels as label_validators

_TEXT = TASK_TYPES["text-classification"]
_BOXES = TASK_TYPES["bounding-box"]
_FRAMES = TASK_TYPES["video-object-tracking"]
_ENTITIES = TASK_TYPES["named-entity-recognition"]
_POINTS = TASK_TYPES["point-cloud-semantic-segmentation"]
_TOLD = Instructions(short="Draw *tight* boxes.")


def _labels(*names: str) -> tuple[Label, ...]:
    return tuple(Label(name=name) for name in names)


def _review(task_type: TaskType | None) -> TaskType:
    assert task_type is not None
    return task_type


def test_labels_are_told_apart_by_case() -> None:
    assert label_validators.labels(_labels("even", "Even"), _TEXT) == _labels("even", "Even")


@pytest.mark.parametrize("task_type", [_TEXT, _FRAMES])
def test_a_label_is_as_long_as_its_task_allows_and_no_longer(task_type: TaskType) -> None:
    longest = task_type.maximum_label_length

    assert label_validators.label_name("x" * longest, task_type) == "x" * longest
    with pytest.raises(ValueError, match=f"expected 1 to {longest} characters, got {longest + 1}"):
        label_validators.label_name("x" * (longest + 1), task_type)


@pytest.mark.parametrize("task_type", [_BOXES, TASK_TYPES["video-classification"], _FRAMES])
def test_there_are_as_many_labels_as_the_task_allows_and_no_more(task_type: TaskType) -> None:
    most = task_type.maximum_labels or 0
    labels = _labels(*(str(number) for number in range(most + 1)))

    assert label_validators.labels(labels[:most], task_type) == labels[:most]
    with pytest.raises(
        ValueError, match=f"^expected at most {most} labels for {task_type.name}, got {most + 1}$"
    ):
        label_validators.labels(labels, task_type)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("Even", "Odd", "Even"), "expected each label once, got 'Even' more than once"),
        (("Even",), r"expected at least 2 labels for text-classification, got ['Even']"),
        ((), r"expected at least 2 labels for text-classification, got []"),
        (("Even", ""), "expected 1 to 256 characters, got 0: ''"),
        (("Even", " Odd"), "expected a label without blanks at its ends, got ' Odd'"),
        (("Even", "O\ndd"), "expected one line of text, got '\\n' in 'O\\ndd'"),
    ],
)
def test_labels_that_ground_truth_refuses(values: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        label_validators.labels(_labels(*values), _TEXT)


def test_one_label_is_enough_to_mark_things_with() -> None:
    assert label_validators.labels(_labels("Car"), _BOXES) == _labels("Car")


def test_a_verdict_needs_a_choice() -> None:
    with pytest.raises(ValueError, match="at least 2 labels for verification of bounding-box"):
        label_validators.labels(_labels("Good"), _review(_BOXES.verification))


def test_a_short_name_is_for_entities_only() -> None:
    label = Label(name="Person", short_name="per")

    assert label_validators.labels((label,), _ENTITIES) == (label,)
    with pytest.raises(
        ValueError, match="for named-entity-recognition only, got 'per' for the label 'Person'"
    ):
        label_validators.labels((label,), _BOXES)


@pytest.mark.parametrize("task_type", [_BOXES, _ENTITIES, _POINTS])
def test_labels_with_attributes_are_for_objects_in_frames_only(task_type: TaskType) -> None:
    label = Label(name="Car", attributes=(Attribute(name="plate"),))

    with pytest.raises(ValueError, match=r"expected labels without attributes, .* label 'Car'"):
        label_validators.labels((label,), task_type)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"name": "x" * 17},
            "expected 1 to 16 characters, got 17: 'xxxxxxxxxxxxxxxxx'",
        ),
        (
            {"name": "x", "description": "d" * 129},
            f"expected 1 to 128 characters, got 129: '{'d' * 59}… (131 characters)",
        ),
        (
            {"name": "x", "choices": ("a",), "minimum": 1, "maximum": 2},
            "expected either `choices` or `minimum` and `maximum`, got both for the attribute 'x'",
        ),
        (
            {"name": "x", "minimum": 1},
            "expected both `minimum` and `maximum`, got one of them for the attribute 'x'",
        ),
        (
            {"name": "x", "minimum": 3, "maximum": 2},
            "expected a minimum up to the maximum, got 3 and 2 for the attribute 'x'",
        ),
        (
            {"name": "x", "choices": tuple("abcdefghijk")},
            "expected at most 10 choices, got 11 for the attribute 'x'",
        ),
        (
            {"name": "x", "choices": ("c" * 17,)},
            "expected 1 to 16 characters, got 17: 'ccccccccccccccccc'",
        ),
        (
            {"name": "x", "choices": ("a", "a")},
            "expected each choice of the attribute 'x' once, got 'a' more than once",
        ),
    ],
)
def test_an_attribute_that_ground_truth_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Attribute(**given)

    (problem,) = raised.value.errors()
    assert problem["msg"] == f"Value error, {message}"


def test_a_frame_attribute_has_a_description() -> None:
    with pytest.raises(ValueError, match="a description of the frame attribute 'weather', got"):
        label_validators.frame_attributes((Attribute(name="weather"),), _FRAMES)


@pytest.mark.parametrize("count", [5, 10])
def test_attributes_of_one_label_are_counted_with_those_for_all(count: int) -> None:
    free = count == 5
    own = tuple(
        Attribute(name=f"a{number}", choices=() if free else ("yes",)) for number in range(count)
    )
    labels = (Label(name="Car", attributes=own),)
    more = Attribute(name="more", choices=() if free else ("yes",))

    assert label_validators.attributes((), labels, _FRAMES) == ()
    with pytest.raises(ValueError, match=f"at most {count} attributes of the label 'Car'"):
        label_validators.attributes((more,), labels, _FRAMES)


def test_an_attribute_for_all_labels_has_a_name_of_its_own() -> None:
    plate = Attribute(name="plate")

    with pytest.raises(ValueError, match="each attribute once, got 'plate' more than once"):
        label_validators.attributes((plate,), (Label(name="Car", attributes=(plate,)),), _FRAMES)


def test_attributes_of_different_labels_have_different_names() -> None:
    labels = tuple(Label(name=name, attributes=(Attribute(name="size"),)) for name in ("A", "B"))

    with pytest.raises(ValueError, match="name once among all labels, got 'size' more than once"):
        label_validators.attributes((), labels, _FRAMES)


@pytest.mark.parametrize("task_type", [_BOXES, _POINTS])
def test_attributes_for_all_labels_are_for_objects_in_frames_only(task_type: TaskType) -> None:
    with pytest.raises(ValueError, match=r"expected no attributes, .* got some for"):
        label_validators.attributes((Attribute(name="plate"),), _labels("Car"), task_type)


def test_frame_attributes_are_for_frames_and_point_clouds_only() -> None:
    weather = Attribute(name="weather", description="What is the weather like?")

    assert label_validators.frame_attributes((weather,), _POINTS) == (weather,)
    with pytest.raises(ValueError, match=r"expected no frame attributes, .* for bounding-box"):
        label_validators.frame_attributes((weather,), _BOXES)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (
            Instructions(short="x" * 250),
            "expected short instructions of at most 254 characters, as HTML and with their"
            " examples, for video-object-tracking, got 257",
        ),
        (
            Instructions(short="x", full="y" * 2_045),
            "expected full instructions of at most 2047 characters, as HTML and with their"
            " examples, for video-object-tracking, got 2052",
        ),
    ],
)
def test_instructions_for_frames_are_short(told: Instructions, message: str) -> None:
    assert label_validators.instructions(told, _BOXES) == told
    with pytest.raises(ValueError, match=f"^{message}$"):
        label_validators.instructions(told, _FRAMES)


def test_a_file_of_classes_has_their_names_and_nothing_else() -> None:
    assert label_categories(_BOXES, _labels("<b>", "😀"), instructions=_TOLD) == {
        "document-version": "2018-11-28",
        "labels": [{"label": "<b>"}, {"label": "😀"}],
    }


def test_a_file_of_entities_has_short_names_and_instructions() -> None:
    labels = (Label(name="Person", short_name="per"), Label(name="Place"))

    assert label_categories(_ENTITIES, labels, instructions=_TOLD) == {
        "document-version": "2018-11-28",
        "labels": [{"label": "Person", "shortDisplayName": "per"}, {"label": "Place"}],
        "instructions": {
            "shortInstruction": _TOLD.short_html(),
            "fullInstruction": _TOLD.full_html(),
        },
    }


def test_a_file_of_video_frames_has_attributes_of_every_kind() -> None:
    content = label_categories(
        _FRAMES,
        (
            Label(name="Car", attributes=(Attribute(name="plate", required=True),)),
            Label(name="Bus", attributes=(Attribute(name="seats", minimum=2, maximum=90),)),
        ),
        attributes=(Attribute(name="occluded", choices=("no", "partly")),),
        frame_attributes=(Attribute(name="clear", description="Is it clear?", choices=("no",)),),
        annotation="polygon",
    )

    assert content == {
        "documentVersion": "2020-03-01",
        "frameAttributes": [
            {"name": "clear", "description": "Is it clear?", "type": "string", "enum": ["no"]}
        ],
        "categoryGlobalAttributes": [
            {"name": "occluded", "type": "string", "enum": ["no", "partly"]}
        ],
        "labels": [
            {
                "label": "Car",
                "categoryAttributes": [{"name": "plate", "type": "string", "isRequired": True}],
            },
            {
                "label": "Bus",
                "categoryAttributes": [
                    {"name": "seats", "type": "number", "minimum": 2, "maximum": 90}
                ],
            },
        ],
        "annotationType": "Polygon",
    }


def test_a_verification_of_frames_lets_no_label_be_edited_and_names_the_labels() -> None:
    content = label_categories(
        _review(_FRAMES.verification),
        _labels("Car"),
        attributes=(Attribute(name="right", choices=("yes", "no")),),
        reviewed_attribute="cars-ref",
    )

    assert content["labels"] == [{"label": "Car", "editsAllowed": "none"}]
    assert content["categoryGlobalAttributes"][0]["editsAllowed"] == "any"
    assert content["auditLabelAttributeName"] == "cars-ref"


def test_a_verification_only_shows_what_the_reviewed_job_says_of_objects() -> None:
    plate, size = Attribute(name="plate"), Attribute(name="size")
    clear = Attribute(name="clear", description="Is it clear?", choices=("yes", "no"))
    right = Attribute(name="right", description="Is it right?", choices=("yes", "no"))
    content = label_categories(
        _review(_FRAMES.verification),
        (Label(name="Car", attributes=(plate,)),),
        attributes=(right,),
        frame_attributes=(right,),
        earlier_attributes=(size,),
        earlier_frame_attributes=(clear,),
        only_shows=True,
        reviewed_attribute="cars-ref",
    )

    edits = {
        name: [(each["name"], each["editsAllowed"]) for each in content[name]]
        for name in ("frameAttributes", "categoryGlobalAttributes")
    }
    assert edits == {
        "frameAttributes": [("clear", "none"), ("right", "any")],
        "categoryGlobalAttributes": [("size", "none"), ("right", "any")],
    }
    assert content["labels"][0]["categoryAttributes"][0]["editsAllowed"] == "none"


def test_an_adjustment_of_frames_lets_labels_and_attributes_be_edited() -> None:
    plate = Attribute(name="plate")
    content = label_categories(
        _review(_FRAMES.adjustment),
        (Label(name="Car", attributes=(plate,)),),
        earlier_attributes=(Attribute(name="size"),),
        reviewed_attribute="cars-ref",
    )

    assert content["labels"] == [
        {
            "label": "Car",
            "categoryAttributes": [{"name": "plate", "type": "string", "editsAllowed": "any"}],
        }
    ]
    assert content["categoryGlobalAttributes"] == [
        {"name": "size", "type": "string", "editsAllowed": "any"}
    ]
