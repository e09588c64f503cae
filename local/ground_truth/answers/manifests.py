"""Reads input manifests: one JSON object in each line, for one data object.

Rules: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-input-data-input-manifest.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from local.ground_truth.answers.data_kinds import SOURCES, DataKind
from local.ground_truth.answers.point_cloud_frames import check_frame

MAXIMUM_OBJECTS: Final = 100_000
MAXIMUM_LINE: Final = 100_000
MAXIMUM_VALUE: Final = 20_000

Line = tuple[str, dict[str, Any]]


def read_manifest(body: bytes, kind: DataKind, most: int = MAXIMUM_OBJECTS) -> list[Line]:
    """Return each line as it is and parsed; ValueError says what is wrong in which line.

    `kind` is what the job's task type labels, `most` how many data objects it may have.
    """
    lines = read_lines(body)
    if not lines:
        raise ValueError("the input manifest has at least one data object, got none")
    if len(lines) > most:
        raise ValueError(f"the input manifest has at most {most} data objects, got {len(lines)}")
    for number, (_, content) in lines:
        _check_source(content, kind, f"line {number} of the input manifest")
    return [line for _, line in lines]


def read_lines(body: bytes) -> list[tuple[int, Line]]:
    """Return the lines that are not blank, as they are and parsed, each with its number."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"the input manifest is UTF-8, got {error.reason} at {error.start}") from (
            error
        )
    # Not splitlines(), which splits at characters that are no line breaks in JSON Lines.
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return [
        (number, (line, _parse_line(line, f"line {number} of the input manifest")))
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _parse_line(line: str, where: str) -> dict[str, Any]:
    if len(line) > MAXIMUM_LINE:
        raise ValueError(f"{where} has at most {MAXIMUM_LINE} characters, got {len(line)}")
    try:
        content = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"{where} is JSON, got {line[:80]!r}: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{where} is a JSON object, got {line[:80]!r}")
    for name, value in content.items():
        if name.startswith("$"):
            raise ValueError(f"{where} has names that do not start with $, got {name!r}")
        length = len(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        if length > MAXIMUM_VALUE:
            raise ValueError(
                f"{where} has at most {MAXIMUM_VALUE} characters in {name}, got {length}"
            )
    return content


def _check_source(content: dict[str, Any], kind: DataKind, where: str) -> None:
    present = [name for name in SOURCES if name in content]
    wanted = [kind.source] if kind.source else present[:1]
    if present != wanted or not present:
        got = " and ".join(present) or "neither"
        needed = kind.source or "either source or source-ref"
        raise ValueError(f"{where} has {needed} for this task type, got {got}")
    value = content[present[0]]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{where} has a text as {present[0]}, got {value!r}")
    if kind.is_point_cloud and kind.maximum_frames is None:
        check_frame(content.get("source-ref-metadata"), f"source-ref-metadata in {where}")
