"""Writes `docs/environment.md` from the models: `python -m docs.environment`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import signature
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel

from docs.environment_schema import meanings, models, schema
from ground_truth.config import Environment
from ground_truth.config.effects import effect_of
from ground_truth.config.yaml_file import read

PAGE: Final = Path(__file__).with_name("environment.md")
_HEAD: Final = Path(__file__).with_name("environment-head.md")
_ROOT: Final = Path(__file__).parents[1]
#: Files that the tests load, the first one that has a key gives its example.
_EXAMPLES: Final = (
    _ROOT / "tests" / "data" / "shipped" / "prod.yaml",
    _ROOT / "tests" / "data" / "shipped" / "dev.yaml",
    *sorted((_ROOT / "tests" / "data" / "environments").glob("*.yaml")),
)
_LONGEST_EXAMPLE: Final = 60

#: Values that break rules, by the type of the value: too little, too much, and of a wrong kind.
_BREAKING: Final[Mapping[type, tuple[Any, ...]]] = {
    str: ("", "x" * 100_000, "\n", "?", "\U0001f69a"),
    int: (-(10**9), 10**9),
    tuple: (
        (),
        ("?",),
        ("x" * 100_000,),
        tuple(f"x{number}" for number in range(1_000)),
        ("203.0.113.0/24",) * 1_000,
    ),
    Mapping: ({"": ""}, {f"x{number}": "" for number in range(1_000)}),
}


def page() -> str:
    """Return the whole page."""
    whole = schema()
    return "\n".join([_HEAD.read_text(encoding="utf-8"), *_sections(whole)])


def _sections(whole: dict[str, Any]) -> Iterator[str]:
    """Yield a chapter for each section of the file, in the order in which they come up."""
    queue: list[tuple[str, str]] = [("", Environment.__name__)]
    seen: dict[str, str] = {}
    while queue:
        place, name = queue.pop(0)
        if name in seen:
            continue
        seen[name] = place
        section = whole["$defs"].get(name, whole)
        found = list(_rows(place, section, models()[name]))
        queue[:0] = [(below, other) for _, below, other in found if other is not None]
        title = f"`{place}`" if place else "The file"
        said = "" if not place else f"{section['description']}\n\n"
        rows = "".join(row for row, _, _ in found)
        yield (
            f"## {title}\n\n{said}"
            "| key | meaning | value | default | rule | a change | example |\n"
            f"| --- | --- | --- | --- | --- | --- | --- |\n{rows}"
        )


def _rows(
    place: str, section: dict[str, Any], model: type[BaseModel]
) -> Iterator[tuple[str, str, str | None]]:
    """Yield each key's row, with place and name of the section that it leads to."""
    said = meanings(model)
    for key, field in section["properties"].items():
        kind, below, other = _kind(field)
        here = f"{place}.{key}".removeprefix(".")
        cells = (
            f"`{key}`",
            said.get(key, ""),
            kind,
            "required" if key in section.get("required", ()) else _default(field.get("default")),
            # A rule on words that are all listed says nothing new.
            "" if "enum" in field else "; ".join(_rules(model, key)),
            effect_of(model, key).kind,
            _example(here),
        )
        yield f"| {' | '.join(map(_cell, cells))} |\n", f"{here}{below}", other


def _kind(field: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Return what a value is, the steps to a section inside it, and that section's name."""
    if "$ref" in field:
        return "mapping", "", field["$ref"].rpartition("/")[2]
    if "enum" in field:
        words = [word for word in field["enum"] if isinstance(word, str)]
        return ", ".join(f"`{word}`" for word in words), "", None
    choices = field.get("anyOf") or field.get("allOf")
    if choices:
        found = [_kind(each) for each in choices if each.get("type") != "null"]
        leading = next((each for each in found if each[2] is not None), found[0])
        return " or ".join(dict.fromkeys(each[0] for each in found)), *leading[1:]
    if "items" in field:
        kind, below, other = _kind(field["items"])
        return f"list of {_several(kind)}", f"[]{below}", other
    if isinstance(field.get("additionalProperties"), dict):
        kind, below, other = _kind(field["additionalProperties"])
        return f"{_several(kind)} by name", f".<name>{below}", other
    kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
    if "number" in kinds:
        return "text", "", None
    if "integer" in kinds:
        return "number", "", None
    return ("`true`, `false`" if "boolean" in kinds else "duration"), "", None


def _several(kind: str) -> str:
    plural = {"text": "texts", "mapping": "mappings", "number": "numbers"}
    return " or ".join(plural.get(word, word) for word in kind.split(" or "))


def _rules(model: type[BaseModel], key: str) -> list[str]:
    """Return what the rules on a field expect, as their errors say it."""
    field = model.model_fields[key]
    kind = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    return list(dict.fromkeys(each for rule, base in _checks(kind) for each in _said(rule, base)))


def _checks(kind: Any) -> Iterator[tuple[Callable[[Any], Any], Any]]:
    """Yield the functions that check a value, each with the type that it checks."""
    origin = get_origin(kind)
    if origin is Annotated:
        inner, *metadata = get_args(kind)
        for each in metadata:
            if isinstance(each, AfterValidator) and len(signature(each.func).parameters) == 1:
                yield each.func, _base(inner)  # type: ignore[misc]
        yield from _checks(inner)
    elif origin in (UnionType, Union, tuple) or (origin is not None and origin in (dict, Mapping)):
        for each in get_args(kind):
            yield from _checks(each)


def _base(kind: Any) -> Any:
    """Return the type without what is said of it."""
    if get_origin(kind) is Annotated:
        return _base(get_args(kind)[0])
    if get_origin(kind) in (UnionType, Union):
        return _base(get_args(kind)[0])
    return get_origin(kind) or kind


def _said(rule: Callable[[Any], Any], base: Any) -> Iterator[str]:
    for value in _BREAKING.get(base, ()):
        try:
            rule(value)
        except ValueError as error:
            expected, _, _ = str(error).partition(", got ")
            yield expected.removeprefix("expected ")


def _example(place: str) -> str:
    """Return the first value that a file has at a place, on one line."""
    steps = _steps(place)
    for path in _EXAMPLES:
        for value in _at(read(path).data, steps):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if value is not None and "\n" not in text and len(text) <= _LONGEST_EXAMPLE:
                # The tests' files lie deeper than a user's, from whose folder paths start.
                return _code(text.removeprefix("../../"))
    return ""


def _steps(place: str) -> list[str]:
    return place.replace("[]", ".[]").split(".")


def _at(value: Any, steps: list[str]) -> Iterator[Any]:
    """Yield all values of a file at a place, whatever the names on the way are."""
    if not steps:
        yield value
        return
    step, *rest = steps
    inner: Iterable[Any] = ()
    if step == "[]":
        inner = value if isinstance(value, list) else ()
    elif isinstance(value, Mapping):
        inner = value.values() if step == "<name>" else [value[step]] if step in value else ()
    for each in inner:
        yield from _at(each, rest)


def _default(value: object) -> str:
    if isinstance(value, str) and ("\n" in value or len(value) > _LONGEST_EXAMPLE):
        return "a longer text, see `environments/schema.json`"
    return _code(value)


def _code(value: object) -> str:
    if value is None or value == "":
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
