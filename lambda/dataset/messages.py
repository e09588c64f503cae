"""How messages show values."""

from __future__ import annotations


def shown(value: object) -> str:
    """Return `value` for a message, shortened when it is very long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"
