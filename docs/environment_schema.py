"""Writes `environments/schema.json` from the models of an environment file, for editors."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ground_truth.config import Environment
from ground_truth.config.effects import effect_of
from ground_truth.config.review import complete
from ground_truth.config.section import Section
from ground_truth.durations import duration_text

PAGE: Final = Path(__file__).parents[1] / "environments" / "schema.json"

#: What pydantic reads as a whole number, and as true or false.
_INTEGER: Final = r"^\s*[+-]?[0-9][0-9_]*(\.0+)?\s*$"
_BOOLEAN: Final = "^([Tt]rue|TRUE|[Ff]alse|FALSE|[Yy]es|[Nn]o|[Oo]n|[Oo]ff|[tTfFyYnN01])$"
#: Words that YAML 1.1 takes for true or false, and thus some editors.
_TRUE: Final = {"true", "yes", "on", "y"}
_FALSE: Final = {"false", "no", "off", "n"}
_COMMENT: Final = re.compile(r"    #: ?(.*)")
_FIELD: Final = re.compile(r"    (\w+):")


class _AsWritten(GenerateJsonSchema):
    """The schema of what may stand in a file, where every scalar is read as text.

    An editor sees `5` as a number and `yes` perhaps as true; the reader sees their text.
    """

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        made = super().str_schema(schema)
        # What must look like a duration looks like a text to everybody.
        return made if "pattern" in made else made | {"type": ["string", "number", "boolean"]}

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        return super().int_schema(schema) | {"type": ["integer", "string"], "pattern": _INTEGER}

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:
        return super().bool_schema(schema) | {"type": ["boolean", "string"], "pattern": _BOOLEAN}

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        return {"enum": _as_seen(schema["expected"])}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        # Nothing may stand behind any key that need not be there; see _model.
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an environment file."""
    made = Environment.model_json_schema(schema_generator=_AsWritten)
    definitions = made.pop("$defs")
    sections = {Environment.__name__: made, **definitions}
    for name, section in sections.items():
        _model(section, models()[name])
    # A job's key stands in for what the file need not say.
    filled = complete({"job": {}})["job"]
    job = definitions["Job"]
    for name in filled:
        job["required"].remove(name)
        job["properties"][name] = _or_nothing(job["properties"][name])
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "An environment of the labeling operation",
        **made,
        "$defs": definitions,
    }


def models() -> dict[str, type[BaseModel]]:
    """Return all sections of an environment file by their name in the schema."""
    return {model.__name__: model for model in _subclasses(Section)}


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """Return what the comments `#:` say of a model's fields."""
    found: dict[str, str] = {}
    for section in reversed(model.__mro__):
        if issubclass(section, BaseModel) and section is not BaseModel:
            found |= _commented(inspect.getsource(section))
    return {name: found[name] for name in model.model_fields if name in found}


def _commented(source: str) -> Iterator[tuple[str, str]]:
    comment: list[str] = []
    for line in source.splitlines():
        if match := _COMMENT.fullmatch(line):
            comment.append(match[1])
            continue
        if comment and (match := _FIELD.match(line)):
            yield match[1], " ".join(comment)
        comment = []


def _model(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Add what the schema of a model has from its comments and from the reader."""
    del schema["title"]
    said = meanings(model)
    for name, field in schema["properties"].items():
        if name in said:
            # Beside a reference older editors read nothing.
            reference = field.pop("$ref", None)
            if reference is not None:
                field["allOf"] = [{"$ref": reference}]
            field["description"] = f"{said[name]} A change: {effect_of(model, name).kind}."
        if "enum" in field:
            field["enum"] = _as_seen(field["enum"])
            field.pop("type", None)
        if isinstance(field.get("default"), (Mapping, list)):
            del field["default"]
        if field.get("type") == "string" and isinstance(field.get("default"), int):
            field["default"] = duration_text(field["default"])
        if name not in schema.get("required", ()):
            schema["properties"][name] = _or_nothing(field)


def _or_nothing(field: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a key that may stand in a file without a value."""
    if field.get("default", "") is None:
        del field["default"]
    if "enum" in field:
        return field | {"enum": [*field["enum"], None]}
    if "type" in field:
        kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
        return field | {"type": [*kinds, "null"]}
    choices = field.pop("anyOf", None) or field.pop("allOf", None) or [{"$ref": field.pop("$ref")}]
    return field | {"anyOf": [*choices, {"type": "null"}]}


def _as_seen(words: list[Any]) -> list[Any]:
    """Return words with what an editor takes them for."""
    seen = list(words)
    for values, value in ((_TRUE, True), (_FALSE, False)):
        if values & {str(word).lower() for word in words}:
            seen.append(value)
    return seen


def _subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from _subclasses(each)


def page() -> str:
    """Return the file's content."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
