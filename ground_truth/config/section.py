"""What all sections of an environment file have in common, and how rules see other fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

if TYPE_CHECKING:
    from ground_truth.config.environment import Environment


def _nobody(name: str) -> Environment:
    raise ValueError(f"expected an environment beside this one in a folder, got {name!r}")


@dataclass(frozen=True, kw_only=True)
class ValidationContext:
    """What a section must fit to, as it stands in the file, right or wrong.

    Without a file, as for a section that is made in Python, nothing of it is known.
    """

    environment: str = ""
    #: What paths in the file start from.
    root: Path = Path()
    region: str = ""
    tags: Mapping[str, Any] = field(default_factory=dict)
    #: Each team's number of workers, None where it can't be told; None without teams.
    team_sizes: Mapping[str, int | None] | None = None
    jobs: Mapping[str, Any] = field(default_factory=dict)
    #: Loads another environment by its name; ValueError where it can't be had.
    neighbour: Callable[[str], Environment] = _nobody


def context_of(info: ValidationInfo) -> ValidationContext:
    """Return what `config.load` has told each section."""
    return info.context if isinstance(info.context, ValidationContext) else ValidationContext()


class SoFar(Mapping[str, Any]):
    """Those of the fields which a rule has named that are right, and the context."""

    def __init__(self, info: ValidationInfo, names: tuple[str, ...]) -> None:
        self.context = context_of(info)
        self._names = names
        self._right = {name: info.data[name] for name in names if name in info.data}

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise TypeError(
                f"expected a rule that needs {name!r}, got one that needs {self._names}"
            )
        return self._right[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._right)

    def __len__(self) -> int:
        return len(self._right)


@dataclass(frozen=True)
class _Rule:
    """Checks one field against others."""

    check: Callable[[Any, Any, SoFar], Any]
    needs: tuple[str, ...]

    def __call__(self, cls: type[BaseModel], value: Any, info: ValidationInfo) -> Any:
        return self.check(cls, value, SoFar(info, self.needs))


def rule(
    *fields: str, needs: tuple[str, ...], **options: Any
) -> Callable[[Callable[[Any, Any, SoFar], Any]], Any]:
    """Make a method the validator of fields, which is told of the fields that it needs.

    Wherever those stand in the class, they are validated before. `options` are those of
    `field_validator`.
    """

    def decorate(check: Callable[[Any, Any, SoFar], Any]) -> Any:
        validator: Any = field_validator(*fields, **options)
        return validator(classmethod(_Rule(check, needs)))

    return decorate


class Section(BaseModel):
    """A mapping in the file: unknown keys are errors, and a key without a value is no key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _key_without_value_is_no_key(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: item for key, item in value.items() if item is not None or key not in known}

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        """Let pydantic, which validates field by field, begin with what the rules need."""
        schema = handler(source)
        inner: Any = handler.resolve_ref_schema(schema)
        while inner["type"] != "model-fields":
            inner = inner["schema"]
        inner["fields"] = {name: inner["fields"][name] for name in cls._in_order(inner["fields"])}
        return schema

    @classmethod
    def _in_order(cls, names: Mapping[str, Any]) -> Iterator[str]:
        """Return the fields as they are declared, but each behind those that its rules need."""
        needs: dict[str, list[str]] = {}
        for validator in cls.__pydantic_decorators__.field_validators.values():
            check = getattr(validator.func, "__func__", None)
            if isinstance(check, _Rule):
                for name in validator.info.fields:
                    needs.setdefault(name, []).extend(check.needs)
        placed: dict[str, None] = {}

        def place(name: str, above: tuple[str, ...]) -> None:
            if name in above:
                raise TypeError(f"expected rules that need no field of each other, got {above}")
            for needed in needs.get(name, ()):
                place(needed, (*above, name))
            placed.setdefault(name)

        for name in names:
            place(name, ())
        return iter(placed)
