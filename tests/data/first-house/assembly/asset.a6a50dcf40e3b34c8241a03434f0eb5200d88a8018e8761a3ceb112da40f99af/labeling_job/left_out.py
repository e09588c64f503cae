"""Counts what is not labeled by reason, and lists what can't be."""

from __future__ import annotations

import json
from collections import Counter
from typing import Final

#: Lines of the report.
_MAXIMUM_LINES: Final = 100_000


class LeftOut:
    """Objects, lines and rows that are not in the manifest.

    What was merely not chosen is counted; what can't be labeled is listed too, so that a person
    can do something about it.
    """

    def __init__(self) -> None:
        #: Reason to number.
        self.reasons: Counter[str] = Counter()
        self._report = bytearray()
        self._listed = 0

    def count(self, reason: str, number: int = 1) -> None:
        """Remember what was not chosen."""
        if number:
            self.reasons[reason] += number

    def add(self, reason: str, uri: str, **place: int) -> None:
        """Remember what can't be labeled; `place` is a line or row within the object."""
        self.reasons[reason] += 1
        self._listed += 1
        if self._listed <= _MAXIMUM_LINES:
            self._report += _line({"object": uri, **place, "reason": reason})

    @property
    def total(self) -> int:
        """How many are left out for any reason."""
        return self.reasons.total()

    @property
    def report(self) -> bytes | None:
        """JSON Lines, one for each thing that can't be labeled; None if there is none."""
        if not self._listed:
            return None
        others = self._listed - _MAXIMUM_LINES
        return bytes(self._report) + (_line({"more": others}) if others > 0 else b"")

    @property
    def sentence(self) -> str:
        """What is left out, such as `; left out 3: empty 1, folder marker 2`, or nothing."""
        if not self.reasons:
            return ""
        listed = ", ".join(f"{reason} {self.reasons[reason]}" for reason in sorted(self.reasons))
        return f"; left out {self.total}: {listed}"


def _line(content: dict[str, str | int]) -> bytes:
    # JSON may have halves of surrogate pairs, UTF-8 may not: those stay escaped.
    line = json.dumps(content, ensure_ascii=False).encode(errors="backslashreplace")
    return line + b"\n"
