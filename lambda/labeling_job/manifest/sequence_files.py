"""Checks the sequence files that a user's manifest names.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-video-manual-data-setup.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-multi-frame-input-data.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from dataset.layout import split_uri
from dataset.messages import shown
from labeling_job.clients import Clients
from labeling_job.input_properties import Input
from labeling_job.manifest.frame_names import first_out_of_order, pad_hint
from labeling_job.manifest.point_clouds import frame_problems, prefix_problems
from labeling_job.manifest.problems import Problems
from labeling_job.request import Request
from labeling_job.source.listing import Found
from labeling_job.source.object_reader import read_objects

#: Bytes. 500 frames with 8 images each take about half of it.
_MAXIMUM_FILE: Final = 10_000_000


def check_sequence_files(
    lines: Mapping[str, int], request: Request, aws: Clients, problems: Problems
) -> None:
    """Read all sequence files, given by their URIs and lines in the manifest, and check them.

    Raises CustomResourceError for a file that can't be read.
    """
    source = request.input
    files = (Found(uri, split_uri(uri)[1], _MAXIMUM_FILE) for uri in lines)
    prefixes: dict[object, str] = {}
    for found, content in read_objects(files, request, aws, are_listed=False):
        where = f"line {lines[found.uri]}"
        try:
            sequence = _parse(content)
        except ValueError as error:
            problems.add(where, f"{error} in {found.uri}")
            continue
        for problem in sequence_problems(sequence, source):
            problems.add(where, f"{problem} of {found.uri}")
        # Each sequence of video frames has a folder of its own
        # (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-video-input-data.html).
        prefix = sequence.get("prefix")
        if source.kind == "frames" and isinstance(prefix, str):
            other = prefixes.setdefault(prefix, found.uri)
            if other != found.uri:
                problems.add(
                    where,
                    f"expected a prefix that no other sequence has, got {prefix!r} in {found.uri} "
                    f"and {other}",
                )


def sequence_problems(sequence: Mapping[str, Any], source: Input) -> Iterator[str]:
    """Yield what is wrong with the content of a sequence file."""
    if type(sequence.get("seq-no")) is not int:
        yield f"expected a whole number, got {shown(sequence.get('seq-no'))} in seq-no"
    yield from prefix_problems(sequence.get("prefix"), "prefix", (source.place,))
    frames = sequence.get("frames")
    if not isinstance(frames, list) or not frames:
        yield f"expected a list of frames, got {shown(frames)} in frames"
        return
    count = sequence.get("number-of-frames")
    if type(count) is not int or count != len(frames):
        yield (
            f"expected the number of frames, which is {len(frames)}, got {shown(count)} in "
            "number-of-frames"
        )
    if source.maximum_frames is not None and len(frames) > source.maximum_frames:
        yield f"expected at most {source.maximum_frames} frames, got {len(frames)} in frames"
    names: set[str] = set()
    numbers: set[int] = set()
    for index, frame in enumerate(frames):
        where = f"frames[{index}]"
        if not isinstance(frame, Mapping):
            yield f"expected an object with the name of a frame, got {shown(frame)} in {where}"
            continue
        yield from _name_problems(frame, names, where, source)
        yield from _number_problems(frame, numbers, where, source)
        if source.kind == "point-cloud-sequence":
            yield from frame_problems(frame, where, (source.place,))
    if source.kind == "frames" and (pair := first_out_of_order(names)) is not None:
        yield f"{pad_hint(pair)} in frames"


def _parse(content: bytes) -> Mapping[str, Any]:
    try:
        sequence = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"expected a sequence file in JSON, got {error}") from error
    if not isinstance(sequence, Mapping):
        raise ValueError(f"expected a sequence file with one object, got {shown(sequence)}")
    return sequence


def _name_problems(
    frame: Mapping[str, Any], names: set[str], where: str, source: Input
) -> Iterator[str]:
    name = frame.get("frame")
    # A point cloud's endings are those of the sequence files.
    endings = source.extensions if source.kind == "frames" else ()
    if not isinstance(name, str) or not name or (endings and not name.lower().endswith(endings)):
        ending = f" that ends with {' or '.join(endings)}" if endings else ""
        yield f"expected a file name below the prefix{ending}, got {shown(name)} in {where}.frame"
    elif name in names:
        yield f"expected each frame once, got {shown(name)} again in {where}.frame"
    else:
        names.add(name)


def _number_problems(
    frame: Mapping[str, Any], numbers: set[int], where: str, source: Input
) -> Iterator[str]:
    number = frame.get("frame-no")
    if number is None and source.kind == "point-cloud-sequence":
        return
    # AWS's table of video frames says a text, the sample beside it has a number.
    if isinstance(number, str) and re.fullmatch(r"[0-9]{1,18}", number):
        number = int(number)
    if type(number) is not int:
        yield f"expected a whole number, got {shown(number)} in {where}.frame-no"
    elif number in numbers:
        yield f"expected each number once, got {number} again in {where}.frame-no"
    else:
        numbers.add(number)
