"""What can be wrong with the data objects: nothing to label, or mistakes in a user's files."""

from __future__ import annotations

from typing import Final

from custom_resource.errors import CustomResourceError

#: Characters of a message: more of it would be cut off before a person reads it.
_MAXIMUM_MESSAGE: Final = 1_500


class NothingToLabelError(CustomResourceError):
    """There is nothing to label, which some environments take for a success without a job."""

    def __init__(self, reason: str, *, skipped: int = 0) -> None:
        super().__init__(reason)
        #: How many objects or lines were skipped.
        self.skipped = skipped


class Problems:
    """All mistakes in one file, each with its place, so that they are said at once."""

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
