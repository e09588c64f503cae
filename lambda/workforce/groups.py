"""The groups of a user pool, as a function and as whoever looks at people reads them."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet


def marker_of(environment: str) -> str:
    """Return the group of the accounts that an environment has made."""
    return f"{environment}-workers"


def marker_description(environment: str) -> str:
    """Return what the marker group says of itself, by which it is told from a team's group."""
    return f"Accounts that environment {environment} has made"


def uses(groups: Mapping[str, str], ours: AbstractSet[str]) -> set[str]:
    """Return the groups, by name and description, in which others than we use an account.

    The marker groups of other environments say who has made it, and are no use of it.
    """
    return {
        name
        for name, description in groups.items()
        if name not in ours and not _is_marker(name, description)
    }


def has_marker(groups: Mapping[str, str]) -> bool:
    """Say whether an account is in the marker group of any environment."""
    return any(_is_marker(name, description) for name, description in groups.items())


def _is_marker(name: str, description: str) -> bool:
    environment = name.removesuffix(marker_of(""))
    return name == marker_of(environment) and description == marker_description(environment)
