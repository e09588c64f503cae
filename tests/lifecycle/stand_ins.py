"""What stands in for a guard that a test takes away."""

from __future__ import annotations

from typing import Any


def nothing(*_: Any, **__: Any) -> None:
    """Do nothing."""


def true(*_: Any, **__: Any) -> bool:
    """Find everything right."""
    return True


def false(*_: Any, **__: Any) -> bool:
    """Find nothing right."""
    return False
