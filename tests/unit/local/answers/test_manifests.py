"""Which input manifests and sequence files local Ground Truth takes."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from local.ground_truth.answers.data_kinds import (
    ANY,
    FRAMES,
    IMAGE,
    POINT_CLOUD,
    POINT_CLOUDS,
    TEXT,
)
from local.ground_truth.answers.manifests import read_manifest
from local.ground_truth.answers.point_cloud_frames import count_points
from local.ground_truth.answers.sequence_files import read_sequence

_POSE: Final = {
    "position": {"x": 1, "y": 2, "z": 3},
    "heading": {"qx": 0, "qy": 0, "qz": 0, "qw": 1},
}
_CAMERA: Final = {
    "image-path": "a.jpg",
    "unix-timestamp": 1,
    "fx": 1,
    "fy": 1,
    "cx": 1,
    "cy": 1,
    **_POSE,
}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "at least one data object, got none"),
        (b"\n \n", "got none"),
        (b'{"source": "a"}\n[1]\n', "line 2 of the input manifest is a JSON object"),
        (b'{"source": "a\n"}', "line 1 of the input manifest is JSON"),
        (b'{"source-ref": "s3://b/k"}', "has source for this task type, got source-ref"),
        (b'{"source": "a", "source-ref": "s3://b/k"}', "got source and source-ref"),
        (b'{"text": "a"}', "got neither"),
        (b'{"source": 1}', "has a text as source, got 1"),
        (b'{"source": "a", "$x": 1}', r"do not start with \$"),
        (json.dumps({"source": "a" * 20_001}).encode(), "at most 20000 characters in source"),
        (b'{"source": "a", "b": "' + b" " * 100_000 + b'"}', "at most 100000 characters"),
        (b'{"source": "a"}\n' * 100_001, "at most 100000 data objects, got 100001"),
        (b'{"source": "\xff"}', "is UTF-8"),
        (b'\xef\xbb\xbf{"source": "a"}', "is JSON"),
    ],
)
def test_a_bad_manifest_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_manifest(body, TEXT)


def test_a_line_of_a_manifest_ends_at_a_line_feed_and_nowhere_else() -> None:
    body = '{"source": "a\u2028b"}\r\n{"source": "c", "line": 2}\n'

    objects = read_manifest(body.encode(), TEXT)

    assert [content["source"] for _, content in objects] == ["a\u2028b", "c"]


def test_an_image_is_named_and_a_custom_task_takes_either() -> None:
    text, image = b'{"source": "a"}', b'{"source-ref": "s3://b/k"}'

    with pytest.raises(
        ValueError, match=r"line 1 .* has source-ref for this task type, got source"
    ):
        read_manifest(text, IMAGE)
    with pytest.raises(
        ValueError, match=r"either source or source-ref .* got source and source-re"
    ):
        read_manifest(b'{"source": "a", "source-ref": "s3://b/k"}', ANY)
    assert len(read_manifest(text + b"\n" + image, ANY)) == 2


def test_a_task_type_may_have_fewer_objects() -> None:
    body = b'{"source-ref": "s3://b/k"}\n' * 20_001

    with pytest.raises(ValueError, match="at most 20000 data objects, got 20001"):
        read_manifest(body, IMAGE, 20_000)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (None, "is an object with a unix-timestamp, got None"),
        ({}, "has a number as unix-timestamp, got None"),
        ({"unix-timestamp": True}, "has a number as unix-timestamp"),
        ({"unix-timestamp": 1, "format": "binary/abc"}, "has a format that is one of binary/xyz,"),
        ({"unix-timestamp": 1, "prefix": "s3://a/b"}, "has a prefix s3://…/, got 's3://a/b'"),
        (
            {"unix-timestamp": 1, "ego-vehicle-pose": {"position": _POSE["position"]}},
            "has a heading",
        ),
        ({"unix-timestamp": 1, "images": [_CAMERA] * 9}, "a list of at most 8 images"),
        ({"unix-timestamp": 1, "images": [{}]}, "image 1 of .* with an image-path"),
        ({"unix-timestamp": 1, "images": [{**_CAMERA, "fx": "1"}]}, "a number as fx, got '1'"),
        (
            {"unix-timestamp": 1, "images": [{**_CAMERA, "camera-model": "box"}]},
            "pinhole or fisheye, got 'box'",
        ),
    ],
)
def test_a_point_cloud_needs_its_time_and_sound_sensors(metadata: Any, message: str) -> None:
    line = {"source-ref": "s3://b/k.bin", "source-ref-metadata": metadata}

    with pytest.raises(ValueError, match=message):
        read_manifest(json.dumps(line).encode(), POINT_CLOUD)


def _sequence(**changes: Any) -> dict[str, Any]:
    return {
        "seq-no": 1,
        "prefix": "s3://bucket/folder/",
        "number-of-frames": 2,
        "frames": [{"frame-no": 1, "frame": "1.jpg"}, {"frame-no": "2", "frame": "2.jpg"}],
        **changes,
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "is an object with a number as seq-no"),
        (_sequence(**{"seq-no": "1"}), "a number as seq-no"),
        (_sequence(prefix="s3://bucket/folder"), "has a prefix s3://bucket/folder/"),
        (_sequence(prefix="s3://bucket/"), "has a prefix s3://bucket/folder/"),
        (_sequence(frames=[]), r"has a list of frames, got \[\]"),
        (_sequence(**{"number-of-frames": 3}), "as many frames as number-of-frames, got 2 and 3"),
        (
            _sequence(**{"number-of-frames": 1, "frames": [{"frame": "1.jpg"}]}),
            "frame 1 of .* has a number as frame-no, got None",
        ),
        (
            _sequence(frames=[{"frame-no": 1, "frame": "a"}, {"frame-no": 1, "frame": "b"}]),
            "has each frame-no once, got 1 more often",
        ),
        (
            _sequence(frames=[{"frame-no": 1, "frame": "a"}, {"frame-no": 2, "frame": "a"}]),
            "has each frame once, got a more often",
        ),
        (
            _sequence(
                **{
                    "number-of-frames": 2_001,
                    "frames": [{"frame-no": n, "frame": f"{n}"} for n in range(2_001)],
                }
            ),
            "has at most 2000 frames, got 2001",
        ),
    ],
)
def test_a_bad_sequence_file_is_refused(content: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_sequence(json.dumps(content).encode(), "s3://b/seq.json", FRAMES)


def test_what_is_no_json_is_no_sequence_file() -> None:
    with pytest.raises(ValueError, match=r"the sequence file s3://b/seq.json is JSON, got b'{'"):
        read_sequence(b"{", "s3://b/seq.json", FRAMES)


def test_frames_of_point_clouds_may_lack_a_number_but_not_a_time() -> None:
    frame = {"frame": "1.bin", "unix-timestamp": 1, "images": [_CAMERA]}
    content = _sequence(frames=[frame, {**frame, "frame": "2.bin"}])

    sequence = read_sequence(json.dumps(content).encode(), "s3://b/seq.json", POINT_CLOUDS)

    assert [(each.number, each.cameras) for each in sequence.frames] == [(0, 1), (1, 1)]
    del content["frames"][1]["unix-timestamp"]
    with pytest.raises(ValueError, match=r"frame 2 of .* has a number as unix-timestamp"):
        read_sequence(json.dumps(content).encode(), "s3://b/seq.json", POINT_CLOUDS)


@pytest.mark.parametrize(
    ("body", "name", "data_format", "points"),
    [
        (bytes(48), "a.bin", None, 3),
        (bytes(48), "a.bin", "binary/xyz", 4),
        (bytes(56), "a.bin", "binary/xyzirgb", 2),
        (b"1 2 3 4\n5 6 7 8\n", "a.txt", None, 2),
        (b"1 2 3", "a.pcd", None, None),
    ],
)
def test_the_points_of_a_cloud_are_counted_by_its_format(
    body: bytes, name: str, data_format: str | None, points: int | None
) -> None:
    assert count_points(body, name, data_format) == points
