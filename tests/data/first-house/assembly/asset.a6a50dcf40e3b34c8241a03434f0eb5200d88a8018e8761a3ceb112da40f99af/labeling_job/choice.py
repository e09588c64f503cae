"""Chooses data objects: a sample and an order by hash, a limit, and what one job can have.

The hash is made of the seed and an object's place only. So the same seed always chooses the same,
in whatever order objects are listed, and a new file takes the place of one other at most.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

from custom_resource.errors import CustomResourceError
from labeling_job.input_properties import Input
from labeling_job.left_out import LeftOut

_T = TypeVar("_T")

#: Bytes of all lines of a manifest: they are on disk as a whole before anything is written to S3,
#: in a function with 512 MB of it, or in its 1,769 MB of memory where they are shuffled.
MAXIMUM_BYTES: Final = 400_000_000


def choose(
    items: Iterable[_T],
    source: Input,
    left_out: LeftOut,
    *,
    place: Callable[[_T], str],
    weigh: Callable[[_T], int],
) -> Iterator[_T]:
    """Yield what is labeled of `items`, in its order.

    `place` is what tells an item from all others, `weigh` its bytes in the manifest or more. A
    limit without a sample or shuffle ends the iteration early: what follows is not counted. Raises
    CustomResourceError for more than one job can have.
    """
    if source.sample is None and source.order == "listed":
        yield from _first(islice(items, source.limit), source, weigh)
        return
    is_shuffled = source.order == "shuffled"
    kept = source.sample
    if is_shuffled and source.limit is not None:
        kept = min(source.limit, kept or source.limit)
    # The smallest hashes of all so far, the largest of them first: memory is that of the sample.
    heap: list[tuple[int, int, _T]] = []
    number = size = 0
    hash_of = _hash(source.seed)
    # The largest hash that is kept, once there are enough: most of a large listing ends here.
    largest: bytes | None = None
    for number, item in enumerate(items, start=1):
        digest = hash_of(place(item))
        if largest is not None and digest >= largest:
            continue
        entry = (-int.from_bytes(digest), -number, item)
        size += weigh(item)
        if largest is None:
            heapq.heappush(heap, entry)
        else:
            size -= weigh(heapq.heapreplace(heap, entry)[2])
        if len(heap) == kept:
            largest = (-heap[0][0]).to_bytes(len(digest))
        check_limits(min(len(heap), source.limit or len(heap)), size, source)
    sampled = min(number, source.sample or number)
    left_out.count("not in the sample", number - sampled)
    left_out.count("over the limit", sampled - min(sampled, source.limit or sampled))
    order = (lambda entry: -entry[0]) if is_shuffled else (lambda entry: -entry[1])
    heap.sort(key=order)
    yield from (item for _, _, item in islice(heap, source.limit))


def check_limits(objects: int, size: int, source: Input) -> None:
    """Raise CustomResourceError for more data objects, or bytes of them, than one job can have."""
    if objects > source.maximum_objects:
        raise CustomResourceError(
            f"expected at most {source.maximum_objects} data objects for one job, got more "
            f"{source.origin}, use `sample` or `limit`, or split them over several jobs"
        )
    if size > MAXIMUM_BYTES:
        raise CustomResourceError(
            f"expected at most {MAXIMUM_BYTES} bytes of data objects for one job, got {size} or "
            f"more {source.origin}, use `sample` or `limit`, or split them over several jobs"
        )


def _first(items: Iterable[_T], source: Input, weigh: Callable[[_T], int]) -> Iterator[_T]:
    size = 0
    for number, item in enumerate(items, start=1):
        size += weigh(item)
        if number > source.maximum_objects or size > MAXIMUM_BYTES:
            check_limits(number, size, source)
        yield item


def _hash(seed: int) -> Callable[[str], bytes]:
    begun = hashlib.sha256(f"{seed}:".encode())

    def hash_of(place: str) -> bytes:
        digest = begun.copy()
        digest.update(place.encode())
        return digest.digest()

    return hash_of
