"""Which label category files local Ground Truth takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from local.ground_truth.answers.label_attributes import check_values, read_attributes
from local.ground_truth.answers.label_files import (
    LabelFile,
    check_count,
    read_attributed,
    read_classes,
    read_entities,
)
from local.ground_truth.answers.sequences import TOOLS
from tests.unit.local.local_cloud import attributed, classes

_NUMBER: Final = {"name": "count", "type": "number", "minimum": 0, "maximum": 9}
_CHOICE: Final = {"name": "sky", "type": "string", "enum": ["clear", "dark"]}
_WORDS: Final = {"name": "note", "type": "string"}


def _bytes(content: Any) -> bytes:
    return json.dumps(content).encode()


def _frames(content: Any, *, is_video: bool = True, can_link: bool = False) -> LabelFile:
    tools = tuple(TOOLS) if is_video else ()
    return read_attributed(_bytes(content), tools=tools, can_link=can_link)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"labels": [{"label": "a"}, {"label": "b"}]}, "document-version 2018-11-28, got None"),
        (attributed("a", "b"), "document-version 2018-11-28, got None"),
        (classes("a", "a"), "each label once, got a more often"),
        (classes("a" * 257, "b"), "1 to 256 characters"),
        ({**classes(), "labels": "a"}, "a list of objects as labels, got 'a'"),
        ({**classes(), "labels": ["a"]}, "a list of objects as labels"),
        ([], "document-version"),
    ],
)
def test_a_bad_file_of_classes_is_refused(content: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_classes(_bytes(content))


def test_a_task_type_has_a_least_and_a_greatest_number_of_labels() -> None:
    labels = read_classes(_bytes(classes("a", "b", "c")))

    check_count(labels, 2, 3)
    with pytest.raises(ValueError, match="at least 4 labels, got 3"):
        check_count(labels, 4, None)
    with pytest.raises(ValueError, match="at most 2 labels for this task type, got 3"):
        check_count(labels, 1, 2)


@pytest.mark.parametrize(
    "instructions",
    [None, {}, {"shortInstruction": "a"}, {"shortInstruction": "a", "fullInstruction": " "}],
)
def test_named_entities_need_both_instructions(instructions: Any) -> None:
    content = {**classes("a"), "instructions": instructions}

    with pytest.raises(ValueError, match="instructions with shortInstruction and fullInstruction"):
        read_entities(_bytes(content))


def test_a_short_display_name_is_a_text() -> None:
    content = {
        **classes(),
        "labels": [{"label": "Person", "shortDisplayName": 1}],
        "instructions": {"shortInstruction": "a", "fullInstruction": "b"},
    }

    with pytest.raises(ValueError, match="a text as shortDisplayName of 'Person', got 1"):
        read_entities(_bytes(content))


@pytest.mark.parametrize("spelling", ["documentVersion", "document-version"])
def test_the_version_of_frames_has_two_spellings(spelling: str) -> None:
    labels = _frames({spelling: "2020-03-01", "labels": [{"label": "Car"}]})

    assert labels.names == ["Car"]
    assert labels.annotation_type == "BoundingBox"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (classes("a"), "has the documentVersion 2020-03-01, got '2018-11-28'"),
        (attributed("a" * 17), "labels of 1 to 16 characters"),
        (attributed("a", colors=[]), "has only annotationType, .*, got colors"),
        (
            attributed("a", annotationType="Cuboid"),
            "one of BoundingBox, Polygon, .*, got 'Cuboid'",
        ),
        (attributed("a", annotationType=["BoundingBox"]), r"as annotationType, got \['Bounding"),
        (attributed("a", auditLabelAttributeName=""), "a name as auditLabelAttributeName"),
        (attributed("a", instructions={"shortInstruction": "a"}), "has instructions with short"),
        (
            attributed("a", instructions={"shortInstruction": "a" * 255, "fullInstruction": "b"}),
            "shortInstruction of at most 254 characters, got 255",
        ),
        (
            attributed("a", instructions={"shortInstruction": "", "fullInstruction": "b" * 2_048}),
            "fullInstruction of at most 2047 characters, got 2048",
        ),
        (
            {**attributed(), "labels": [{"label": "a", "editsAllowed": "some"}]},
            "the label 'a' of .* has editsAllowed any or none, got 'some'",
        ),
        ({**attributed(), "labels": [{"label": "a", "color": "red"}]}, "only attributes, .*color"),
        (
            {
                **attributed(categoryGlobalAttributes=[_WORDS]),
                "labels": [{"label": "a", "categoryAttributes": [_WORDS]}],
            },
            "each attribute of the label 'a' once, got note more often",
        ),
        (
            {
                **attributed(),
                "labels": [
                    {"label": "a", "categoryAttributes": [_WORDS]},
                    {"label": "b", "categoryAttributes": [_WORDS]},
                ],
            },
            "each label category attribute name once, got 'note' for 'a' and 'b'",
        ),
        (attributed("a", frameAttributes=[_WORDS]), "a description of at most 128 .*, got None"),
    ],
)
def test_a_bad_file_of_frames_is_refused(content: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _frames(content)


def test_only_video_frames_have_a_tool_and_only_tracked_point_clouds_are_linked() -> None:
    linked = attributed("Car", annotationType=[{"type": "BoundingBox"}, {"type": "Cuboid"}])

    with pytest.raises(ValueError, match="an annotationType for video frames only"):
        _frames(attributed("Car", annotationType="Polygon"), is_video=False)
    with pytest.raises(ValueError, match="for video frames only"):
        _frames(linked, is_video=False)
    with pytest.raises(ValueError, match="BoundingBox and Cuboid to link"):
        _frames(attributed("a", annotationType=[{"type": "Cuboid"}]), is_video=False, can_link=True)
    assert _frames(attributed("Car", annotationType="Polygon")).annotation_type == "Polygon"
    assert _frames(linked, is_video=False, can_link=True).linked


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("a", "a list of attributes for frames, got 'a'"),
        (["a"], "objects as attributes of frames, got 'a'"),
        ([{"type": "string"}], "attribute names of 1 to 16 characters for frames, got None"),
        ([{**_WORDS, "name": "n" * 17}], "attribute names of 1 to 16 characters"),
        ([{**_WORDS, "type": "text"}], "the type string or number, got 'text'"),
        ([{**_WORDS, "colour": 1}], "only description, .*, got colour"),
        ([{**_WORDS, "editsAllowed": "no"}], "editsAllowed any or none, got 'no'"),
        ([{**_WORDS, "isRequired": "yes"}], "true or false as isRequired, got 'yes'"),
        ([{**_WORDS, "description": "d" * 129}], "description of at most 128 characters"),
        ([{**_WORDS, "minimum": 1}], "minimum and maximum with the type number only"),
        ([{**_NUMBER, "enum": ["a"]}], "an enum with the type string only, got 'number'"),
        ([{**_CHOICE, "enum": []}], "1 to 10 values as enum"),
        ([{**_CHOICE, "enum": ["a"] * 11}], "1 to 10 values as enum"),
        ([{**_CHOICE, "enum": ["c" * 17]}], "enum values of 1 to 16 characters"),
        ([{"name": "count", "type": "number"}], "whole numbers as minimum and maximum"),
        ([{**_NUMBER, "minimum": 10}], r"the minimum first, got \[10, 9\]"),
        ([{**_NUMBER, "maximum": 1.5}], "whole numbers"),
        ([_WORDS, _WORDS], "each attribute of frames once, got note more often"),
        ([{**_CHOICE, "name": f"n{i}"} for i in range(11)], "at most 10 attributes for frames"),
        ([{**_WORDS, "name": f"n{i}"} for i in range(6)], "at most 5 free-text attributes"),
    ],
)
def test_a_bad_attribute_is_refused(entries: Any, message: str) -> None:
    if isinstance(entries, list):
        entries = [
            {"description": "d", **each} if isinstance(each, Mapping) else each for each in entries
        ]

    with pytest.raises(ValueError, match=message):
        read_attributes(entries, "frames")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "an object with attributes, got"),
        ({"wind": "no"}, "has the attributes count, sky, note, got 'wind'"),
        ({"sky": "blue"}, "one of clear, dark as sky, got 'blue'"),
        ({"count": 10}, "a number from 0 to 9 as count, got 10"),
        ({"count": True}, "a number from 0 to 9 as count, got True"),
        ({"note": "n" * 81}, "a text of at most 80 characters as note"),
        ({"count": 1}, "frame 1 must have sky, got none"),
    ],
)
def test_what_a_worker_can_not_say_is_refused(values: Any, message: str) -> None:
    required = {**_CHOICE, "isRequired": True}
    attributes = read_attributes([_NUMBER, required, _WORDS], "all labels")

    with pytest.raises(ValueError, match=message):
        check_values(values, attributes, "frame 1")
    check_values({"sky": "dark", "count": 2.5, "note": ""}, attributes, "frame 1")
