"""Reads single properties strictly, knowing that CloudFormation sends every scalar as a string."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from custom_resource.errors import CustomResourceError

_C = TypeVar("_C", bound=str)


def mapping(properties: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    """Return a map; `where` leads to it. This and the others raise CustomResourceError."""
    value = properties.get(name)
    if not isinstance(value, Mapping):
        raise CustomResourceError(f"expected a map, got {value!r} in {where}.{name}")
    return value


def text(properties: Mapping[str, Any], name: str, where: str, *, empty: bool = False) -> str:
    """Return a text that is not empty, unless `empty` says that it may be."""
    value = properties.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise CustomResourceError(f"expected text, got {value!r} in {where}.{name}")
    return value


def optional_text(properties: Mapping[str, Any], name: str, where: str) -> str | None:
    """Return a text, or None where there is none."""
    return None if properties.get(name) is None else text(properties, name, where)


def texts(
    properties: Mapping[str, Any], name: str, where: str, *, what: str = "texts"
) -> tuple[str, ...]:
    """Return a list of texts; one that is absent is empty."""
    value = properties.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise CustomResourceError(f"expected a list of {what}, got {value!r} in {where}.{name}")
    return tuple(value)


def choice(properties: Mapping[str, Any], name: str, where: str, choices: tuple[_C, ...]) -> _C:
    """Return one of some words."""
    value = properties.get(name)
    for each in choices:
        if value == each:
            return each
    raise CustomResourceError(f"expected {' or '.join(choices)}, got {value!r} in {where}.{name}")


def number(properties: Mapping[str, Any], name: str, where: str) -> int:
    """Return a whole number above 0."""
    value = properties.get(name)
    if not re.fullmatch(r"[1-9][0-9]{0,14}", str(value)):
        raise CustomResourceError(f"expected a number above 0, got {value!r} in {where}.{name}")
    return int(str(value))


def optional_number(properties: Mapping[str, Any], name: str, where: str) -> int | None:
    """Return a whole number above 0, or None where there is none."""
    return None if properties.get(name) is None else number(properties, name, where)


def absent(properties: Mapping[str, Any], names: tuple[str, ...], where: str, why: str) -> None:
    """Refuse properties that mean nothing beside the others."""
    for name in names:
        value = properties.get(name)
        if value is not None:
            raise CustomResourceError(f"expected none {why}, got {value!r} in {where}.{name}")
