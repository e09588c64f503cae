"""Reads what a labeling job gets from S3: input manifest and label category file.

Rules: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-input-data-input-manifest.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-label-cat-config-attributes.html
"""

from __future__ import annotations

import json
import re
from typing import Any

MAXIMUM_OBJECTS = 100_000
MAXIMUM_LINE = 100_000
MAXIMUM_VALUE = 20_000
MAXIMUM_LABEL = 256
_VERSION = "2018-11-28"
_URI = re.compile(r"s3://([^/]+)/(.+)", re.DOTALL)


def split_uri(uri: str) -> tuple[str, str]:
    """Return bucket and key of `s3://bucket/key`; ValueError if it is none."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise ValueError(f"an object's URI is s3://bucket/key, got {uri!r}")
    return match.group(1), match.group(2)


def read_manifest(body: bytes, source: str) -> list[tuple[str, dict[str, Any]]]:
    """Return each line as it is and parsed; ValueError says what is wrong in which line.

    `source` is the key that objects of the job's task type must have.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"the input manifest is UTF-8, got {error.reason} at {error.start}") from (
            error
        )
    # Not splitlines(), which splits at characters that are no line breaks in JSON Lines.
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    objects = [
        (line, _parse_line(line, number, source))
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not objects:
        raise ValueError("the input manifest has at least one data object, got none")
    if len(objects) > MAXIMUM_OBJECTS:
        raise ValueError(
            f"the input manifest has at most {MAXIMUM_OBJECTS} data objects, got {len(objects)}"
        )
    return objects


def _parse_line(line: str, number: int, source: str) -> dict[str, Any]:
    where = f"line {number} of the input manifest"
    if len(line) > MAXIMUM_LINE:
        raise ValueError(f"{where} has at most {MAXIMUM_LINE} characters, got {len(line)}")
    try:
        content = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"{where} is JSON, got {line[:80]!r}: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{where} is a JSON object, got {line[:80]!r}")
    present = [name for name in ("source", "source-ref") if name in content]
    if present != [source]:
        got = " and ".join(present) or "neither"
        raise ValueError(f"{where} has {source} for this task type, got {got}")
    if not isinstance(content[source], str) or not content[source]:
        raise ValueError(f"{where} has a text as {source}, got {content[source]!r}")
    for name, value in content.items():
        if name.startswith("$"):
            raise ValueError(f"{where} has names that do not start with $, got {name!r}")
        length = len(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        if length > MAXIMUM_VALUE:
            raise ValueError(
                f"{where} has at most {MAXIMUM_VALUE} characters in {name}, got {length}"
            )
    return content


def read_labels(body: bytes, minimum: int) -> list[str]:
    """Return the label file's names; ValueError says what is wrong."""
    where = "the label category file"
    try:
        content = json.loads(body)
    except ValueError as error:
        raise ValueError(f"{where} is JSON, got {body[:80]!r}: {error}") from error
    version = content.get("document-version") if isinstance(content, dict) else None
    if version != _VERSION:
        raise ValueError(f"{where} has the document-version {_VERSION}, got {version!r}")
    labels = [each.get("label") for each in content.get("labels", ())]
    for label in labels:
        if not isinstance(label, str) or not 1 <= len(label) <= MAXIMUM_LABEL:
            raise ValueError(
                f"{where} has labels of 1 to {MAXIMUM_LABEL} characters, got {label!r}"
            )
    if len(labels) < minimum:
        raise ValueError(f"{where} has at least {minimum} labels, got {len(labels)}: {labels!r}")
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise ValueError(f"{where} has each label once, got {', '.join(twice)} more often")
    return labels
