"""How a text in an environment file becomes a value, for all parts of the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

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

from constructs.ground_truth import rules
from constructs.ground_truth.workforce import people_rules

if TYPE_CHECKING:
    from stacks.config.environment import Environment

_DURATION: Final = re.compile(r"([0-9]{1,9}) +(second|minute|hour|day)s?")
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


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
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(
            "expected a duration such as `30 seconds`, `5 minutes`, `8 hours` or `10 days`,"
            f" got {rules.shown(value)}"
        )
    return int(match[1]) * _SECONDS[match[2]]


def _distinct(value: object) -> object:
    # Before each address is put into lower case, so that the message has both as written.
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        people_rules.distinct_emails(tuple(value))
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
        json_schema_input_type=Annotated[str, Field(pattern=f"^{_DURATION.pattern}$")],
    ),
]
Positive: TypeAlias = Annotated[int, AfterValidator(_positive)]
Email: TypeAlias = Annotated[str, AfterValidator(people_rules.email)]
Emails: TypeAlias = Annotated[tuple[Email, ...], BeforeValidator(_distinct)]
Tags: TypeAlias = Annotated[Mapping[str, str], AfterValidator(rules.tags)]
KeyArn: TypeAlias = Annotated[str, AfterValidator(rules.key_arn)]
