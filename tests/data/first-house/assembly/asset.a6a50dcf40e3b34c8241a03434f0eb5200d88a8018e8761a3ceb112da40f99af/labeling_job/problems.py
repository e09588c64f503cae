"""Collects what is wrong in a person's own files, so that all of it is said at once."""

from __future__ import annotations

from typing import Any, Final

from custom_resource.errors import CustomResourceError

#: Characters of a message: more of it would be cut off before a person reads it.
_MAXIMUM_MESSAGE: Final = 1_500
_MAXIMUM_SHOWN: Final = 80


class Problems:
    """Everything that is wrong in one file, each with its place."""

    def __init__(self, uri: str) -> None:
        self._beginning = f"{uri} can't be used: "
        self._room = _MAXIMUM_MESSAGE - len(self._beginning)
        self._shown: list[str] = []
        self._others = 0

    def add(self, where: str, problem: str) -> None:
        """Remember a problem such as `expected …, got …`."""
        sentence = f"{where}: {problem}"
        if self._others or (self._shown and len(sentence) > self._room):
            self._others += 1
            return
        self._room -= len(sentence) + len("; ")
        self._shown.append(sentence)

    def raise_any(self) -> None:
        """Raise CustomResourceError with all that fits, and how many more there are."""
        if not self._shown:
            return
        others = [f"and {self._others} more"] if self._others else []
        raise CustomResourceError(self._beginning + "; ".join([*self._shown, *others]))


def shown(value: Any) -> str:
    """Return a value as it looks in a message, cut off where it is long."""
    text = repr(value)
    return text if len(text) <= _MAXIMUM_SHOWN else f"{text[: _MAXIMUM_SHOWN - 1]}…"
