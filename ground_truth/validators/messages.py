"""How error messages name values, and where in a list or mapping something is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ground_truth.catalogue.task_types import TaskType


class ItemError(ValueError):
    """What is wrong with one item of a list or mapping, so that its line can be named."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        #: Places in lists and keys that lead to it.
        self.path = path


def described(task_type: TaskType) -> str:
    """Return what a task is, for an error message."""
    purposes = {"label": "", "verify": "verification of ", "adjust": "adjustment of "}
    return f"{purposes[task_type.purpose]}{task_type.name}"


def listed(values: tuple[str, ...]) -> str:
    """Return values for an error message."""
    return ", ".join(map(repr, values))


def did_you_mean(word: str, words: Iterable[str], *, cutoff: float = 0.75) -> str:
    """Return `; did you mean …?` if one of the words is near, else nothing.

    `cutoff` is how near, from 0 to 1: a wrong letter of three leaves 0.67.
    """
    near = difflib.get_close_matches(word, sorted(words), n=1, cutoff=cutoff)
    return f"; did you mean {near[0]!r}?" if near else ""
