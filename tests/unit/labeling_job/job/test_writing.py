"""How a manifest is written: off memory, in parts, and nothing left of what failed."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from custom_resource.errors import CustomResourceError
from labeling_job.job.files import write_files
from labeling_job.manifest.lines_on_disk import LinesOnDisk
from labeling_job.manifest.manifest import Manifest
from labeling_job.request import from_event
from labeling_job.source.skipped import Skipped
from tests.unit.labeling_job.labeling_job_aws import FakeAws, all_lines, event

_LINE = b'{"source": "%0999900d"}\n'


@pytest.fixture
def large() -> Manifest:
    """Return a manifest of 40 MB, which is three parts."""
    lines = LinesOnDisk()
    for number in range(40):
        lines.append(_LINE % number)
    return Manifest(lines=lines, objects=40, carried_over=0, skipped=Skipped(), files={})


def test_lines_on_disk_read_as_they_were_written() -> None:
    lines = LinesOnDisk()
    content = b"".join(_LINE % number for number in range(3))

    for number in range(2):
        lines.append(_LINE % number)
    half = lines.read()
    lines.append(_LINE % 2)

    assert half + _LINE % 2 == lines.read() == content
    assert lines.read(5, 7) == content[5:12]
    assert lines.size == len(content)
    assert lines.sha256 == hashlib.sha256(content).digest()


def test_lines_on_disk_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    lines = LinesOnDisk()

    lines.append(b"x" * 2_000_000)

    # Nor is there anything that a killed process could leave.
    assert not list(tmp_path.iterdir())
    assert lines.read(0, 1) == b"x"


def test_a_large_manifest_is_written_in_parts(large: Manifest) -> None:
    aws = FakeAws()

    written = write_files(from_event(event("Create")), large, aws.as_clients())

    key = written.manifest.removeprefix("s3://out/")
    assert aws.objects["out"][key] == all_lines(large)
    assert [part["PartNumber"] for part in aws.called("UploadPart")] == [1, 2, 3]
    assert not aws.uploads


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
@pytest.mark.parametrize(
    "error", [None, ReadTimeoutError(endpoint_url="https://example.com"), KeyError("x")]
)
def test_no_part_is_left_of_a_manifest_that_can_not_be_written(
    large: Manifest, operation: str, error: Exception | None
) -> None:
    aws = FakeAws()
    if error is None:
        aws.refuse(operation, "AccessDenied", "Access Denied")
    else:
        aws.disturb(operation, error)

    with pytest.raises(CustomResourceError if error is None else type(error)):
        write_files(from_event(event("Create")), large, aws.as_clients())

    assert not aws.uploads
    assert not aws.objects["out"]


def test_that_parts_can_not_be_taken_back_does_not_hide_why(large: Manifest) -> None:
    aws = FakeAws()
    aws.refuse("UploadPart", "AccessDenied", "may not encrypt")
    aws.refuse("AbortMultipartUpload", "AccessDenied", "may not abort")

    with pytest.raises(CustomResourceError, match="may not encrypt") as refused:
        write_files(from_event(event("Create")), large, aws.as_clients())

    assert isinstance(refused.value.__cause__, ClientError)
