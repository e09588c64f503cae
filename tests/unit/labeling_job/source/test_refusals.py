"""Each limit of the data broken once: what is said of it, and that nothing starts."""

from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    event,
    frame_properties,
    image_properties,
    input_properties,
    user_lines,
    user_properties,
)

_TWO_TEXTS = {"Input/1.txt": b"42", "Input/2.txt": b"19"}
_TWO_IMAGES = {"Images/1.jpg": b"a", "Images/2.jpg": b"b"}
_CLOUD = {"source-ref": "s3://in/Data/1.bin"}


@pytest.mark.parametrize(
    ("props", "objects", "message"),
    [
        (
            input_properties(),
            {"Input/notes.md": b"42"},
            "nothing to label under s3://in/Input/; left out 1: not .txt 1: upload data objects"
            " with `aws s3 cp <folder> s3://in/Input/ --recursive` and deploy again",
        ),
        (
            input_properties(MaximumObjects="1"),
            _TWO_TEXTS,
            "expected at most 1 data objects for one job, got more under s3://in/Input/, use"
            " `sample` or `limit`, or split them over several jobs",
        ),
        (
            input_properties(MaximumCharacters="3"),
            {"Input/1.txt": b"four"},
            "expected at most 3 characters, got 4 in s3://in/Input/1.txt, split it, or use"
            " `split: line`",
        ),
        (
            input_properties(MaximumCharacters="3"),
            {"Input/1.txt": b"x" * 16},
            "expected at most 3 characters, got 16 bytes in s3://in/Input/1.txt, split it, or use"
            " `split: line`",
        ),
        (
            input_properties(),
            {"Input/1.txt": b"42 \xff"},
            "expected UTF-8 text, got byte 0xff at position 3 of s3://in/Input/1.txt, save it as"
            " UTF-8",
        ),
        (
            input_properties(Split="line"),
            {"Input/1.txt": b"ok\ns3://in/other.txt\n"},
            "expected the text itself, got 's3://in/other.txt' in line 2 of s3://in/Input/1.txt,"
            " which workers would see instead of what is in that object, put the text there",
        ),
        (
            input_properties(Split="column", Column="text", Extensions=[".csv"]),
            {"Input/1.csv": b"id,words\n1,a\n"},
            "expected one column 'text' in the first row, got id, words in s3://in/Input/1.csv,"
            " write the column's name there, or another as `column`",
        ),
        (
            image_properties(),
            {"Images/1.jpg": b"x" * 1001},
            "nothing to label under s3://in/Images/; left out 1: larger than 1000 bytes 1: upload"
            " data objects with `aws s3 cp <folder> s3://in/Images/ --recursive` and deploy again",
        ),
        (
            image_properties(MaximumObjects="1"),
            _TWO_IMAGES,
            "expected at most 1 data objects for one job, got more under s3://in/Images/, use"
            " `sample` or `limit`, or split them over several jobs",
        ),
        (
            image_properties(MinimumObjects="1250"),
            _TWO_IMAGES,
            "expected at least 1250 data objects for automated labeling, got 2 under"
            " s3://in/Images/, add some or turn `auto_label` off",
        ),
        (
            frame_properties(MaximumFrames="1"),
            {"Frames/a/1.jpg": b"a", "Frames/a/2.jpg": b"b"},
            "expected at most 1 frames in one sequence, got 2 in s3://in/Frames/a/, split the"
            " folder or leave out some with `exclude`",
        ),
        (
            user_properties("text"),
            user_lines({"source": "s3://in/Input/1.txt"}),
            "s3://in/own.jsonl can't be used: line 1: expected the text itself, got"
            " 's3://in/Input/1.txt' in source, which workers would see instead of what is in that"
            " object",
        ),
        (
            user_properties("object"),
            user_lines({"source-ref": "s3://elsewhere/1.jpg"}),
            "s3://in/own.jsonl can't be used: line 1: expected an object below s3://in/Data/, which"
            " is all that Ground Truth may read, got 's3://elsewhere/1.jpg' in source-ref",
        ),
        (
            user_properties("point-cloud"),
            user_lines(_CLOUD),
            "s3://in/own.jsonl can't be used: line 1: expected an object with a unix-timestamp,"
            " got None in source-ref-metadata",
        ),
    ],
)
def test_data_that_breaks_a_limit_is_named_and_nothing_starts(
    props: dict[str, Any], objects: dict[str, bytes], message: str
) -> None:
    aws = FakeAws()
    aws.objects["in"].update(objects)

    with pytest.raises(CustomResourceError) as refused:
        run(event("Create", props), aws.as_clients())

    assert str(refused.value) == message
    assert aws.called("CreateLabelingJob") == []
    assert [key for key in aws.objects["out"] if "/wanted/" not in key] == []
