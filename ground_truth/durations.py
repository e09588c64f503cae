"""Durations, as an environment file has them."""

from __future__ import annotations

import re
from typing import Final

#: The units, the largest first, in seconds.
_UNITS: Final = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
#: What a file may say, such as `5 minutes`.
PATTERN: Final = rf"([0-9]{{1,9}}) +({'|'.join(reversed(_UNITS))})s?"


def seconds_in(text: str) -> int | None:
    """Return the seconds of a duration such as `8 hours`, None where the text is none."""
    match = re.fullmatch(PATTERN, text)
    return None if match is None else int(match[1]) * _UNITS[match[2]]


def duration_text(seconds: int) -> str:
    """Return a duration in the largest unit that it is a whole number of, such as `8 hours`."""
    unit, size = next(
        (each for each in _UNITS.items() if seconds and seconds % each[1] == 0), ("second", 1)
    )
    count = seconds // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
