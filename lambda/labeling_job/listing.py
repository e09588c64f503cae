"""Lists the data objects below a prefix and says which are left out, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ClientError

from labeling_job.collaborators import Collaborators
from labeling_job.errors import LabelingJobError, explain
from labeling_job.request import Input, Request

#: Bytes of all texts of a job: they are checked as a whole before anything is written, in a
#: function with 1,769 MB of memory.
MAXIMUM_BYTES: Final = 400_000_000


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The objects that can be labeled, in S3's order, and how many others there are."""

    keys: Sequence[str]
    #: Reason to number of objects.
    left_out: Mapping[str, int]


def place(source: Input) -> str:
    """Return where the data objects are, as an S3 URI."""
    return f"s3://{source.bucket}/{source.prefix}"


def list_objects(request: Request, aws: Collaborators) -> Listing:
    """Return the listing; it ends with an error as soon as there are too many objects.

    Keys come decoded: botocore asks S3 to encode them and decodes them once.
    """
    try:
        return _list(request, aws)
    except ClientError as error:
        raise LabelingJobError(
            f"{place(request.input)} can't be listed: {explain(error)}"
        ) from error


def check_limits(objects: int, size: int, source: Input) -> None:
    """Raise LabelingJobError for more data objects, or bytes of text, than one job can have."""
    if objects > source.maximum_objects:
        raise LabelingJobError(
            f"expected at most {source.maximum_objects} data objects for one job, "
            f"got more under {place(source)}, split them over several prefixes and jobs"
        )
    if size > MAXIMUM_BYTES:
        raise LabelingJobError(
            f"expected at most {MAXIMUM_BYTES} bytes of text for one job, got {size} or more "
            f"under {place(source)}, split them over several prefixes and jobs"
        )


def _list(request: Request, aws: Collaborators) -> Listing:
    source = request.input
    excluded = _own_prefixes(request)
    keys: list[str] = []
    left_out: Counter[str] = Counter()
    size = 0
    pages = aws.s3.get_paginator("list_objects_v2").paginate(
        Bucket=source.bucket, Prefix=source.prefix, ExpectedBucketOwner=request.account
    )
    for page in pages:
        if aws.clock.now() > aws.clock.deadline:
            raise LabelingJobError(
                f"time ran out while {place(source)} was listed, {len(keys)} data objects so far"
            )
        for found in page.get("Contents", []):
            reason = _reason_to_leave_out(found["Key"], found["Size"], excluded, source)
            if reason is not None:
                left_out[reason] += 1
                continue
            keys.append(found["Key"])
            size += found["Size"]
        check_limits(len(keys), size, source)
    return Listing(keys=keys, left_out=left_out)


def _own_prefixes(request: Request) -> tuple[str, ...]:
    """Return the prefixes of the input bucket that hold what a job writes."""
    labels = str(dict(request.job.get("OutputConfig", {})).get("S3OutputPath", ""))
    places = (f"s3://{request.files.bucket}/{request.files.prefix}", f"{labels.rstrip('/')}/")
    bucket = f"s3://{request.input.bucket}/"
    return tuple(
        path.removeprefix(bucket) for path in places if path.startswith(bucket) and path != bucket
    )


def _reason_to_leave_out(
    key: str, size: int, excluded: tuple[str, ...], source: Input
) -> str | None:
    if key.startswith(excluded):
        return "written by a labeling job"
    if key.endswith("/"):
        return "folder marker"
    if not key.lower().endswith(source.extensions):
        return f"not {' or '.join(source.extensions)}"
    return "empty" if size == 0 else None
