"""How a text in an environment file becomes a value, for all parts of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from dataset.messages import shown
from ground_truth.durations import PATTERN, seconds_in
from ground_truth.validators import names_and_limits
from ground_truth.validators import people as people_validators

if TYPE_CHECKING:
    from ground_truth.config.environment import Environment


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a part of the file must fit to, as it stands in the file, right or wrong."""

    environment: str
    #: What paths in the file start from.
    root: Path
    region: str
    tags: Mapping[str, Any]
    #: Each team's number of workers, None where it can't be told; None without teams.
    team_sizes: Mapping[str, int | None] | None
    jobs: Mapping[str, Any]
    #: Loads another environment by its name; ValueError where it can't be had.
    neighbour: Callable[[str], Environment]


def around(info: ValidationInfo) -> Surroundings:
    """Return the surroundings that `config.load` gives to each part."""
    if not isinstance(info.context, Surroundings):
        raise TypeError("expected an environment file's surroundings; use load()")
    return info.context


class Part(BaseModel):
    """A mapping in the file: unknown keys are errors, and a key without a value is no key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _key_without_value_is_no_key(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: item for key, item in value.items() if item is not None or key not in known}


def _seconds(value: object) -> object:
    seconds = seconds_in(value) if isinstance(value, str) else None
    if seconds is None:
        raise ValueError(
            "expected a duration such as `30 seconds`, `5 minutes`, `8 hours` or `10 days`,"
            f" got {shown(value)}"
        )
    return seconds


def _distinct(value: object) -> object:
    # Before each address is put into lower case, so that the message has both as written.
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        people_validators.distinct_emails(tuple(value))
    return value


def _positive(value: int) -> int:
    if value < 1:
        raise ValueError(f"expected 1 or more, got {value}")
    return value


Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True)]
#: A duration, in seconds.
Seconds: TypeAlias = Annotated[
    int,
    BeforeValidator(
        _seconds,
        json_schema_input_type=Annotated[str, Field(pattern=f"^{PATTERN}$")],
    ),
]
Positive: TypeAlias = Annotated[int, AfterValidator(_positive)]
Email: TypeAlias = Annotated[str, AfterValidator(people_validators.email)]
Emails: TypeAlias = Annotated[tuple[Email, ...], BeforeValidator(_distinct)]
Tags: TypeAlias = Annotated[Mapping[str, str], AfterValidator(names_and_limits.tags)]
KeyArn: TypeAlias = Annotated[str, AfterValidator(names_and_limits.key_arn)]
