"""Checks one line of an input manifest.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-input-data-input-manifest.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from labeling_job.data_object import MAXIMUM_LINE
from labeling_job.input_properties import MAXIMUM_VALUE, Input
from labeling_job.point_clouds import frame_problems
from labeling_job.problems import shown


def parse_line(line: bytes) -> tuple[str, dict[str, Any]]:
    """Return a line as text and as an object; ValueError says why it is none."""
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"expected UTF-8, got byte 0x{line[error.start]:02x} at position {error.start}"
        ) from error
    try:
        content = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"expected a complete JSON object, got {shown(text)}: {error.msg} at character "
            f"{error.colno}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"expected a JSON object, got {shown(text)}: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"expected a JSON object, got {shown(text)}")
    return text, content


def line_problems(
    content: Mapping[str, Any], text: str, source: Input, places: tuple[str, ...]
) -> Iterator[str]:
    """Yield what is wrong with a line that is an object, such as `expected …, got …`.

    `places` are the S3 URIs below which all that the line names must be.
    """
    if len(text) > MAXIMUM_LINE:
        yield f"expected at most {MAXIMUM_LINE} characters, got {len(text)}"
    for name, value in content.items():
        if name.startswith("$"):
            yield f"expected names that don't begin with $, got {shown(name)}"
        # No value is longer than its line.
        if len(text) <= MAXIMUM_VALUE or name == "source":
            continue
        length = _length(value)
        if length > MAXIMUM_VALUE:
            yield f"expected at most {MAXIMUM_VALUE} characters, got {length} in {shown(name)}"
    for name in source.required_names:
        if name not in content:
            yield (
                f"expected the name {name!r}, which the worker template shows, got only "
                f"{shown(', '.join(content))}"
            )
    yield from _source_problems(content, source, places)
    if source.kind == "point-cloud":
        metadata = content.get("source-ref-metadata")
        yield from frame_problems(metadata, "source-ref-metadata", places)


def _source_problems(
    content: Mapping[str, Any], source: Input, places: tuple[str, ...]
) -> Iterator[str]:
    present = [name for name in ("source", "source-ref") if name in content]
    allowed = {"text": ["source"], "any": ["source", "source-ref"]}.get(source.kind, ["source-ref"])
    if len(present) != 1 or present[0] not in allowed:
        yield f"expected {' or '.join(allowed)}, got {' and '.join(present) or 'neither'}"
    elif present == ["source"]:
        yield from _text_problems(content["source"], source)
    else:
        yield from _reference_problems(content["source-ref"], source, places)


def _text_problems(text: Any, source: Input) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip():
        yield f"expected a text, got {shown(text)} in source"
    elif len(text) > source.maximum_characters:
        yield f"expected at most {source.maximum_characters} characters, got {len(text)} in source"
    elif text.lstrip().lower().startswith("s3://"):
        yield (
            f"expected the text itself, got {shown(text)} in source, which workers would see "
            "instead of what is in that object"
        )


def _reference_problems(uri: Any, source: Input, places: tuple[str, ...]) -> Iterator[str]:
    if not _is_text(uri) or not uri.startswith(places) or uri.endswith("/"):
        yield (
            f"expected an object below {' or '.join(places)}, which is all that Ground Truth may "
            f"read, got {shown(uri)} in source-ref"
        )
    # Those of frames are the frames' own, not those of sequence files.
    elif source.kind != "frames" and not uri.lower().endswith(source.extensions or ("",)):
        yield f"expected {' or '.join(source.extensions)}, got {shown(uri)} in source-ref"


def _is_text(value: Any) -> bool:
    """Say whether a value is text that UTF-8 can hold: JSON has halves of characters too."""
    return isinstance(value, str) and value.encode(errors="ignore").decode() == value


def _length(value: Any) -> int:
    """Return the characters of a value, at least: how it was written is no longer known."""
    if isinstance(value, str):
        return len(value)
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")
