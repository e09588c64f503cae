"""Waits for what comes about on its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def eventually(check: Callable[[], _T | None], seconds: float = 10) -> _T:
    """Return what `check` finds as soon as it finds something; AssertionError if it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.03)
    raise AssertionError(f"nothing came within {seconds} seconds")
