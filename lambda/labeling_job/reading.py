"""Reads objects of S3, many at the same time, and says which one can't be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from botocore.exceptions import ClientError

from labeling_job.collaborators import READERS, Collaborators
from labeling_job.errors import LabelingJobError, code_of, explain, is_denied
from labeling_job.listing import Found
from labeling_job.request import Request

#: Objects between two looks at the clock, and bytes of them in memory.
_WINDOW: Final = 8 * READERS
_WINDOW_BYTES: Final = 320_000_000


def read_object(uri: str, request: Request, aws: Collaborators, *, maximum_bytes: int) -> bytes:
    """Return an object's content; raises LabelingJobError if it is too large or can't be read."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        answer = aws.s3.get_object(Bucket=bucket, Key=key, ExpectedBucketOwner=request.account)
    except ClientError as error:
        raise LabelingJobError(_unreadable(uri, error)) from error
    size = answer["ContentLength"]
    if size > maximum_bytes:
        raise LabelingJobError(
            f"expected at most {maximum_bytes} bytes, got {size} in {uri}, split it, or deploy "
            "again if it was changed a moment ago"
        )
    return answer["Body"].read()


def read_objects(
    objects: Iterable[Found], request: Request, aws: Collaborators
) -> Iterator[tuple[Found, bytes]]:
    """Yield objects, of which none may be larger than its size says, with their contents.

    Raises LabelingJobError for the first that can't be read, or if time is running out.
    """
    number = 0
    with ThreadPoolExecutor(max_workers=READERS) as readers:
        for window in _windows(objects):
            if aws.clock.now() > aws.clock.deadline:
                raise LabelingJobError(
                    f"time ran out with {number} objects read that are named "
                    f"{request.input.origin}, use `sample` or `limit`, or split them over several "
                    "jobs"
                )
            contents = readers.map(
                lambda found: read_object(found.uri, request, aws, maximum_bytes=found.size),
                window,
            )
            yield from zip(window, contents, strict=True)
            number += len(window)


def _windows(objects: Iterable[Found]) -> Iterator[list[Found]]:
    window: list[Found] = []
    size = 0
    for found in objects:
        if window and (len(window) == _WINDOW or size + found.size > _WINDOW_BYTES):
            yield window
            window, size = [], 0
        window.append(found)
        size += found.size
    if window:
        yield window


def _unreadable(uri: str, error: ClientError) -> str:
    if code_of(error) == "NoSuchKey":
        return f"{uri} does not exist, or no longer, deploy again when it is there"
    if code_of(error) == "InvalidObjectState":
        return f"{uri} is archived and can't be read, restore it or move it out of the prefix"
    # Who may not list a bucket is not told that an object is missing.
    hint = " (or there is no such object)" if is_denied(error) else ""
    return f"{uri} can't be read{hint}: {explain(error)}"
