"""The input manifest: which objects are in it, and how they read back."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_job.errors import LabelingJobError
from labeling_job.manifest import Manifest, read_manifest
from labeling_job.request import from_event
from tests.unit.labeling_job_aws import FakeAws, event, input_properties, json_lines, properties

_KEYS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(" +%41\"\\'\n\r\t/😀"),
    min_size=1,
    max_size=30,
)

# Shared by the examples of one property: making clients takes longer than using them.
_PAGED = FakeAws(page_size=2)
_PAGED_COLLABORATORS = _PAGED.collaborators()


def _read(
    objects: Mapping[str, bytes], props: Mapping[str, Any] | None = None, *, page_size: int = 1000
) -> Manifest:
    aws = FakeAws(page_size=page_size)
    aws.objects["in"].update(objects)
    return read_manifest(from_event(event("Create", props)), aws.collaborators())


def test_a_text_is_inlined_with_the_place_it_comes_from() -> None:
    manifest = _read({"Input/1.txt": b"42\n"})

    assert manifest.content == b'{"source": "42\\n", "object": "s3://in/Input/1.txt"}\n'
    assert manifest.objects == 1


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "a+b",
        "100%",
        "%41",
        "%2B",
        '"quoted"',
        "it's",
        "back\\slash",
        "new\nline",
        "carriage\rreturn",
        "tab\t",
        "emoji 😀",
        "/leading",
        "double//slash",
        "./..",
        "e\u0301 and \u00e9",
        "line\u2028separator",
    ],
)
def test_a_key_reads_back_as_it_is(name: str) -> None:
    (line,) = json_lines(_read({f"Input/{name}.txt": b"42"}).content)

    assert line["object"] == f"s3://in/Input/{name}.txt"


@given(st.dictionaries(_KEYS, st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
@settings(deadline=None)
def test_any_key_and_any_text_read_back_as_they_are(texts: dict[str, str]) -> None:
    objects = {f"Input/{name}.txt": f"x{text}".encode() for name, text in texts.items()}
    _PAGED.objects["in"] = objects
    request = from_event(event("Create", input_properties(WhenEmpty="skip")))

    manifest = read_manifest(request, _PAGED_COLLABORATORS)

    assert {line["object"]: line["source"] for line in json_lines(manifest.content)} == {
        f"s3://in/Input/{name}.txt": f"x{text}" for name, text in texts.items()
    }
    assert manifest.objects == len(texts)


def test_files_of_the_same_name_in_two_folders_are_two_data_objects() -> None:
    lines = json_lines(_read({"Input/a/1.txt": b"1", "Input/b/1.txt": b"2"}).content)

    assert [line["object"] for line in lines] == ["s3://in/Input/a/1.txt", "s3://in/Input/b/1.txt"]


def test_the_order_is_that_of_the_listing() -> None:
    objects = {f"Input/{number:04}.txt": str(number).encode() for number in range(600)}

    lines = json_lines(_read(objects, page_size=7).content)

    assert [line["source"] for line in lines] == [str(number) for number in range(600)]


@pytest.mark.parametrize("count", [1, 6, 7, 8, 14])
def test_no_object_is_lost_where_a_page_ends(count: int) -> None:
    objects = {f"Input/{number}.txt": b"x" for number in range(count)}

    assert _read(objects, page_size=7).objects == count


def test_a_byte_order_mark_is_taken_away() -> None:
    (line,) = json_lines(_read({"Input/1.txt": b"\xef\xbb\xbf42"}).content)

    assert line["source"] == "42"


def test_what_can_not_be_labeled_is_left_out_and_counted_by_reason() -> None:
    manifest = _read(
        {
            "Input/": b"",
            "Input/1.txt": b"42",
            "Input/2.TXT": b"7",
            "Input/blank.txt": b" \n",
            "Input/empty.txt": b"",
            "Input/folder.txt/": b"",
            "Input/image.png": b"x",
            "Input/.DS_Store": b"x",
            "Input2/3.txt": b"another prefix",
        }
    )

    assert manifest.left_out == {"folder marker": 2, "blank": 1, "empty": 1, "not .txt": 2}
    assert manifest.summary == (
        "2 data objects; left out 6: blank 1, empty 1, folder marker 2, not .txt 2"
    )


def test_one_data_object_is_not_called_objects() -> None:
    assert _read({"Input/1.txt": b"42"}).summary == "1 data object"


def test_files_that_a_job_writes_are_not_labeled() -> None:
    files = {**properties()["Files"], "Bucket": "in"}
    request = {**properties()["Request"], "OutputConfig": {"S3OutputPath": "s3://in/labels"}}
    props = input_properties(Prefix="") | {"Files": files, "Request": request}

    manifest = _read(
        {
            "1.txt": b"42",
            "requests/even-odd/notes.txt": b"x",
            "labels/notes.txt": b"x",
            "labels-of-mine/notes.txt": b"7",
        },
        props,
    )

    assert [line["source"] for line in json_lines(manifest.content)] == ["42", "7"]
    assert manifest.left_out == {"written by a labeling job": 2}


def test_every_line_that_is_not_blank_is_a_data_object() -> None:
    manifest = _read(
        {"Input/1.txt": b"\xef\xbb\xbfone\r\n\r\n three \rfour\x0bstill four\n"},
        input_properties(Split="line"),
    )

    assert [(line["line"], line["source"]) for line in json_lines(manifest.content)] == [
        (1, "one"),
        (3, " three "),
        (4, "four\x0bstill four"),
    ]
    assert manifest.left_out == {"blank line": 1}


@pytest.mark.parametrize(
    ("content", "position"), [(b"caf\xe9", 3), (b"\xef\xbb\xbf\xff", 3), (b"\xff\xfe4\x00", 0)]
)
def test_text_that_is_not_utf_8_is_refused_with_its_place(content: bytes, position: int) -> None:
    with pytest.raises(LabelingJobError) as refused:
        _read({"Input/1.txt": content})

    assert f"at position {position} of s3://in/Input/1.txt" in str(refused.value)


def test_a_text_of_the_maximum_length_is_taken() -> None:
    assert _read({"Input/1.txt": ("é" * 20_000).encode()}).objects == 1


def test_a_text_that_is_too_long_is_refused_with_its_length() -> None:
    with pytest.raises(LabelingJobError, match=r"got 20001 in s3://in/Input/1\.txt.*split: line"):
        _read({"Input/1.txt": ("é" * 20_001).encode()})


def test_a_line_that_is_too_long_is_refused_with_its_number() -> None:
    with pytest.raises(LabelingJobError, match=r"got 20001 in line 2 of s3://in/Input/1\.txt"):
        _read({"Input/1.txt": b"x\n" + b"y" * 20_001}, input_properties(Split="line"))


def test_a_manifest_line_that_is_too_long_is_refused() -> None:
    with pytest.raises(LabelingJobError, match=r"at most 100000 characters.*s3://in/Input/1\.txt"):
        _read({"Input/1.txt": b"\x01" * 20_000})


def test_as_many_objects_as_allowed_are_taken() -> None:
    objects = {f"Input/{number}.txt": b"x" for number in range(5)}

    assert _read(objects, input_properties(MaximumObjects="5")).objects == 5


@pytest.mark.parametrize("split", ["file", "line"])
def test_too_many_objects_are_refused(split: str) -> None:
    objects = {f"Input/{number}.txt": b"x" for number in range(6)}

    with pytest.raises(LabelingJobError, match=r"at most 5 data objects.*s3://in/Input/"):
        _read(objects, input_properties(MaximumObjects="5", Split=split))


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(LabelingJobError, match="at most 5 data objects"):
        _read({"Input/1.txt": b"x\n" * 6}, input_properties(MaximumObjects="5", Split="line"))


def test_listing_ends_where_the_limit_is_passed() -> None:
    aws = FakeAws(page_size=2)
    aws.objects["in"].update({f"Input/{number}.txt": b"x" for number in range(9)})
    request = from_event(event("Create", input_properties(MaximumObjects="3")))

    with pytest.raises(LabelingJobError):
        read_manifest(request, aws.collaborators())

    assert len(aws.called("ListObjectsV2")) == 2
    assert aws.called("GetObject") == []


def test_more_text_than_a_function_can_hold_is_refused_before_it_is_read() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return 400_000_001

    with pytest.raises(LabelingJobError, match=r"got 400000001 or more under s3://in/Input/"):
        _read({"Input/1.txt": Huge(b"42")})


def test_an_empty_prefix_is_refused_with_the_command_that_fills_it() -> None:
    with pytest.raises(LabelingJobError) as refused:
        _read({"Input/": b"", "Input/1.csv": b"x"})

    assert str(refused.value) == (
        "nothing to label under s3://in/Input/; left out 2: folder marker 1, not .txt 1: upload "
        "data objects with `aws s3 cp <folder> s3://in/Input/ --recursive` and deploy again"
    )


def test_an_empty_prefix_can_be_skipped() -> None:
    manifest = _read({"Input/": b""}, input_properties(WhenEmpty="skip"))

    assert manifest == Manifest(content=b"", objects=0, left_out={"folder marker": 1})


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("NoSuchKey", "was removed while"),
        ("InvalidObjectState", "is archived"),
        ("AccessDenied", "may not decrypt"),
    ],
)
def test_an_object_that_can_not_be_read_is_named(code: str, words: str) -> None:
    aws = FakeAws()
    aws.objects["in"]["Input/1.txt"] = b"42"
    aws.refuse("GetObject", code, "may not decrypt")

    with pytest.raises(LabelingJobError, match=rf"s3://in/Input/1\.txt .*{words}"):
        read_manifest(from_event(event("Create")), aws.collaborators())


def test_a_bucket_that_can_not_be_listed_is_named() -> None:
    aws = FakeAws()
    aws.refuse("ListObjectsV2", "NoSuchBucket", "The specified bucket does not exist")

    with pytest.raises(LabelingJobError, match=r"s3://in/Input/ can't be listed.*NoSuchBucket"):
        read_manifest(from_event(event("Create")), aws.collaborators())


def test_reading_ends_at_the_deadline() -> None:
    aws = FakeAws()
    aws.objects["in"]["Input/1.txt"] = b"42"

    with pytest.raises(LabelingJobError, match="time ran out"):
        read_manifest(from_event(event("Create")), aws.collaborators(seconds=-1))
