"""How a text in an environment file becomes a value, for all sections of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from dataset.messages import shown
from ground_truth.durations import PATTERN, seconds_in
from ground_truth.validators import names_and_limits
from ground_truth.validators import people as people_validators


def _seconds(value: object) -> object:
    if isinstance(value, int):  # in Python; in a file all is text
        return value
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
