"""Which of the objects below a prefix can be labeled, and why others can't."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_resource.errors import CustomResourceError
from labeling_job.manifest.manifest import read_manifest
from labeling_job.manifest.problems import NothingToLabelError
from labeling_job.request import from_event
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    all_lines,
    event,
    image_properties,
    input_properties,
    json_lines,
    made,
    properties,
)

_KEYS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(" +%41\"\\'\n\r\t/😀"),
    max_size=30,
)

# Shared by the examples of one property: making clients takes longer than using them.
_PAGED = FakeAws(page_size=2)
_COLLABORATORS = _PAGED.as_clients()


def test_a_file_is_named_by_its_uri() -> None:
    manifest = made({"Images/a b+%41 é.jpg": b"x"}, image_properties())

    assert all_lines(manifest).decode() == '{"source-ref": "s3://in/Images/a b+%41 é.jpg"}\n'


@given(st.lists(_KEYS, min_size=1, max_size=5, unique=True))
@settings(deadline=None)
def test_any_key_reads_back_as_it_is(names: list[str]) -> None:
    keys = [f"Images/{name}.jpg" for name in names]
    _PAGED.objects["in"] = dict.fromkeys(keys, b"x")

    manifest = read_manifest(from_event(event("Create", image_properties())), _COLLABORATORS)

    assert json_lines(all_lines(manifest)) == [
        {"source-ref": f"s3://in/{key}"} for key in sorted(keys)
    ]


def test_files_are_not_read() -> None:
    aws = FakeAws()
    aws.objects["in"]["Images/1.jpg"] = b"x"

    read_manifest(from_event(event("Create", image_properties())), aws.as_clients())

    assert {name for name, _ in aws.calls} == {"ListObjectsV2"}


def test_what_can_not_be_labeled_is_left_out_and_counted_by_reason() -> None:
    aws = FakeAws()
    aws.storage_classes = {
        "Images/a.jpg": "GLACIER",
        "Images/b.jpg": "DEEP_ARCHIVE",
        "Images/c.jpg": "GLACIER_IR",
    }
    aws.objects["in"].update(
        {
            "Images/": b"",
            "Images/.DS_Store": b"x",
            "Images/1.JPG": b"x",
            "Images/a.jpg": b"x",
            "Images/b.jpg": b"x",
            "Images/c.jpg": b"x",
            "Images/empty.jpg": b"",
            "Images/folder.jpg/": b"",
            "Images/just-right.png": b"x" * 1000,
            "Images/too-large.png": b"x" * 1001,
            "Images2/3.jpg": b"another prefix",
        }
    )

    manifest = read_manifest(from_event(event("Create", image_properties())), aws.as_clients())

    assert [line["source-ref"] for line in json_lines(all_lines(manifest))] == [
        "s3://in/Images/1.JPG",
        "s3://in/Images/c.jpg",
        "s3://in/Images/just-right.png",
    ]
    assert manifest.summary == (
        "3 data objects; left out 7: archived 2, empty 1, folder marker 2, "
        "larger than 1000 bytes 1, not .jpg or .png 1"
    )


def test_what_can_not_be_labeled_is_listed_in_the_report() -> None:
    manifest = made(
        {"Images/": b"", "Images/é.gif": b"x", "Images/1.jpg": b"x"}, image_properties()
    )

    assert (
        manifest.skipped.report
        == (
            '{"object": "s3://in/Images/", "reason": "folder marker"}\n'
            '{"object": "s3://in/Images/é.gif", "reason": "not .jpg or .png"}\n'
        ).encode()
    )


def test_there_is_no_report_where_everything_can_be_labeled() -> None:
    manifest = made(
        {"Images/1.jpg": b"x", "Images/drafts/2.jpg": b"x"}, image_properties(Exclude=["drafts/*"])
    )

    assert manifest.skipped.report is None
    assert manifest.summary == "1 data object; left out 1: excluded 1"


def test_a_report_ends_after_100_000_lines_with_how_many_more_there_are() -> None:
    objects = {f"Images/{number}": b"x" for number in range(100_002)}

    report = made({**objects, "Images/1.jpg": b"x"}, image_properties()).skipped.report

    assert report is not None
    assert len(report.splitlines()) == 100_001
    assert report.endswith(b'\n{"more": 2}\n')


def test_without_endings_every_file_is_taken() -> None:
    manifest = made({"Images/README": b"x"}, image_properties(Extensions=[]))

    assert manifest.objects == 1


def test_only_what_is_included_and_not_excluded_is_taken() -> None:
    manifest = made(
        {
            "Images/1.jpg": b"x",
            "Images/1.png": b"x",
            "Images/drafts/2.jpg": b"x",
            "Images/.DS_Store": b"x",
        },
        image_properties(Include=["*.jpg"], Exclude=["drafts/**"]),
    )

    assert all_lines(manifest) == b'{"source-ref": "s3://in/Images/1.jpg"}\n'
    assert manifest.summary == "1 data object; left out 3: excluded 1, not included 2"


def test_files_that_a_job_writes_are_not_labeled() -> None:
    files = {**properties()["Files"], "Bucket": "in"}
    request = {**properties()["Request"], "OutputConfig": {"S3OutputPath": "s3://in/labels"}}
    props = input_properties(Prefix="") | {"Files": files, "Request": request}

    manifest = made(
        {
            "1.txt": b"42",
            "requests/even-odd/notes.txt": b"x",
            "labels/notes.txt": b"x",
            "labels-of-mine/notes.txt": b"7",
        },
        props,
    )

    assert [line["source"] for line in json_lines(all_lines(manifest))] == ["42", "7"]
    assert manifest.skipped.reasons == {"written by a labeling job": 2}
    assert manifest.skipped.report is None


@pytest.mark.parametrize("count", [1, 6, 7, 8, 14])
def test_no_object_is_lost_where_a_page_ends(count: int) -> None:
    objects = {f"Images/{number}.jpg": b"x" for number in range(count)}

    assert made(objects, image_properties(), page_size=7).objects == count


def test_an_empty_prefix_is_refused_with_the_command_that_fills_it() -> None:
    with pytest.raises(NothingToLabelError) as refused:
        made({"Input/": b"", "Input/1.csv": b"x"})

    assert str(refused.value) == (
        "nothing to label under s3://in/Input/; left out 2: folder marker 1, not .txt 1: upload "
        "data objects with `aws s3 cp <folder> s3://in/Input/ --recursive` and deploy again"
    )


def test_an_empty_prefix_that_may_be_skipped_asks_for_a_higher_revision() -> None:
    with pytest.raises(NothingToLabelError, match=r"and deploy again with a higher revision$"):
        made({}, input_properties(WhenEmpty="skip"))


def test_a_bucket_that_can_not_be_listed_is_named() -> None:
    aws = FakeAws()
    aws.refuse("ListObjectsV2", "NoSuchBucket", "The specified bucket does not exist")

    with pytest.raises(CustomResourceError) as refused:
        read_manifest(from_event(event("Create")), aws.as_clients())

    assert str(refused.value) == (
        "s3://in/Input/ can't be listed: ListObjectsV2 was refused with NoSuchBucket: The "
        "specified bucket does not exist"
    )


def test_listing_ends_at_the_deadline() -> None:
    aws = FakeAws(page_size=2)
    aws.objects["in"].update({f"Images/{number}.jpg": b"x" for number in range(9)})
    aws.durations["ListObjectsV2"] = 300.0

    with pytest.raises(CustomResourceError) as refused:
        read_manifest(from_event(event("Create", image_properties())), aws.as_clients())

    assert str(refused.value) == (
        "time ran out while s3://in/Images/ was listed, 4 objects so far, use a longer prefix, or "
        "`limit`"
    )
