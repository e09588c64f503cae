"""Sequence files that a user's manifest names: video frames and point clouds."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from labeling_job.input_properties import read_input
from labeling_job.manifest.manifest import read_manifest
from labeling_job.manifest.sequence_files import sequence_problems
from labeling_job.request import from_event
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    all_lines,
    event,
    made,
    user_lines,
    user_properties,
)

_SAMPLES = Path(__file__).parents[3] / "data" / "aws-guide"
_FRAMES = user_properties("frames", Extensions=[".jpg", ".png"], MaximumFrames="3")
_CLOUDS = user_properties("point-cloud-sequence", Extensions=[".json"], MaximumFrames="3")


def _video(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "seq-no": number,
        "prefix": f"s3://in/Data/video{number}/",
        "number-of-frames": 2,
        "frames": [
            {"frame-no": 1, "frame": "0001.jpg"},
            {"frame-no": 2, "unix-timestamp": 1566861644, "frame": "0002.JPG"},
        ],
        **changes,
    }


def _cloud(**changes: Any) -> dict[str, Any]:
    """Return a sequence with the guide's frame, as the guide puts one into a sequence."""
    lines = (_SAMPLES / "sms-point-cloud-single-frame-input-data-01.jsonl").read_text()
    frame = json.loads(lines.splitlines()[0])["source-ref-metadata"] | {"prefix": "s3://in/Data/"}
    return {
        "seq-no": 1,
        "prefix": "s3://in/Data/seq1/",
        "number-of-frames": 2,
        "frames": [
            {"frame-no": 300, "frame": "example_lidar_frames/frame300.bin", **frame},
            {"frame": "example_lidar_frames/frame303.bin", **frame, "format": "text/xyzi"},
        ],
        **changes,
    }


def _problems(sequence: dict[str, Any], props: dict[str, Any] = _FRAMES) -> list[str]:
    return list(sequence_problems(sequence, read_input(props["Input"])))


def _bucket(*contents: Any) -> dict[str, bytes]:
    """Return the input bucket with a manifest that names sequence files with these contents."""
    files = {
        f"Data/seq{number}.json": content
        if isinstance(content, bytes)
        else json.dumps(content).encode()
        for number, content in enumerate(contents, start=1)
    }
    return {**user_lines(*({"source-ref": f"s3://in/{key}"} for key in files)), **files}


def _refusal(objects: dict[str, bytes], props: dict[str, Any]) -> str:
    with pytest.raises(CustomResourceError) as refused:
        made(objects, props)
    return str(refused.value).removeprefix("s3://in/own.jsonl can't be used: ")


def test_sequences_of_video_frames_are_taken() -> None:
    objects = _bucket(_video(1), _video(2))

    assert all_lines(made(objects, _FRAMES)) == objects["own.jsonl"]


def test_sequences_of_point_clouds_are_taken() -> None:
    objects = _bucket(_cloud(), _cloud())

    assert all_lines(made(objects, _CLOUDS)) == objects["own.jsonl"]


def test_the_guide_s_sequence_file_is_taken() -> None:
    content = (_SAMPLES / "sms-video-manual-data-setup-02.json").read_bytes()
    aws = FakeAws()
    aws.objects["in"].update(user_lines({"source-ref": "s3://mybucket/prefix/seq1.json"}))
    aws.objects["mybucket"]["prefix/seq1.json"] = content
    props = user_properties(
        "frames", Bucket="mybucket", Prefix="prefix/", Extensions=[".jpg"], MaximumFrames="2000"
    )

    manifest = read_manifest(from_event(event("Create", props)), aws.as_clients())

    assert manifest.objects == 1


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("sms-video-manual-data-setup-01.jsonl", "frames"),
        ("sms-point-cloud-multi-frame-input-data-01.jsonl", "point-cloud-sequence"),
    ],
)
def test_the_guide_s_manifests_of_sequences_are_taken(file: str, kind: str) -> None:
    content = (_SAMPLES / file).read_bytes()
    bucket = json.loads(content.splitlines()[0])["source-ref"].split("/")[2]
    aws = FakeAws()
    aws.objects["in"]["own.jsonl"] = content
    for number in (1, 2):
        prefix = f"s3://{bucket}/example-folder/{number}/"
        sequence = _video(prefix=prefix) if kind == "frames" else _cloud(prefix=prefix)
        for frame in sequence["frames"]:
            frame.pop("prefix", None)
        key = f"example-folder/seq{number}.json"
        aws.objects[bucket][key] = json.dumps(sequence).encode()
    props = user_properties(
        kind,
        Bucket=bucket,
        Prefix="example-folder/",
        Extensions=[".jpg"] if kind == "frames" else [".json"],
    )

    manifest = read_manifest(from_event(event("Create", props)), aws.as_clients())

    assert all_lines(manifest) == content


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seq-no": "1"}, "expected a whole number, got '1' in seq-no"),
        ({"seq-no": None}, "expected a whole number, got None in seq-no"),
        (
            {"prefix": "s3://in/Data/video1"},
            "expected a prefix below s3://in/Data/ that ends with '/', got 's3://in/Data/video1' "
            "in prefix",
        ),
        (
            {"prefix": "s3://other/video1/"},
            "expected a prefix below s3://in/Data/ that ends with '/', got 's3://other/video1/' "
            "in prefix",
        ),
        ({"frames": {}}, "expected a list of frames, got {} in frames"),
        ({"frames": []}, "expected a list of frames, got [] in frames"),
        (
            {"number-of-frames": 3},
            "expected the number of frames, which is 2, got 3 in number-of-frames",
        ),
        (
            {"number-of-frames": "2"},
            "expected the number of frames, which is 2, got '2' in number-of-frames",
        ),
    ],
)
@pytest.mark.parametrize(("content", "props"), [(_video(), _FRAMES), (_cloud(), _CLOUDS)])
def test_a_sequence_that_is_not_as_documented_is_refused(
    content: dict[str, Any], props: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    assert _problems({**content, **changes}, props) == [message]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ("0002.jpg", "expected an object with the name of a frame, got '0002.jpg' in frames[1]"),
        (
            {"frame-no": 2},
            "expected a file name below the prefix that ends with .jpg or .png, got None in "
            "frames[1].frame",
        ),
        (
            {"frame-no": 2, "frame": "0002.gif"},
            "expected a file name below the prefix that ends with .jpg or .png, got '0002.gif' in "
            "frames[1].frame",
        ),
        (
            {"frame-no": 2, "frame": "0001.jpg"},
            "expected each frame once, got '0001.jpg' again in frames[1].frame",
        ),
        (
            {"frame": "0002.jpg"},
            "expected a whole number, got None in frames[1].frame-no",
        ),
        (
            {"frame-no": 2.5, "frame": "0002.jpg"},
            "expected a whole number, got 2.5 in frames[1].frame-no",
        ),
        (
            {"frame-no": 1, "frame": "0002.jpg"},
            "expected each number once, got 1 again in frames[1].frame-no",
        ),
        (
            {"frame-no": "1", "frame": "0002.jpg"},
            "expected each number once, got 1 again in frames[1].frame-no",
        ),
    ],
)
def test_a_video_frame_that_is_not_as_documented_is_refused(frame: Any, message: str) -> None:
    first = {"frame-no": 1, "frame": "0001.jpg"}

    assert _problems(_video(frames=[first, frame])) == [message]


def test_frame_numbers_may_be_texts() -> None:
    frames = [{"frame-no": "1", "frame": "1.jpg"}, {"frame-no": "2", "frame": "2.jpg"}]

    assert _problems(_video(frames=frames)) == []


def test_names_of_video_frames_need_leading_zeros() -> None:
    frames = [{"frame-no": number, "frame": f"{number}.jpg"} for number in (9, 10)]

    assert _problems(_video(frames=frames)) == [
        "expected numbers with leading zeros in the names of frames, such as 0002 and 0010, got "
        "'10.jpg', which workers would see before '9.jpg' in frames"
    ]


def test_names_of_point_clouds_do_not_since_workers_see_them_in_the_order_of_the_file() -> None:
    frames = [{"frame": f"{number}.bin", "unix-timestamp": number} for number in (9, 10)]

    assert _problems(_cloud(frames=frames), _CLOUDS) == []


@pytest.mark.parametrize(("content", "props"), [(_video(), _FRAMES), (_cloud(), _CLOUDS)])
def test_more_frames_than_allowed_are_refused(
    content: dict[str, Any], props: dict[str, Any]
) -> None:
    frames = [
        {**content["frames"][0], "frame-no": number, "frame": f"{number}.jpg"}
        for number in range(4)
    ]

    assert _problems({**content, "frames": frames, "number-of-frames": 4}, props) == [
        "expected at most 3 frames, got 4 in frames"
    ]


def test_frames_of_point_clouds_are_checked_like_single_ones() -> None:
    sequence = _cloud()
    sequence["frames"][1] = copy.deepcopy(sequence["frames"][1])
    del sequence["frames"][1]["unix-timestamp"]
    sequence["frames"][1]["images"][0]["image-path"] = ""

    assert _problems(sequence, _CLOUDS) == [
        "expected a number, got None in frames[1].unix-timestamp",
        "expected a path below the prefix, got '' in frames[1].images[0].image-path",
    ]


def test_all_that_is_wrong_is_said_with_the_line_and_the_file() -> None:
    objects = _bucket(_video(1), b"no JSON", _video(3, **{"seq-no": None}), [])

    assert _refusal(objects, _FRAMES) == (
        "line 2: expected a sequence file in JSON, got Expecting value: line 1 column 1 (char 0) "
        "in s3://in/Data/seq2.json; "
        "line 3: expected a whole number, got None in seq-no of s3://in/Data/seq3.json; "
        "line 4: expected a sequence file with one object, got [] in s3://in/Data/seq4.json"
    )


def test_two_sequences_of_video_frames_in_one_folder_are_refused() -> None:
    assert _refusal(_bucket(_video(1), _video(1)), _FRAMES) == (
        "line 2: expected a prefix that no other sequence has, got 's3://in/Data/video1/' in "
        "s3://in/Data/seq2.json and s3://in/Data/seq1.json"
    )


def test_a_sequence_file_that_does_not_exist_is_named() -> None:
    objects = _bucket(_video(1))
    del objects["Data/seq1.json"]

    assert _refusal(objects, _FRAMES) == (
        "s3://in/Data/seq1.json does not exist, or no longer, deploy again when it is there"
    )


def test_a_sequence_file_that_is_too_large_is_refused() -> None:
    assert _refusal(_bucket(b" " * 10_000_001), _FRAMES) == (
        "expected at most 10000000 bytes, got 10000001 in s3://in/Data/seq1.json, split it, or "
        "deploy again if it was changed a moment ago"
    )


def test_only_the_sequences_that_are_chosen_are_read() -> None:
    aws = FakeAws()
    aws.objects["in"].update(_bucket(*(_video(number) for number in range(1, 9))))
    props = {**_FRAMES, "Input": {**_FRAMES["Input"], "Sample": "3"}}

    read_manifest(from_event(event("Create", props)), aws.as_clients())

    assert len(aws.called("GetObject")) == 1 + 3


def test_many_sequences_are_read() -> None:
    objects = _bucket(*(_video(number) for number in range(1, 101)))

    assert made(objects, _FRAMES).objects == 100
