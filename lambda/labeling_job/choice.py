"""Chooses data objects: a sample and an order by hash, a limit, and what one job can have.

The hash is made of the seed and an object's place only. So the same seed always chooses the same,
in whatever order objects are listed, and a new file takes the place of one other at most.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, TypeVar

from labeling_job.errors import LabelingJobError
from labeling_job.input_properties import Input
from labeling_job.left_out import LeftOut

_T = TypeVar("_T")

#: Bytes of all lines of a manifest: they are checked as a whole before anything is written, in a
#: function with 1,769 MB of memory.
MAXIMUM_BYTES: Final = 400_000_000


def choose(
    items: Iterable[_T],
    source: Input,
    left_out: LeftOut,
    *,
    place: Callable[[_T], str],
    weigh: Callable[[_T], int],
) -> list[_T]:
    """Return what is labeled of `items`, in its order.

    `place` is what tells an item from all others, `weigh` its bytes in the manifest or more. A
    limit without a sample or shuffle ends the iteration early: what follows is not counted. Raises
    LabelingJobError for more than one job can have.
    """
    if source.sample is None and source.order == "listed":
        return _first(islice(items, source.limit), source, weigh)
    is_shuffled = source.order == "shuffled"
    kept = source.sample
    if is_shuffled and source.limit is not None:
        kept = min(source.limit, kept or source.limit)
    # The smallest hashes of all so far, the largest of them first: memory is that of the sample.
    heap: list[tuple[int, int, _T]] = []
    number = size = 0
    for number, item in enumerate(items, start=1):
        entry = (-_hash(source.seed, place(item)), -number, item)
        size += weigh(item)
        if kept is not None and len(heap) == kept:
            size -= weigh(heapq.heappushpop(heap, entry)[2])
        else:
            heapq.heappush(heap, entry)
        check_limits(min(len(heap), source.limit or len(heap)), size, source)
    sampled = min(number, source.sample or number)
    left_out.count("not in the sample", number - sampled)
    left_out.count("over the limit", sampled - min(sampled, source.limit or sampled))
    order = (lambda entry: -entry[0]) if is_shuffled else (lambda entry: -entry[1])
    return [item for _, _, item in sorted(heap, key=order)][: source.limit]


def check_limits(objects: int, size: int, source: Input) -> None:
    """Raise LabelingJobError for more data objects, or bytes of them, than one job can have."""
    if objects > source.maximum_objects:
        raise LabelingJobError(
            f"expected at most {source.maximum_objects} data objects for one job, got more "
            f"{source.origin}, use `sample` or `limit`, or split them over several jobs"
        )
    if size > MAXIMUM_BYTES:
        raise LabelingJobError(
            f"expected at most {MAXIMUM_BYTES} bytes of data objects for one job, got {size} or "
            f"more {source.origin}, use `sample` or `limit`, or split them over several jobs"
        )


def _first(items: Iterable[_T], source: Input, weigh: Callable[[_T], int]) -> list[_T]:
    chosen: list[_T] = []
    size = 0
    for item in items:
        chosen.append(item)
        size += weigh(item)
        check_limits(len(chosen), size, source)
    return chosen


def _hash(seed: int, place: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{place}".encode()).digest())
