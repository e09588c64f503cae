"""Output manifests are found and read without anything of the functions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
from botocore.exceptions import ReadTimeoutError

from dataset.output_manifest import (
    LongLineError,
    OutputManifest,
    find,
    is_labeled,
    labeled_object,
    read_lines,
)
from tests.unit.fake_services import ACCOUNT
from tests.unit.labeling_job.labeling_job_aws import FakeAws

#: Lines that Ground Truth has written, with their sources.
_RECORDED: Final = Path(__file__).parents[2] / "data" / "recorded"
_RUN = "dev-x-0123456789"
_MANIFEST = OutputManifest(
    run=_RUN, bucket="out", key=f"labels/{_RUN}/manifests/output/output.manifest"
)


def _lines(aws: FakeAws) -> list[bytes]:
    return list(read_lines(_MANIFEST, account=ACCOUNT, s3=aws.as_clients().s3))


@pytest.fixture
def aws() -> FakeAws:
    fake = FakeAws()
    fake.objects["out"][_MANIFEST.key] = b"one\ntwo\n"
    return fake


def test_the_manifests_of_a_job_key_are_found(aws: FakeAws) -> None:
    other = "labels/dev-x-y-0123456789/manifests/output/output.manifest"
    aws.objects["out"] |= {other: b"", f"labels/{_RUN}-2/annotations/1.json": b""}

    found = find("s3://out/labels", "dev-x", account=ACCOUNT, s3=aws.as_clients().s3)

    assert list(found) == [_MANIFEST]


def test_a_manifest_is_read_line_by_line(aws: FakeAws) -> None:
    assert _lines(aws) == [b"one", b"two", b""]


def test_lines_come_again_where_reading_breaks_off(aws: FakeAws) -> None:
    class Broken:
        """A body that breaks off behind its first line."""

        def __init__(self) -> None:
            self.pieces = [b"one\ntw"]

        def read(self, _: int) -> bytes:
            if self.pieces:
                return self.pieces.pop()
            raise ReadTimeoutError(endpoint_url="https://example.com")

    whole = aws._get_object
    answers = iter([{"Body": Broken()}])
    aws._get_object = lambda parameters: next(answers, None) or whole(parameters)  # type: ignore[method-assign]

    assert _lines(aws) == [b"one", b"one", b"two", b""]


def test_a_line_that_memory_can_not_hold_is_refused(aws: FakeAws) -> None:
    aws.objects["out"][_MANIFEST.key] = b"x" * 50_000_001

    with pytest.raises(LongLineError):
        _lines(aws)


@pytest.mark.parametrize(
    "line",
    [{"kind": None, "kind-metadata": {}}, {"kind": 0, "kind-metadata": None}, {"kind": 0}, {}],
)
def test_half_a_label_is_none(line: dict[str, object]) -> None:
    assert not is_labeled(line, "kind")
    assert is_labeled({"kind": 0, "kind-metadata": {}}, "kind")


@pytest.mark.parametrize(
    ("file", "number", "attribute", "labeled"),
    [
        ("image-classification.jsonl", 0, "TestCLConsoleBucket", True),
        ("text-classification.jsonl", 0, "MultiClassJob", True),
        ("custom-task.jsonl", 0, "mock_job_name", True),
        # An object that nobody finished has metadata with a reason, and no label.
        ("custom-task.jsonl", 1, "mock_job_name", False),
        # The label of a custom task without a post-annotation function is empty, and a label.
        ("custom-task-without-function.json", 0, "labelAttributeName", True),
    ],
)
def test_a_recorded_line_is_known_for_labeled_or_not(
    file: str, number: int, attribute: str, *, labeled: bool
) -> None:
    text = (_RECORDED / file).read_text()
    lines = [text] if file.endswith(".json") else text.splitlines()
    line = json.dumps(json.loads(lines[number])).encode()
    given = {
        name: value
        for name, value in json.loads(line).items()
        if name not in (attribute, f"{attribute}-metadata")
    }

    assert is_labeled(json.loads(line), attribute) is labeled
    assert labeled_object(line, attribute) == (given if labeled else None)
