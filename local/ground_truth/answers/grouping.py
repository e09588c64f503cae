"""Which answers of several workers mean the same thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

Mark = Mapping[str, Any]
#: Marks of two workers that overlap by this Jaccard index are of the same thing.
_SAME: Final = 0.5


def grouped(
    answers: Iterable[Iterable[Mark]], overlap: Callable[[Mark, Mark], float]
) -> list[list[Mark]]:
    """Return the marks of all workers, those of the same thing together.

    A mark belongs to the group whose first mark it overlaps most. Two marks of one worker are
    never of the same thing.
    """
    groups: list[list[Mark]] = []
    for marks in answers:
        free = list(groups)
        for mark in marks:
            same = [group for group in free if overlap(group[0], mark) >= _SAME]
            if same:
                best = max(same, key=lambda group: overlap(group[0], mark))
                best.append(mark)
                free = [group for group in free if group is not best]
            else:
                groups.append([mark])
    return groups
