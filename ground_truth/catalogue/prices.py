"""What labeling some data objects costs at most, from `prices.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict

from ground_truth.catalogue.task_types import TASK_TYPES

_FILE: Final = Path(__file__).with_name("prices.yaml")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tier(_Section):
    """What an object costs up to so many objects in a month; the last tier has no end."""

    up_to: int | None = None
    usd: Decimal


class Prices(_Section):
    """The file."""

    source: str
    read_on: date
    confirmed: bool
    tiers: tuple[Tier, ...]
    #: Names of task types.
    unknown: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a run costs at most: as if it were the first of its month."""

    usd: Decimal
    is_confirmed: bool


@cache
def prices() -> Prices:
    """Read the file."""
    return Prices.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def price(objects: int, task: str | None) -> Price | None:
    """Return what labeling the objects costs at most, None where no price of the task is known."""
    if task is None or task in prices().unknown:
        return None
    total, before = Decimal(0), 0
    for tier in prices().tiers:
        here = objects if tier.up_to is None else min(objects, tier.up_to)
        total += max(here - before, 0) * tier.usd
        before = max(here, before)
    return Price(usd=total, is_confirmed=prices().confirmed)


def task_of(properties: Mapping[str, Any]) -> str | None:
    """Return the name of the task that a labeling job's request asks for, None if unknown."""
    function = properties.get("Request", {}).get("HumanTaskConfig", {}).get("PreHumanTaskLambdaArn")
    if not isinstance(function, str) or ":PRE-" not in function:
        return "custom"
    return _TASKS.get(function.rpartition(":PRE-")[2])


_TASKS: Final = {
    each.function: name
    for name, task_type in TASK_TYPES.items()
    for each in task_type.with_reviews
    if each.function is not None
}
