"""Folders of frames: one sequence file each, as Ground Truth documents it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_resource.errors import CustomResourceError
from labeling_job.manifest.frame_names import first_out_of_order
from labeling_job.manifest.manifest import Manifest
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    all_lines,
    event,
    frame_properties,
    json_lines,
    made,
)

_SAMPLES = Path(__file__).parents[3] / "data" / "aws-guide"


def _made(*keys: str, **changes: Any) -> Manifest:
    return made({f"Frames/{key}": b"x" for key in keys}, frame_properties(**changes))


def _sequences(manifest: Manifest) -> list[dict[str, Any]]:
    """Return the contents of the sequence files in the order of the manifest's lines."""
    return [
        json.loads(manifest.files[line["source-ref"]]) for line in json_lines(all_lines(manifest))
    ]


def test_a_folder_is_one_data_object_with_a_sequence_file() -> None:
    manifest = _made("video1/0001.jpg", "video1/0002.jpg")

    ((uri, content),) = manifest.files.items()
    assert all_lines(manifest).decode() == f'{{"source-ref": "{uri}"}}\n'
    assert json.loads(content) == {
        "seq-no": 1,
        "prefix": "s3://in/Frames/video1/",
        "number-of-frames": 2,
        "frames": [
            {"frame-no": 1, "frame": "0001.jpg"},
            {"frame-no": 2, "frame": "0002.jpg"},
        ],
    }


def test_a_sequence_file_equals_the_guide_s_sample_but_for_time_stamps() -> None:
    sample = json.loads((_SAMPLES / "sms-video-manual-data-setup-02.json").read_text())
    bucket, _, prefix = sample["prefix"].removeprefix("s3://").partition("/")
    aws = FakeAws()
    aws.objects[bucket].update({f"{prefix}{frame['frame']}": b"x" for frame in sample["frames"]})
    for frame in sample["frames"]:
        del frame["unix-timestamp"]  # optional

    run(
        event("Create", frame_properties(Bucket=bucket, Prefix="prefix/")),
        aws.as_clients(),
    )

    (file,) = (key for key in aws.objects["out"] if "sequences/" in key)
    assert json.loads(aws.objects["out"][file]) == sample


def test_a_sequence_file_is_named_by_its_content_and_written_before_the_job() -> None:
    aws = FakeAws()
    aws.objects["in"].update({"Frames/a/1.jpg": b"x", "Frames/b/1.jpg": b"x"})

    outcome = run(event("Create", frame_properties()), aws.as_clients())

    manifest = aws.objects["out"][outcome.data["ManifestUri"].removeprefix("s3://out/")]
    for line in json_lines(manifest):
        key = line["source-ref"].removeprefix("s3://out/")
        name = hashlib.sha256(aws.objects["out"][key]).hexdigest()
        assert key == f"requests/even-odd/sequences/{name}.json"
    assert outcome.data["ObjectCount"] == "2"
    operations = [name for name, _ in aws.calls]
    assert operations.index("CreateLabelingJob") > operations.index("PutObject")


def test_every_folder_that_holds_frames_itself_is_a_sequence() -> None:
    manifest = _made(
        "0.jpg", "a/1.jpg", "a/b/1.jpg", "a/c.jpg", "a0/1.jpg", "only-folders/d/1.jpg", "z.jpg"
    )

    assert {
        sequence["prefix"]: [frame["frame"] for frame in sequence["frames"]]
        for sequence in _sequences(manifest)
    } == {
        "s3://in/Frames/": ["0.jpg", "z.jpg"],
        "s3://in/Frames/a/": ["1.jpg", "c.jpg"],
        "s3://in/Frames/a/b/": ["1.jpg"],
        "s3://in/Frames/a0/": ["1.jpg"],
        "s3://in/Frames/only-folders/d/": ["1.jpg"],
    }


def test_sequences_are_numbered_in_the_order_of_the_manifest() -> None:
    manifest = _made("a/1.jpg", "b/1.jpg", "c/1.jpg", Order="shuffled", Seed="1")

    assert [sequence["seq-no"] for sequence in _sequences(manifest)] == [1, 2, 3]


@pytest.mark.parametrize("name", ['a "b"', "c+d %41", "é", "new\nline"])
def test_names_read_back_as_they_are(name: str) -> None:
    (sequence,) = _sequences(_made(f"{name}/{name}.jpg"))

    assert sequence["prefix"] == f"s3://in/Frames/{name}/"
    assert sequence["frames"][0]["frame"] == f"{name}.jpg"


def test_what_is_no_frame_is_left_out() -> None:
    manifest = _made("a/1.jpg", "a/notes.txt", "b/", "c/notes.txt")

    assert manifest.summary == "1 data object; left out 3: folder marker 1, not .jpg or .png 2"


def test_sample_and_limit_are_of_sequences() -> None:
    keys = [f"{folder}/{frame}.jpg" for folder in "abcdef" for frame in range(5)]

    manifest = _made(*keys, Sample="4", Limit="3", MaximumObjects="3")

    assert manifest.summary == "3 data objects; left out 3: not in the sample 2, over the limit 1"
    assert all(sequence["number-of-frames"] == 5 for sequence in _sequences(manifest))


def test_a_sequence_that_is_not_chosen_may_be_wrong() -> None:
    assert _made("a/1.jpg", "b/1.jpg", "b/2.jpg", Limit="1", MaximumFrames="1").objects == 1


def test_more_sequences_than_a_job_can_have_are_refused() -> None:
    keys = [f"{folder}/1.jpg" for folder in range(11)]

    with pytest.raises(CustomResourceError, match="at most 10 data objects for one job"):
        _made(*keys)


def test_as_many_frames_as_allowed_are_taken() -> None:
    assert _made("a/1.jpg", "a/2.jpg", MaximumFrames="2").objects == 1


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            ["a/1.jpg", "a/2.jpg", "a/3.jpg"],
            "expected at most 2 frames in one sequence, got 3 in s3://in/Frames/a/, split the "
            "folder or leave out some with `exclude`",
        ),
        (
            ["a/frame2.jpg", "a/frame10.jpg"],
            "expected numbers with leading zeros in the names of frames, such as 0002 and 0010, "
            "got 'frame10.jpg', which workers would see before 'frame2.jpg' in "
            "s3://in/Frames/a/, rename them",
        ),
    ],
)
def test_a_folder_that_is_no_sequence_is_refused_and_nothing_is_written(
    keys: list[str], message: str
) -> None:
    aws = FakeAws()
    aws.objects["in"].update({f"Frames/{key}": b"x" for key in ["0/1.jpg", *keys]})

    with pytest.raises(CustomResourceError) as refused:
        run(event("Create", frame_properties(MaximumFrames="2")), aws.as_clients())

    assert str(refused.value) == message
    assert [key for key in aws.objects["out"] if "/wanted/" not in key] == []
    assert not aws.jobs


def test_frames_in_the_root_of_a_bucket_are_refused() -> None:
    with pytest.raises(CustomResourceError) as refused:
        made({"1.jpg": b"x"}, frame_properties(Prefix=""))

    assert str(refused.value) == (
        "expected frames in folders, one for each sequence, got s3://in/1.jpg, move it into a "
        "folder or leave it out with `exclude`"
    )


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        (["frame1", "frame2", "frame10"], ("frame10", "frame2")),
        (["9.jpg", "10.jpg"], ("10.jpg", "9.jpg")),
        (["9.jpg", "10.png"], ("10.png", "9.jpg")),
        (["v1-9.jpg", "v1-10.jpg"], ("v1-10.jpg", "v1-9.jpg")),
        (["a9b1.jpg", "a10b0.jpg"], ("a10b0.jpg", "a9b1.jpg")),
        (["9.jpg", f"{'1' * 5000}.jpg"], (f"{'1' * 5000}.jpg", "9.jpg")),
    ],
)
def test_numbers_without_leading_zeros_are_found(names: list[str], pair: tuple[str, str]) -> None:
    assert first_out_of_order(names) == pair


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["1.jpg"],
        ["frame02.jpg", "frame10.jpg"],
        ["frame1.jpg", "frame2.jpg"],
        ["frame1.jpg", "frame01.jpg"],
        ["left9.jpg", "right10.jpg"],
        ["begin.jpg", "end.jpg"],
        ["1566861644.759115.jpg", "1566861645.000001.jpg"],
        ["\u0669.jpg", "\u0661\u0660.jpg"],  # digits of another script
    ],
)
def test_names_whose_order_is_that_of_their_numbers_are_fine(names: list[str]) -> None:
    assert first_out_of_order(names) is None


@given(st.lists(st.integers(0, 10**6), unique=True))
def test_padded_numbers_are_always_fine(numbers: list[int]) -> None:
    assert first_out_of_order(f"frame{number:07}.jpg" for number in numbers) is None


@given(st.lists(st.integers(0, 10**6), unique=True))
def test_plain_numbers_are_fine_when_text_and_numbers_have_one_order(numbers: list[int]) -> None:
    is_fine = sorted(map(str, numbers)) == [str(number) for number in sorted(numbers)]

    assert (first_out_of_order(f"{number}.jpg" for number in numbers) is None) == is_fine
