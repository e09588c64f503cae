"""Environments of the tests' own: those in `environments/` are the user's, to be edited."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ground_truth.config import Environment, load
from ground_truth.config.yaml_file import environment_files

#: The files that this project is shipped with, as they were then.
SHIPPED: Final = Path(__file__).parent / "data" / "shipped"
#: Those files, and others with what the shipped ones do without.
FILES: Final = (
    *environment_files(SHIPPED),
    *environment_files(SHIPPED.with_name("environments")),
)

#: The user's. Only tests that say whether they are right read them; see tests/conftest.py.
YOURS: Final = Path(__file__).parents[1] / "environments"


def shipped(name: str) -> Environment:
    """Return an environment as it is shipped."""
    return load(SHIPPED / f"{name}.yaml")
