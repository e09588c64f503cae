"""Finds what earlier runs of a job have labeled, so that nobody labels it, and pays for it, twice.

Runs are found by what they have written, whatever became of them and of their stacks. In an output
manifest an object that is labeled has two names more than it had in the input manifest
(https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.errors import CustomResourceError
from labeling_job.advice import explain
from labeling_job.collaborators import Collaborators
from labeling_job.data_object import digest_of
from labeling_job.request import Request

if TYPE_CHECKING:
    from botocore.response import StreamingBody

#: Lines that are read of one run: no job has more data objects.
_MAXIMUM_LINES: Final = 100_000
#: Objects of all runs that are remembered, at some 100 bytes each.
_MAXIMUM_LABELED: Final = 1_000_000
#: Bytes that are read at a time, and of the longest line.
_PIECE: Final = 1_000_000
_LONGEST_LINE: Final = 50_000_000
#: Reads of one manifest, since a long one may break off.
_ATTEMPTS: Final = 3
_MANIFEST: Final = "manifests/output/output.manifest"


@dataclass(frozen=True, kw_only=True)
class EarlierRun:
    """A labeling job that has written labels."""

    name: str
    bucket: str
    #: Of its output manifest.
    key: str

    @property
    def uri(self) -> str:
        """Where its output manifest is."""
        return f"s3://{self.bucket}/{self.key}"


def labeled_before(request: Request, aws: Collaborators) -> frozenset[bytes]:
    """Return the digests of all data objects that have a label of an earlier run.

    A run that goes on is read as it stands. Empty where everything shall be labeled again. Raises
    CustomResourceError if labels can't be read: without them they would be paid twice.
    """
    labeled: set[bytes] = set()
    if request.relabel:
        return frozenset()
    for run in earlier_runs(request, aws):
        before = len(labeled)
        _read(run, request, aws, labeled)
        if len(labeled) > _MAXIMUM_LABELED:
            raise CustomResourceError(
                f"expected at most {_MAXIMUM_LABELED} data objects labeled by earlier runs, got "
                "more; label everything again with `relabel: true`, or use another job key"
            )
        aws.log.info("%s has labeled %d objects more", run.name, len(labeled) - before)
    return frozenset(labeled)


def earlier_runs(request: Request, aws: Collaborators) -> list[EarlierRun]:
    """Return the runs that have an output manifest, in the order of their names."""
    path = str(dict(request.job.get("OutputConfig", {})).get("S3OutputPath", ""))
    bucket, _, folder = path.removeprefix("s3://").rstrip("/").partition("/")
    prefix = f"{folder}/{request.name_prefix}-" if folder else f"{request.name_prefix}-"
    is_run = re.compile(re.escape(prefix) + r"[0-9a-f]{10}(-[0-9]{1,2})?/")
    place: dict[str, str] = {"Bucket": bucket, "ExpectedBucketOwner": request.account}
    try:
        pages = aws.s3.get_paginator("list_objects_v2").paginate(
            Prefix=prefix,
            Delimiter="/",
            **place,  # type: ignore[arg-type]  # both are texts
        )
        folders = [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", [])]
        return [
            EarlierRun(
                name=run.removesuffix("/").rpartition("/")[2], bucket=bucket, key=run + _MANIFEST
            )
            for run in folders
            if is_run.fullmatch(run) and _exists(run + _MANIFEST, place, aws)
        ]
    except ClientError as error:
        raise CustomResourceError(
            f"the labels of earlier runs under s3://{bucket}/{prefix} can't be listed: "
            f"{explain(error)}"
        ) from error


def _exists(key: str, place: dict[str, str], aws: Collaborators) -> bool:
    # A GET would not tell whether an object is missing or must not be read.
    page = aws.s3.list_objects_v2(Prefix=key, MaxKeys=1, **place)  # type: ignore[arg-type]  # texts
    return any(entry["Key"] == key for entry in page.get("Contents", []))


def _read(run: EarlierRun, request: Request, aws: Collaborators, labeled: set[bytes]) -> None:
    attribute = str(request.job.get("LabelAttributeName"))
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            answer = aws.s3.get_object(
                Bucket=run.bucket, Key=run.key, ExpectedBucketOwner=request.account
            )
            for line in islice(_lines(answer["Body"], run, aws), _MAXIMUM_LINES):
                if (found := _labeled_object(line, attribute)) is not None:
                    labeled.add(digest_of(found))
            return
        except ClientError as error:
            raise CustomResourceError(
                f"the labels in {run.uri} can't be read: {explain(error)}; or label everything "
                "again with `relabel: true`"
            ) from error
        except BotoCoreError:
            # What is added twice is there once.
            if attempt == _ATTEMPTS:
                raise
            aws.log.warning("%s broke off while it was read", run.uri)


def _lines(body: StreamingBody, run: EarlierRun, aws: Collaborators) -> Iterator[bytes]:
    rest = b""
    while piece := body.read(_PIECE):
        if aws.clock.now() > aws.clock.deadline:
            raise CustomResourceError(
                f"time ran out while the labels in {run.uri} were read, label everything again "
                "with `relabel: true`, or use another job key"
            )
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
        if len(rest) > _LONGEST_LINE:
            raise CustomResourceError(
                f"expected lines of at most {_LONGEST_LINE} bytes in {run.uri}, got a longer one, "
                "label everything again with `relabel: true`"
            )
    yield rest


def _labeled_object(line: bytes, attribute: str) -> dict[str, Any] | None:
    """Return what the line was in the input manifest, or none if it has no label."""
    metadata = f"{attribute}-metadata"
    # Most lines of a run that was stopped early need not be parsed.
    if metadata.encode() not in line:
        return None
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get(attribute) is None or metadata not in content:
        return None
    return {name: content[name] for name in content if name not in (attribute, metadata)}
