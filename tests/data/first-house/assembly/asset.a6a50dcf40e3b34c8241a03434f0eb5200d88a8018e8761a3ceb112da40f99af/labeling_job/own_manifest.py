"""Takes data objects from a person's own manifest, or from that of an earlier job.

Every line is checked, and passed on byte for byte: what earlier jobs wrote into it must survive
(https://docs.aws.amazon.com/sagemaker/latest/dg/sms-reusing-data.html).
"""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

from labeling_job.choice import MAXIMUM_BYTES, choose
from labeling_job.collaborators import Collaborators
from labeling_job.data_object import DataObject
from labeling_job.input_properties import Input
from labeling_job.left_out import LeftOut
from labeling_job.manifest_lines import line_problems, parse_line
from labeling_job.previous_job import check_previous_job
from labeling_job.problems import Problems, shown
from labeling_job.reading import read_object
from labeling_job.request import Request
from labeling_job.sequence_files import check_sequence_files

_SEQUENCES: Final = ("frames", "point-cloud-sequence")


def manifest_objects(request: Request, aws: Collaborators, left_out: LeftOut) -> list[DataObject]:
    """Return what is labeled of the manifest's lines, in their order.

    Raises CustomResourceError with all that is wrong in its lines, also in those that are not
    chosen, then with all that is wrong in the sequence files of those that are.
    """
    source = request.input
    check_previous_job(source, aws)
    uri = str(source.manifest_uri)
    body = read_object(uri, request, aws, maximum_bytes=MAXIMUM_BYTES)
    problems = Problems(uri)
    numbers: dict[str, int] = {}
    objects = _checked_lines(body, request, problems, left_out, numbers)
    chosen = list(
        choose(
            objects,
            source,
            left_out,
            place=lambda each: each.place,
            weigh=lambda each: len(each.line),
        )
    )
    left_out.count("over the limit", sum(1 for _ in objects))
    problems.raise_any()
    # Those of an earlier job were checked by that job, if they were not written by it.
    if source.kind in _SEQUENCES and source.previous_attribute is None:
        lines = {each.place: numbers[each.place] for each in chosen}
        check_sequence_files(lines, request, aws, problems)
        problems.raise_any()
    return chosen


def _checked_lines(
    body: bytes,
    request: Request,
    problems: Problems,
    left_out: LeftOut,
    numbers: dict[str, int],
) -> Iterator[DataObject]:
    """Yield the lines that are right; put the line of each `source-ref` into `numbers`."""
    source = request.input
    uri = str(source.manifest_uri)
    places = _places(request)
    lines = io.BytesIO(body)
    if body.startswith(codecs.BOM_UTF8):
        lines.seek(len(codecs.BOM_UTF8))
    for number, raw in enumerate(lines, start=1):
        where = f"line {number}"
        line = raw.removesuffix(b"\n").removesuffix(b"\r")
        if not line.strip():
            left_out.add("blank line", uri, line=number)
            continue
        try:
            text, content = parse_line(line)
        except ValueError as error:
            problems.add(where, str(error))
            continue
        reference = content.get("source-ref")
        if not isinstance(reference, str):
            reference = None
        if not _is_labeled(content, source):
            left_out.add("not labeled", reference or uri, line=number)
            continue
        found = list(line_problems(content, text, source, places))
        if reference is not None and (first := numbers.setdefault(reference, number)) != number:
            found.append(f"expected each object once, got {shown(reference)} as in line {first}")
        for problem in found:
            problems.add(where, problem)
        if not found:
            place = reference or hashlib.sha256(line).hexdigest()
            yield DataObject(place, raw if raw.endswith(b"\n") else raw + b"\n")


def _places(request: Request) -> tuple[str, ...]:
    """Return the S3 URIs below which objects must be: the execution role can't read others."""
    if request.input.previous_attribute is None:
        return (request.input.place,)
    # An earlier job's sequence files stand where all that is written for jobs does.
    return (request.input.place, f"s3://{request.files.bucket}/")


def _is_labeled(content: Mapping[str, Any], source: Input) -> bool:
    attribute = source.previous_attribute
    return attribute is None or (
        content.get(attribute) is not None and content.get(f"{attribute}-metadata") is not None
    )
