"""Numbers in JSON, of which Python takes true and false for some."""

from __future__ import annotations

from typing import Any, TypeGuard


def is_number(value: Any) -> TypeGuard[int | float]:
    """Say whether it is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: Any) -> TypeGuard[int]:
    """Say whether it is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)
