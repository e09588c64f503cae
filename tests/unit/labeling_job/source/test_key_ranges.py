"""Several ranges of keys at once: all keys, once, in S3's order, and little read in vain."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling_job.source.key_ranges import list_pages
from labeling_job.source.pages import Page

_NAMES = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("0123456789/"), min_size=1
)


class _Listing:
    """A bucket in memory, with pages of `size` keys."""

    def __init__(self, keys: Sequence[str], size: int, *, seconds: float = 0.0) -> None:
        self._keys = keys
        self._size = size
        self._seconds = seconds
        self._lock = threading.Lock()
        self._reading = 0
        self.requests = 0
        self.most_at_once = 0

    def read(self, *, after: str = "", until: str | None = None, token: str | None = None) -> Page:
        with self._lock:
            self.requests += 1
            self._reading += 1
            self.most_at_once = max(self.most_at_once, self._reading)
        time.sleep(self._seconds)
        with self._lock:
            self._reading -= 1
        start = bisect_right(self._keys, after if token is None else token)
        keys = self._keys[start : start + self._size]
        entries = [(key, 1, "STANDARD") for key in keys if until is None or key <= until]
        more = len(entries) == self._size < len(self._keys) - start
        return Page(entries, keys[-1] if more else None)

    def keys(self, *, alone: int) -> list[str]:
        return [entry[0] for page in list_pages(self.read, alone=alone) for entry in page]


@given(st.sets(_NAMES, max_size=200), st.integers(1, 20), st.integers(0, 30))
@settings(deadline=None, max_examples=60)
def test_all_keys_come_once_and_in_order(names: set[str], size: int, alone: int) -> None:
    keys = sorted(names)

    assert _Listing(keys, size).keys(alone=alone) == keys


_MANY = 3_000


@pytest.mark.parametrize(
    "keys",
    [
        [f"{number:06}.jpg" for number in range(_MANY)],
        sorted(f"{number}.jpg" for number in range(_MANY)),
        [f"{number // 300:03}/{number:06}.jpg" for number in range(_MANY)],
        sorted(f"{hash((number, 7)) & 0xFFFFFFFFFFFF:012x}" for number in range(_MANY)),
        [f"2026/{month:02}/{day:03}.jpg" for month in range(1, 13) for day in range(_MANY // 12)],
        ["x" * 900 + f"{number:06}" for number in range(_MANY)],
    ],
    ids=["counted", "not padded", "folders", "hashes", "months", "long"],
)
def test_few_requests_are_in_vain_whatever_keys_look_like(keys: list[str]) -> None:
    listing = _Listing(keys, 10, seconds=0.001)

    assert listing.keys(alone=40) == keys
    assert listing.most_at_once > 8
    assert listing.requests < 2 * _MANY / 10


def test_a_short_listing_is_read_page_by_page() -> None:
    listing = _Listing([f"{number:06}" for number in range(40)], 10)

    listing.keys(alone=40)

    assert listing.requests == 4
    assert listing.most_at_once == 1


def test_no_more_is_read_when_no_more_is_wanted() -> None:
    listing = _Listing([f"{number:06}" for number in range(10_000)], 10, seconds=0.001)
    pages = list_pages(listing.read, alone=10)

    for _ in range(5):
        next(pages)
    pages.close()
    requests = listing.requests
    time.sleep(0.05)

    assert listing.requests == requests < 200


def test_an_error_comes_where_its_page_would_have() -> None:
    listing = _Listing([f"{number:06}" for number in range(1_000)], 10)

    def read(*, after: str = "", until: str | None = None, token: str | None = None) -> Page:
        page = listing.read(after=after, until=until, token=token)
        if any(key == "000500" for key, _, _ in page.entries):
            raise ValueError("broken")
        return page

    found: list[str] = []
    with pytest.raises(ValueError, match="broken"):
        found.extend(key for page in list_pages(read, alone=20) for key, _, _ in page)

    assert found == [f"{number:06}" for number in range(len(found))]
    assert 480 < len(found) <= 500


def test_an_empty_page_that_is_not_the_last_is_passed_over() -> None:
    pages = {None: Page([], "1"), "1": Page([], "2"), "2": Page([("a", 1, "STANDARD")], None)}

    def read(*, after: str = "", until: str | None = None, token: str | None = None) -> Page:  # noqa: ARG001  # as S3's
        return pages[token]

    assert [entry[0] for page in list_pages(read) for entry in page] == ["a"]
