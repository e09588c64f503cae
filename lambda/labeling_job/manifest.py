"""Makes the input manifest: every text of the listed objects, checked, one JSON object a line."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ClientError

from labeling_job.collaborators import READERS, Collaborators
from labeling_job.errors import LabelingJobError, code_of, explain, is_denied
from labeling_job.listing import check_limits, list_objects, place
from labeling_job.request import Input, Request

#: Characters (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-input-data-input-manifest.html).
_MAXIMUM_LINE: Final = 100_000
#: `str.splitlines` also breaks at characters that people don't see as the end of a line.
_LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")
#: Objects between two looks at the clock.
_WINDOW: Final = 8 * READERS


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What Ground Truth will hand to workers."""

    #: UTF-8 JSON Lines.
    content: bytes
    objects: int
    #: Reason to number of objects or lines.
    left_out: Mapping[str, int]

    @property
    def summary(self) -> str:
        """One sentence, such as `4 data objects; left out 1: folder marker 1`."""
        noun = "data object" if self.objects == 1 else "data objects"
        return f"{self.objects} {noun}{_left_out(self.left_out)}"


def read_manifest(request: Request, aws: Collaborators) -> Manifest:
    """Return the manifest of everything under the input prefix, in the listing's order.

    Nothing is written. Without anything to label the manifest is empty, or an error where the
    request says so. Raises LabelingJobError that names the object that can't be labeled.
    """
    source = request.input
    listing = list_objects(request, aws)
    left_out = Counter(listing.left_out)
    content = bytearray()
    objects = 0
    with ThreadPoolExecutor(max_workers=READERS) as readers:
        for keys in _windows(listing.keys):
            if aws.clock.now() > aws.clock.deadline:
                raise LabelingJobError(
                    f"time ran out with {objects} data objects read of {len(listing.keys)} files "
                    f"under {place(source)}, split them over several prefixes and jobs"
                )
            texts = readers.map(lambda key: _read(key, request, aws), keys)
            for key, text in zip(keys, texts, strict=True):
                for number, part in _parts(text, source):
                    if not part.strip():
                        left_out["blank" if number is None else "blank line"] += 1
                        continue
                    objects += 1
                    content += _line(key, number, part, source)
                check_limits(objects, len(content), source)
    if not objects and source.when_empty == "fail":
        raise LabelingJobError(nothing_to_label(source, left_out))
    return Manifest(content=bytes(content), objects=objects, left_out=left_out)


def nothing_to_label(source: Input, left_out: Mapping[str, int]) -> str:
    """Return the sentence that says so and how to bring data objects there."""
    # An unchanged resource that was skipped gets no further event.
    again = "deploy again" if source.when_empty == "fail" else "deploy again with a higher revision"
    return (
        f"nothing to label under {place(source)}{_left_out(left_out)}: upload data objects with "
        f"`aws s3 cp <folder> {place(source)} --recursive` and {again}"
    )


def _read(key: str, request: Request, aws: Collaborators) -> str:
    """Return an object's text without byte order mark."""
    source = request.input
    try:
        answer = aws.s3.get_object(
            Bucket=source.bucket, Key=key, ExpectedBucketOwner=request.account
        )
    except ClientError as error:
        raise LabelingJobError(_unreadable(_uri(source, key), error)) from error
    content = answer["Body"].read()
    mark = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    try:
        return content[mark:].decode()
    except UnicodeDecodeError as error:
        raise LabelingJobError(
            f"expected UTF-8 text, got byte 0x{content[mark + error.start]:02x} at position "
            f"{mark + error.start} of {_uri(source, key)}, save it as UTF-8"
        ) from error


def _unreadable(uri: str, error: ClientError) -> str:
    if code_of(error) == "NoSuchKey":
        return f"{uri} was removed while the data objects were read, deploy again"
    if code_of(error) == "InvalidObjectState":
        return f"{uri} is archived and can't be read, restore it or move it out of the prefix"
    hint = " (or the object was removed a moment ago)" if is_denied(error) else ""
    return f"{uri} can't be read{hint}: {explain(error)}"


def _parts(text: str, source: Input) -> Iterator[tuple[int | None, str]]:
    """Yield the data objects of a text, with the line's number where there is one."""
    if source.split == "file":
        yield None, text
        return
    lines = _LINE_BREAK.split(text)
    if not lines[-1]:
        lines.pop()  # what follows the last line break is no line
    yield from enumerate(lines, start=1)


def _line(key: str, number: int | None, text: str, source: Input) -> bytes:
    where = _uri(source, key) if number is None else f"line {number} of {_uri(source, key)}"
    if len(text) > source.maximum_characters:
        advice = "split it" if source.split == "line" else "split it, or use `split: line`"
        raise LabelingJobError(
            f"expected at most {source.maximum_characters} characters, got {len(text)} in {where}, "
            f"{advice}"
        )
    entry: dict[str, str | int] = {"source": text, "object": _uri(source, key)}
    if number is not None:
        entry["line"] = number
    line = json.dumps(entry, ensure_ascii=False)
    if len(line) > _MAXIMUM_LINE:
        raise LabelingJobError(
            f"expected at most {_MAXIMUM_LINE} characters in a line of the manifest, got "
            f"{len(line)} for {where}, split it or remove its control characters"
        )
    return f"{line}\n".encode()


def _windows(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _WINDOW] for start in range(0, len(keys), _WINDOW))


def _left_out(reasons: Mapping[str, int]) -> str:
    if not reasons:
        return ""
    listed = ", ".join(f"{reason} {reasons[reason]}" for reason in sorted(reasons))
    return f"; left out {sum(reasons.values())}: {listed}"


def _uri(source: Input, key: str) -> str:
    return f"s3://{source.bucket}/{key}"
