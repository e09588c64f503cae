"""Checks a request against botocore's model of SageMaker: types, lengths, ranges, patterns, enums.

botocore's own validator leaves out patterns, maxima and enums, which the service checks.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from local.ground_truth.errors import AwsError, invalid

_NUMBERS = ("integer", "long")


@cache
def sagemaker_model() -> ServiceModel:
    """Return botocore's model of SageMaker."""
    return botocore.session.get_session().get_service_model("sagemaker")


def check_request(operation: str, request: Mapping[str, Any]) -> None:
    """Raise AwsError (ValidationException), in AWS's words, naming everything that is wrong.

    UnknownOperationException if SageMaker has no such operation.
    """
    model = sagemaker_model()
    if operation not in model.operation_names:
        raise AwsError("UnknownOperationException", f"SageMaker has no operation {operation}")
    shape = model.operation_model(operation).input_shape
    if shape is None:
        return
    errors = list(_check(shape, request, ""))
    if errors:
        count = f"{len(errors)} validation error{'s' if len(errors) > 1 else ''} detected"
        raise invalid(f"{count}: {'; '.join(errors)}")


def _check(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        _expect(value, dict, path, "structure")
        yield from _check_structure(shape, value, path)
    elif isinstance(shape, ListShape):
        _expect(value, list, path, "list")
        yield from _check_bounds(shape, len(value), value, path, "length")
        for number, item in enumerate(value, start=1):
            yield from _check(shape.member, item, f"{path}.{number}.member")
    elif isinstance(shape, MapShape):
        _expect(value, dict, path, "map")
        yield from _check_bounds(shape, len(value), value, path, "length")
        for key, item in value.items():
            yield from _check(shape.value, item, f"{path}.{key}.member")
    else:
        yield from _check_scalar(shape, value, path)


def _check_structure(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        # AWS writes a member's name in messages with a lower-case first letter.
        member_path = f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
        if value.get(name) is not None:
            yield from _check(member, value[name], member_path)
        elif name in shape.required_members:
            yield _failed(None, member_path, "Member must not be null")


def _check_scalar(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if shape.type_name in _NUMBERS:
        _expect(value, int, path, shape.type_name)
        yield from _check_bounds(shape, value, value, path, "value")
        return
    if shape.type_name == "boolean":
        _expect(value, bool, path, "boolean")
        return
    if shape.type_name != "string":
        return
    _expect(value, str, path, "string")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        constraint = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        yield _failed(value, path, constraint)
    yield from _check_bounds(shape, len(value), value, path, "length")
    pattern = shape.metadata.get("pattern")
    if pattern and not java_pattern(pattern).fullmatch(value):
        yield _failed(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _check_bounds(shape: Shape, number: int, value: Any, path: str, what: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    for is_wrong, bound in (
        (least is not None and number < least, f"greater than or equal to {least}"),
        (most is not None and number > most, f"less than or equal to {most}"),
    ):
        if is_wrong:
            yield _failed(value, path, f"Member must have {what} {bound}")


def _failed(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _expect(value: Any, kind: type, path: str, name: str) -> None:
    is_flag = isinstance(value, bool) and kind is not bool
    if not isinstance(value, kind) or is_flag:
        raise AwsError(
            "SerializationException",
            f"expected a {name} at '{path}', got {type(value).__name__} {value!r}",
        )


@cache
def java_pattern(pattern: str) -> re.Pattern[str]:
    r"""Compile one of the model's patterns, which are Java's and may have `\p{L}`."""
    translated = re.sub(r"\\p\{(\w)\}", lambda match: _category_ranges()[match.group(1)], pattern)
    return re.compile(translated, re.ASCII)


@cache
def _category_ranges() -> dict[str, str]:
    """Return each major Unicode category's characters as ranges within a character class."""
    ranges: dict[str, list[str]] = {}
    start, current = 0, unicodedata.category(chr(0))[0]
    for code in range(1, sys.maxunicode + 2):
        category = unicodedata.category(chr(code))[0] if code <= sys.maxunicode else ""
        if category != current:
            ranges.setdefault(current, []).append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start, current = code, category
    return {name: "".join(parts) for name, parts in ranges.items()}
