"""Says whether the names of a sequence's frames are in the order of their numbers.

Workers see frames in the UTF-8 binary order of their names, so `frame10.jpg` before `frame2.jpg`
(https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-video-input-data.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_NUMBER: Final = re.compile(r"([0-9]+)")


def first_out_of_order(names: Iterable[str]) -> tuple[str, str] | None:
    """Return the first two names that workers see in another order than their numbers have.

    Only names that are the same but for their numbers are compared, endings apart: others have no
    order that a person could expect.
    """
    last: dict[tuple[str, ...], tuple[list[tuple[int, str]], str]] = {}
    # Code points have the same order as their bytes in UTF-8.
    for name in sorted(names):
        parts = _NUMBER.split(name.rpartition(".")[0] or name)
        words, numbers = tuple(parts[::2]), [_value(number) for number in parts[1::2]]
        before = last.get(words)
        if before is not None and before[0] > numbers:
            return before[1], name
        last[words] = (numbers, name)
    return None


def pad_advice(names: tuple[str, str]) -> str:
    """Return what is wrong with two such names and what to do."""
    return (
        f"expected numbers with leading zeros in the names of frames, such as 0002 and 0010, got "
        f"{names[0]!r}, which workers would see before {names[1]!r}"
    )


def _value(number: str) -> tuple[int, str]:
    """Return what has the order of numbers; Python makes no numbers of very many digits."""
    digits = number.lstrip("0")
    return len(digits), digits
