"""Texts in the manifest: whole files, lines and rows, and how they read back."""

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_resource.errors import CustomResourceError
from labeling_job.manifest.manifest import read_manifest
from labeling_job.request import from_event
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    all_lines,
    event,
    input_properties,
    json_lines,
    made,
)

_ANY = st.characters(exclude_categories=["Cs"])
_KEYS = st.text(_ANY | st.sampled_from(" +%41\"\\'\n\r\t/😀"), min_size=1, max_size=30)
_CELLS = st.text(_ANY | st.sampled_from('",\n\r;\x00 '), max_size=20)

# Shared by the examples of one property: making clients takes longer than using them.
_PAGED = FakeAws(page_size=2)
_PAGED_COLLABORATORS = _PAGED.as_clients()

_LINES = input_properties(Split="line")
_COLUMN = input_properties(Split="column", Column="review", Extensions=[".csv"])


class _Large(bytes):
    """Says that it has 90 MB."""

    def __len__(self) -> int:
        return 90_000_000


def test_a_text_is_inlined_with_the_place_it_comes_from() -> None:
    manifest = made({"Input/1.txt": b"42\n"})

    assert all_lines(manifest) == b'{"source": "42\\n", "object": "s3://in/Input/1.txt"}\n'
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
    (line,) = json_lines(all_lines(made({f"Input/{name}.txt": b"42"})))

    assert line["object"] == f"s3://in/Input/{name}.txt"


@given(st.dictionaries(_KEYS, st.text(_ANY), min_size=1, max_size=5))
@settings(deadline=None)
def test_any_key_and_any_text_read_back_as_they_are(texts: dict[str, str]) -> None:
    _PAGED.objects["in"] = {
        f"Input/{name}.txt": f"x{text}".encode() for name, text in texts.items()
    }

    manifest = read_manifest(from_event(event("Create")), _PAGED_COLLABORATORS)

    assert {line["object"]: line["source"] for line in json_lines(all_lines(manifest))} == {
        f"s3://in/Input/{name}.txt": f"x{text}" for name, text in texts.items()
    }
    assert manifest.objects == len(texts)


def test_files_of_the_same_name_in_two_folders_are_two_data_objects() -> None:
    lines = json_lines(all_lines(made({"Input/a/1.txt": b"1", "Input/b/1.txt": b"2"})))

    assert [line["object"] for line in lines] == ["s3://in/Input/a/1.txt", "s3://in/Input/b/1.txt"]


def test_the_order_is_that_of_the_listing() -> None:
    objects = {f"Input/{number:04}.txt": str(number).encode() for number in range(600)}

    lines = json_lines(all_lines(made(objects, page_size=7)))

    assert [line["source"] for line in lines] == [str(number) for number in range(600)]


def test_a_byte_order_mark_is_taken_away() -> None:
    (line,) = json_lines(all_lines(made({"Input/1.txt": b"\xef\xbb\xbf42"})))

    assert line["source"] == "42"


def test_one_data_object_is_not_called_objects() -> None:
    assert made({"Input/1.txt": b"42"}).summary == "1 data object"


def test_a_blank_text_is_left_out() -> None:
    manifest = made({"Input/1.txt": b"42", "Input/2.txt": b" \n"})

    assert manifest.skipped.reasons == {"blank": 1}
    assert manifest.skipped.report == b'{"object": "s3://in/Input/2.txt", "reason": "blank"}\n'


def test_every_line_that_is_not_blank_is_a_data_object() -> None:
    manifest = made(
        {"Input/1.txt": b"\xef\xbb\xbfone\r\n\r\n three \rfour\x0bstill four\n"}, _LINES
    )

    assert json_lines(all_lines(manifest)) == [
        {"source": "one", "object": "s3://in/Input/1.txt", "line": 1},
        {"source": " three ", "object": "s3://in/Input/1.txt", "line": 3},
        {"source": "four\x0bstill four", "object": "s3://in/Input/1.txt", "line": 4},
    ]
    assert manifest.skipped.reasons == {"blank line": 1}
    assert manifest.skipped.report == (
        b'{"object": "s3://in/Input/1.txt", "line": 2, "reason": "blank line"}\n'
    )


def test_a_csv_file_is_a_text_like_any_other_where_no_column_is_asked_for() -> None:
    props = input_properties(Split="line", Extensions=[".csv"])

    lines = json_lines(all_lines(made({"Input/1.csv": b'review\n"a\nb"\n'}, props)))

    assert [line["source"] for line in lines] == ["review", '"a', 'b"']


def test_every_row_of_a_column_is_a_data_object() -> None:
    table = (
        b'\xef\xbb\xbfid,review\r\n1,"Good, ""very"" good"\r\n2,\r\n3,"two\r\nlines"\r\n\r\n4,last'
    )

    manifest = made({"Input/1.csv": table, "Input/2.txt": b"x"}, _COLUMN)

    assert json_lines(all_lines(manifest)) == [
        {"source": 'Good, "very" good', "object": "s3://in/Input/1.csv", "row": 1},
        {"source": "two\r\nlines", "object": "s3://in/Input/1.csv", "row": 3},
        {"source": "last", "object": "s3://in/Input/1.csv", "row": 4},
    ]
    assert manifest.skipped.reasons == {"blank row": 1, "not .csv": 1}
    assert manifest.skipped.report == (
        b'{"object": "s3://in/Input/2.txt", "reason": "not .csv"}\n'
        b'{"object": "s3://in/Input/1.csv", "row": 2, "reason": "blank row"}\n'
    )


@given(st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=6))
@settings(deadline=None)
def test_any_table_reads_back_as_it_is(table: list[tuple[str, str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([("review", "note"), *((f"x{one}", two) for one, two in table)])
    _PAGED.objects["in"] = {"Input/1.csv": written.getvalue().encode()}

    manifest = read_manifest(from_event(event("Create", _COLUMN)), _PAGED_COLLABORATORS)

    assert [(line["row"], line["source"]) for line in json_lines(all_lines(manifest))] == [
        (number, f"x{one}") for number, (one, _) in enumerate(table, start=1)
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            b"id,text\n1,x\n",
            "expected one column 'review' in the first row, got id, text in s3://in/Input/1.csv, "
            "write the column's name there, or another as `column`",
        ),
        (
            b"review,review\nx,y\n",
            "expected one column 'review' in the first row, got review, review in "
            "s3://in/Input/1.csv, write the column's name there, or another as `column`",
        ),
        (
            b"\n\n",
            "expected one column 'review' in the first row, got no columns in "
            "s3://in/Input/1.csv, write the column's name there, or another as `column`",
        ),
        (
            b"id,review\n1,good\n2,good, very\n",
            "expected 2 fields as in the first row, got 3 in row 2 of s3://in/Input/1.csv, put "
            "fields with commas or line breaks in quotes: ['2', 'good', ' very']",
        ),
        (
            b"review\ngood\n" + b'"never closed\n',
            "expected CSV, got unexpected end of data in line 3 of s3://in/Input/1.csv, put fields "
            "with quotes in quotes and write each quote twice",
        ),
        (
            b'review\n"good" enough\n',
            "expected CSV, got ',' expected after '\"' in line 2 of s3://in/Input/1.csv, put "
            "fields with quotes in quotes and write each quote twice",
        ),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_place(table: bytes, message: str) -> None:
    with pytest.raises(CustomResourceError) as refused:
        made({"Input/1.csv": table}, _COLUMN)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("content", "byte", "position"),
    [(b"caf\xe9", "0xe9", 3), (b"\xef\xbb\xbf\xff", "0xff", 3), (b"\xff\xfe4\x00", "0xff", 0)],
)
@pytest.mark.parametrize("split", ["file", "line"])
def test_text_that_is_not_utf_8_is_refused_with_its_place(
    content: bytes, byte: str, position: int, split: str
) -> None:
    with pytest.raises(CustomResourceError) as refused:
        made({"Input/1.txt": content}, input_properties(Split=split))

    assert str(refused.value) == (
        f"expected UTF-8 text, got byte {byte} at position {position} of s3://in/Input/1.txt, "
        "save it as UTF-8"
    )


def test_a_text_of_the_maximum_length_is_taken() -> None:
    assert made({"Input/1.txt": "\ufeff".encode() + "😀".encode() * 20_000}).objects == 1


@pytest.mark.parametrize(
    ("content", "split", "message"),
    [
        (
            "é" * 20_001,
            "file",
            "expected at most 20000 characters, got 20001 in s3://in/Input/1.txt, split it, or use "
            "`split: line`",
        ),
        (
            "x" * 80_004,
            "file",
            "expected at most 20000 characters, got 80004 bytes in s3://in/Input/1.txt, split it, "
            "or use `split: line`",
        ),
        (
            "x\n" + "y" * 20_001,
            "line",
            "expected at most 20000 characters, got 20001 in line 2 of s3://in/Input/1.txt, split "
            "it",
        ),
        (
            "\x01" * 20_000,
            "file",
            "expected at most 100000 characters in a line of the manifest, got 120047 for "
            "s3://in/Input/1.txt, split it or remove its control characters",
        ),
    ],
)
def test_a_text_that_is_too_long_is_refused_with_its_length(
    content: str, split: str, message: str
) -> None:
    with pytest.raises(CustomResourceError) as refused:
        made({"Input/1.txt": content.encode()}, input_properties(Split=split))

    assert str(refused.value) == message


def test_a_row_that_is_too_long_is_refused_with_its_number() -> None:
    table = b"review\nx\n" + b"y" * 20_001

    with pytest.raises(CustomResourceError, match=r"got 20001 in row 2 of s3://in/Input/1\.csv"):
        made({"Input/1.csv": table}, _COLUMN)


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(CustomResourceError, match="at most 5 data objects"):
        made({"Input/1.txt": b"x\n" * 6}, input_properties(MaximumObjects="5", Split="line"))


def test_a_sample_of_lines_is_taken_of_all_files() -> None:
    objects = {f"Input/{number}.txt": b"x\n" * 100 for number in range(5)}

    manifest = made(objects, input_properties(Split="line", Sample="50", MaximumObjects="60"))

    assert manifest.summary == "50 data objects; left out 450: not in the sample 450"
    assert len({line["object"] for line in json_lines(all_lines(manifest))}) == 5


def test_files_that_are_not_in_the_sample_are_not_read() -> None:
    aws = FakeAws()
    aws.objects["in"].update({f"Input/{number}.txt": b"x" for number in range(9)})

    read_manifest(from_event(event("Create", input_properties(Sample="3"))), aws.as_clients())

    assert len(aws.called("GetObject")) == 3


def test_more_text_than_a_function_can_hold_is_refused() -> None:
    objects = {f"Input/{number}.txt": _Large(b"42") for number in range(5)}
    props = input_properties(MaximumCharacters="30000000")

    with pytest.raises(CustomResourceError) as refused:
        made(objects, props)

    assert str(refused.value) == (
        "expected at most 400000000 bytes of data objects for one job, got 450000000 or more "
        "under s3://in/Input/, use `sample` or `limit`, or split them over several jobs"
    )


def test_a_file_that_is_too_large_to_be_split_is_refused_before_it_is_read() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return 100_000_001

    with pytest.raises(CustomResourceError) as refused:
        made({"Input/1.txt": Huge(b"42")}, _LINES)

    assert str(refused.value) == (
        "expected at most 100000000 bytes in one file, got 100000001 in s3://in/Input/1.txt, "
        "split it"
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("NoSuchKey", "does not exist, or no longer, deploy again when it is there"),
        (
            "InvalidObjectState",
            "is archived and can't be read, restore it or move it out of the prefix",
        ),
        (
            "AccessDenied",
            "can't be read (or there is no such object): GetObject was refused with "
            "AccessDenied: may not decrypt: allow s3:GetObject in the role's policy, and see that "
            "neither the resource's own policy nor the organization denies it",
        ),
    ],
)
def test_an_object_that_can_not_be_read_is_named(code: str, message: str) -> None:
    aws = FakeAws()
    aws.objects["in"]["Input/1.txt"] = b"42"
    aws.refuse("GetObject", code, "may not decrypt")

    with pytest.raises(CustomResourceError) as refused:
        read_manifest(from_event(event("Create")), aws.as_clients())

    assert str(refused.value) == f"s3://in/Input/1.txt {message}"


def test_reading_ends_at_the_deadline() -> None:
    aws = FakeAws()
    # Many more than are read ahead, so that some are left however late the deadline is looked at.
    aws.objects["in"].update({f"Input/{number:04}.txt": b"42" for number in range(900)})
    aws.durations["GetObject"] = 4.0

    with pytest.raises(CustomResourceError) as refused:
        read_manifest(from_event(event("Create")), aws.as_clients())

    assert re.fullmatch(
        r"time ran out with \d+ objects read that are named under s3://in/Input/, use `sample` or "
        "`limit`, or split them over several jobs",
        str(refused.value),
    )


def test_texts_come_in_the_listing_s_order_however_late_each_is() -> None:
    objects = {f"Input/{number:04}.txt": b"%d" % number for number in range(500)}

    lines = json_lines(all_lines(made(objects)))

    assert [line["source"] for line in lines] == [str(number) for number in range(500)]
