"""Finds the output manifests of a job key's runs, and reads them line by line.

A run is found by what it has written, whatever became of it and of its stack. In its output
manifest an object that is labeled has two names more than in the input manifest: the label
attribute, and the same with `-metadata` behind it
(https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from dataset import layout
from dataset.limits import MAXIMUM_OBJECTS
from dataset.names import prefix_of

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from types_boto3_s3 import S3Client

_log = logging.getLogger("dataset")

#: Bytes of a line.
LONGEST_LINE: Final = 50_000_000

#: Bytes that are read at a time.
_PIECE: Final = 1_000_000
#: Reads of one manifest, since a long one may break off.
_ATTEMPTS: Final = 3


class LongLineError(Exception):
    """A line has more than LONGEST_LINE bytes."""


@dataclass(frozen=True, kw_only=True)
class OutputManifest:
    """The output manifest of one run."""

    run: str
    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """Where it is."""
        return f"s3://{self.bucket}/{self.key}"


def find(
    output_path: str, name_prefix: str, *, account: str, s3: S3Client
) -> Iterator[OutputManifest]:
    """Yield what the runs of a job key have written, in the order of their names.

    `output_path` is the job's `S3OutputPath`, `account` the bucket's owner.
    """
    bucket, folder = layout.split_uri(output_path)
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket,
        Prefix=layout.labels_prefix(folder, f"{name_prefix}-"),
        Delimiter="/",
        ExpectedBucketOwner=account,
    )
    for page in pages:
        for each in page.get("CommonPrefixes", []):
            run = layout.run_of(folder, each["Prefix"])
            if run is None or prefix_of(run) != name_prefix:
                continue
            key = layout.output_manifest(folder, run)
            # A GET would not tell whether an object is missing or must not be read.
            there = s3.list_objects_v2(
                Bucket=bucket, Prefix=key, MaxKeys=1, ExpectedBucketOwner=account
            )
            if any(entry["Key"] == key for entry in there.get("Contents", [])):
                yield OutputManifest(run=run, bucket=bucket, key=key)


def read_lines(manifest: OutputManifest, *, account: str, s3: S3Client) -> Iterator[bytes]:
    """Yield the lines, without their line breaks.

    Where reading breaks off they come again from the first: a run that goes on may have written
    its manifest anew meanwhile. Raises LongLineError, and botocore's errors.
    """
    from botocore.exceptions import BotoCoreError

    for attempt in range(1, _ATTEMPTS + 1):
        try:
            answer = s3.get_object(
                Bucket=manifest.bucket, Key=manifest.key, ExpectedBucketOwner=account
            )
            # No job has more data objects.
            yield from islice(_lines(answer["Body"]), MAXIMUM_OBJECTS)
            return
        except BotoCoreError:
            if attempt == _ATTEMPTS:
                raise
            _log.warning("%s broke off while it was read", manifest.uri)


def is_labeled(line: Mapping[str, Any], attribute: str) -> bool:
    """Say whether a line has a label."""
    return line.get(attribute) is not None and line.get(_metadata(attribute)) is not None


def labeled_object(line: bytes, attribute: str) -> dict[str, Any] | None:
    """Return what the line was in the input manifest; None if it has no label."""
    metadata = _metadata(attribute)
    # Most lines of a run that was stopped early need not be parsed.
    if metadata.encode() not in line:
        return None
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    # A label is not asked for again because what is said of it is empty.
    if not isinstance(content, dict) or content.get(attribute) is None or metadata not in content:
        return None
    return {name: content[name] for name in content if name not in (attribute, metadata)}


def _metadata(attribute: str) -> str:
    return f"{attribute}-metadata"


def _lines(body: StreamingBody) -> Iterator[bytes]:
    rest = b""
    while piece := body.read(_PIECE):
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
        if len(rest) > LONGEST_LINE:
            raise LongLineError
    yield rest
