"""Manifests of single point cloud frames: format, time, pose and camera images."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from labeling_job.manifest.point_clouds import frame_problems
from tests.unit.labeling_job.labeling_job_aws import made, user_lines, user_properties

_SAMPLES = Path(__file__).parents[3] / "data" / "aws-guide"
_PLACES = ("s3://awsexamplebucket/",)


def _sample() -> dict[str, Any]:
    """Return what the guide says of a frame."""
    lines = (_SAMPLES / "sms-point-cloud-single-frame-input-data-01.jsonl").read_text()
    frame: dict[str, Any] = json.loads(lines.splitlines()[0])["source-ref-metadata"]
    return frame


def _problems(change: Callable[[dict[str, Any]], object]) -> list[str]:
    frame = _sample()
    change(frame)
    return list(frame_problems(frame, "frame", _PLACES))


def test_the_guide_s_frame_is_taken() -> None:
    assert _problems(lambda frame: frame) == []


def test_the_guide_s_poses_are_taken() -> None:
    pose: dict[str, Any] = {}
    for number in ("01", "02"):
        sample = _SAMPLES / f"sms-point-cloud-sensor-fusion-details-{number}.json"
        pose.update(json.loads(sample.read_text()))

    assert _problems(lambda frame: frame.update({"ego-vehicle-pose": pose})) == []


def test_only_the_time_stamp_is_required() -> None:
    assert list(frame_problems({"unix-timestamp": 1}, "frame", _PLACES)) == []


@pytest.mark.parametrize("encoding", ["binary", "text"])
@pytest.mark.parametrize("values", ["xyz", "xyzi", "xyzrgb", "xyzirgb"])
def test_every_documented_format_is_taken(encoding: str, values: str) -> None:
    assert _problems(lambda frame: frame.update({"format": f"{encoding}/{values}"})) == []


@pytest.mark.parametrize("model", ["pinhole", "fisheye"])
def test_every_documented_camera_model_is_taken(model: str) -> None:
    assert _problems(lambda frame: frame["images"][0].update({"camera-model": model})) == []


def test_eight_images_are_taken() -> None:
    assert _problems(lambda frame: frame.update({"images": frame["images"] * 8})) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda frame: frame.pop("unix-timestamp"),
            "expected a number, got None in frame.unix-timestamp",
        ),
        (
            lambda frame: frame.update({"unix-timestamp": "1566861644"}),
            "expected a number, got '1566861644' in frame.unix-timestamp",
        ),
        (
            lambda frame: frame.update({"unix-timestamp": True}),
            "expected a number, got True in frame.unix-timestamp",
        ),
        (
            lambda frame: frame.update({"unix-timestamp": float("inf")}),
            "expected a number, got inf in frame.unix-timestamp",
        ),
        (
            lambda frame: frame.update({"format": "binary/xyzl"}),
            "expected binary/xyz, binary/xyzi, binary/xyzrgb, binary/xyzirgb, text/xyz, "
            "text/xyzi, text/xyzrgb, text/xyzirgb, got 'binary/xyzl' in frame.format",
        ),
        (
            lambda frame: frame.update({"ego-vehicle-pose": []}),
            "expected an object with position and heading, got [] in frame.ego-vehicle-pose",
        ),
        (
            lambda frame: frame["ego-vehicle-pose"].pop("position"),
            "expected an object with x, y, z, got None in frame.ego-vehicle-pose.position",
        ),
        (
            lambda frame: frame["ego-vehicle-pose"]["position"].pop("z"),
            "expected a number, got None in frame.ego-vehicle-pose.position.z",
        ),
        (
            lambda frame: frame["ego-vehicle-pose"]["heading"].update({"qw": "1"}),
            "expected a number, got '1' in frame.ego-vehicle-pose.heading.qw",
        ),
        (
            lambda frame: frame.update({"prefix": "s3://awsexamplebucket/no-slash"}),
            "expected a prefix below s3://awsexamplebucket/ that ends with '/', got "
            "'s3://awsexamplebucket/no-slash' in frame.prefix",
        ),
        (
            lambda frame: frame.update({"prefix": "s3://other/images/"}),
            "expected a prefix below s3://awsexamplebucket/ that ends with '/', got "
            "'s3://other/images/' in frame.prefix",
        ),
        (
            lambda frame: frame.update({"images": {}}),
            "expected a list, got {} in frame.images",
        ),
        (
            lambda frame: frame.update({"images": frame["images"] * 9}),
            "expected at most 8 images, got 9 in frame.images",
        ),
        (
            lambda frame: frame.update({"images": [*frame["images"], "camera.jpg"]}),
            "expected an object with an image-path, got 'camera.jpg' in frame.images[1]",
        ),
        (
            lambda frame: frame["images"][0].pop("image-path"),
            "expected a path below the prefix, got None in frame.images[0].image-path",
        ),
        (
            lambda frame: frame["images"][0].pop("unix-timestamp"),
            "expected a number, got None in frame.images[0].unix-timestamp",
        ),
        *(
            (
                lambda frame, name=name: frame["images"][0].pop(name),
                f"expected a number, got None in frame.images[0].{name}",
            )
            for name in ("fx", "fy", "cx", "cy")
        ),
        *(
            (
                lambda frame, name=name: frame["images"][0].update({name: None}),
                f"expected a number, got None in frame.images[0].{name}",
            )
            for name in ("k1", "k2", "k3", "k4", "p1", "p2", "skew")
        ),
        (
            lambda frame: frame["images"][0].pop("position"),
            "expected an object with x, y, z, got None in frame.images[0].position",
        ),
        (
            lambda frame: frame["images"][0]["heading"].pop("qx"),
            "expected a number, got None in frame.images[0].heading.qx",
        ),
        (
            lambda frame: frame["images"][0].update({"camera-model": "polaroid"}),
            "expected pinhole, fisheye, got 'polaroid' in frame.images[0].camera-model",
        ),
    ],
)
def test_a_frame_that_is_not_as_documented_is_refused_with_its_place(
    change: Callable[[dict[str, Any]], object], message: str
) -> None:
    assert _problems(change) == [message]


@pytest.mark.parametrize("metadata", [None, "x", []])
def test_a_manifest_line_needs_the_metadata_of_its_frame(metadata: Any) -> None:
    line = {"source-ref": "s3://in/Data/1.bin", "source-ref-metadata": metadata}

    with pytest.raises(CustomResourceError) as refused:
        made(user_lines(line), user_properties("point-cloud"))

    assert str(refused.value) == (
        "s3://in/own.jsonl can't be used: line 1: expected an object with a unix-timestamp, got "
        f"{metadata!r} in source-ref-metadata"
    )


def test_all_that_is_wrong_with_all_frames_is_said_with_the_line() -> None:
    frame = _sample() | {"prefix": "s3://in/Data/"}
    wrong = copy.deepcopy(frame) | {"unix-timestamp": "now"}
    del wrong["images"][0]["fx"]
    lines = [
        {"source-ref": f"s3://in/Data/{number}.bin", "source-ref-metadata": each}
        for number, each in enumerate([frame, wrong, wrong])
    ]

    with pytest.raises(CustomResourceError) as refused:
        made(user_lines(*lines), user_properties("point-cloud"))

    assert str(refused.value) == (
        "s3://in/own.jsonl can't be used: "
        "line 2: expected a number, got 'now' in source-ref-metadata.unix-timestamp; "
        "line 2: expected a number, got None in source-ref-metadata.images[0].fx; "
        "line 3: expected a number, got 'now' in source-ref-metadata.unix-timestamp; "
        "line 3: expected a number, got None in source-ref-metadata.images[0].fx"
    )
