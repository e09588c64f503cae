"""Reads sequence files, which list the frames that belong together.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-video-manual-data-setup.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-multi-frame-input-data.html
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.ground_truth.answers.data_kinds import DataKind
from local.ground_truth.answers.json_values import is_whole
from local.ground_truth.answers.point_cloud_frames import check_frame

_PREFIX: Final = re.compile(r"s3://[^/]+/.+/", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One frame of a sequence, in the order of the file."""

    #: `frame-no`, or its place if it has none.
    number: int
    #: The file's name, below the sequence's prefix.
    name: str
    uri: str
    #: How many camera images a point cloud has.
    cameras: int = 0


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """A sequence file: its frames and the prefix that no other sequence may have."""

    prefix: str
    frames: tuple[Frame, ...]


def read_sequence(body: bytes, uri: str, kind: DataKind) -> Sequence:
    """Read the sequence file at `uri`; ValueError says what is wrong in it."""
    where = f"the sequence file {uri}"
    try:
        content = json.loads(body)
    except ValueError as error:
        raise ValueError(f"{where} is JSON, got {body[:80]!r}: {error}") from error
    if not isinstance(content, dict) or not is_whole(content.get("seq-no")):
        raise ValueError(f"{where} is an object with a number as seq-no, got {body[:80]!r}")
    prefix = _prefix(content, where)
    frames = content.get("frames")
    if not isinstance(frames, list) or not frames:
        raise ValueError(f"{where} has a list of frames, got {frames!r}")
    if content.get("number-of-frames") != len(frames):
        raise ValueError(
            f"{where} has as many frames as number-of-frames, got {len(frames)} and"
            f" {content.get('number-of-frames')!r}"
        )
    if kind.maximum_frames is not None and len(frames) > kind.maximum_frames:
        raise ValueError(f"{where} has at most {kind.maximum_frames} frames, got {len(frames)}")
    read = tuple(
        _frame(frame, place, prefix, f"frame {place + 1} of {where}", kind)
        for place, frame in enumerate(frames)
    )
    for what, values in (
        ("frame-no", [str(frame.number) for frame in read]),
        ("frame", [frame.name for frame in read]),
    ):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            raise ValueError(f"{where} has each {what} once, got {', '.join(twice)} more often")
    return Sequence(prefix=prefix, frames=read)


def _prefix(content: Mapping[str, Any], where: str) -> str:
    prefix = content.get("prefix")
    # A sequence can't be at the root of its bucket.
    if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
        raise ValueError(f"{where} has a prefix s3://bucket/folder/, got {prefix!r}")
    return prefix


def _frame(frame: Any, place: int, prefix: str, where: str, kind: DataKind) -> Frame:
    if not isinstance(frame, dict) or not isinstance(frame.get("frame"), str) or not frame["frame"]:
        raise ValueError(f"{where} is an object with a file name as frame, got {frame!r}")
    if kind.is_point_cloud:
        check_frame(frame, where)
    number = frame.get("frame-no", place if kind.is_point_cloud else None)
    # The table says a text, the sample has a number.
    if isinstance(number, str) and number.isdecimal():
        number = int(number)
    if not is_whole(number):
        raise ValueError(f"{where} has a number as frame-no, got {number!r}")
    return Frame(
        number=number,
        name=frame["frame"],
        uri=f"{prefix}{frame['frame']}",
        cameras=len(frame.get("images", ())),
    )
