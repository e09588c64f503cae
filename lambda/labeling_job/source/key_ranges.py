"""Lists several ranges of keys at once, because S3's own pages can only be had one by one.

The keys that come are not known. Where a range begins is estimated from those of a page, as if all
keys were as far apart. A wrong estimate costs one request for an empty range, or a long range is
divided again. The keys that are listed are the same for every estimate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from string import digits
from threading import Event
from typing import Final, Protocol

from labeling_job.source.pages import Entry, Page

#: Requests at the same time, at most.
_READERS: Final = 32
#: Pages that are meant to be in one range.
_PAGES: Final = 5
#: Pages in memory, each of about 200 KB, before no more are asked for that come behind them.
_WINDOW: Final = 160
#: Every such key of a page shows which characters keys have.
_STRIDE: Final = 20
#: Characters, behind the first one that differs, that a beginning is estimated with.
_DIGITS: Final = 12


class ReadPage(Protocol):
    """Returns the page behind the key `after`, up to the key `until`.

    A token stands for it where the page before has one.
    """

    def __call__(
        self, *, after: str = "", until: str | None = None, token: str | None = None
    ) -> Page: ...


def list_pages(read: ReadPage, *, alone: int = 4_000) -> Generator[list[Entry], None, None]:
    """Yield all pages in S3's order; the first `alone` keys one page after the other.

    Errors of `read` are raised where the page would have come. Nothing is read any more when the
    iterator is closed.
    """
    page = read()
    begin = last = page.entries[0][0] if page.entries else ""
    number, pages = len(page.entries), 1
    while page.token is not None and number < alone:
        yield page.entries
        last = page.entries[-1][0] if page.entries else last
        page = read(after=last, token=page.token)
        number, pages = number + len(page.entries), pages + 1
    yield page.entries
    if page.token is not None:
        ranges = _Ranges(read, begin, pages, page)
        try:
            yield from ranges.pages()
        finally:
            ranges.close()


@dataclass(slots=True, eq=False)
class _Range:
    """Keys behind `begin`, up to and with `until`."""

    begin: str
    until: str | None
    #: The last key that is known of it.
    last: str = field(init=False)
    token: str | None = None
    pages: deque[Page] = field(default_factory=deque)
    #: The page that is being read.
    coming: Future[Page] | None = None
    #: Pages so far, and when there are so many that it is divided.
    number: int = 0
    due: int = _PAGES
    #: Pages so far of it and of those it was divided from: what was long goes on for long.
    stretch: int = 0
    is_read: bool = False

    def __post_init__(self) -> None:
        self.last = self.begin


class _Ranges:
    """What is left of a listing behind one of its pages."""

    def __init__(self, read: ReadPage, begin: str, number: int, page: Page) -> None:
        self._read = read
        self._pool = ThreadPoolExecutor(_READERS)
        self._news = Event()
        # Few at first: most listings end soon.
        self._width = 4
        first = _Range(begin, None, page.token, number=number)
        first.last = page.entries[-1][0] if page.entries else begin
        self._ranges = [first]
        self._divide(0, page)

    def pages(self) -> Iterator[list[Entry]]:
        """Yield the pages of all ranges in order."""
        while self._ranges:
            # Before looking at what has come, so that nothing that comes meanwhile is missed.
            self._news.clear()
            self._take()
            self._ask()
            first = self._ranges[0]
            if first.pages:
                yield first.pages.popleft().entries
            elif first.is_read:
                del self._ranges[0]
            elif first.coming is not None and first.coming.done():
                first.coming.result()  # raises
            else:
                self._news.wait()

    def close(self) -> None:
        """Begin no more requests."""
        self._pool.shutdown(cancel_futures=True)

    def _take(self) -> None:
        """Take the pages that have come, and divide what is long."""
        for place in reversed(range(len(self._ranges))):
            each = self._ranges[place]
            if each.coming is None or not each.coming.done() or each.coming.exception():
                continue
            page = each.coming.result()
            each.coming, each.token = None, page.token
            each.is_read = page.token is None
            each.number += 1
            each.stretch += 1
            if page.entries:
                each.pages.append(page)
                each.last = page.entries[-1][0]
            self._width = (
                min(self._width + 1, _READERS) if page.entries else max(self._width - 1, 4)
            )
            if not each.is_read and (each.until is None or each.number >= each.due):
                self._divide(place, page)

    def _ask(self) -> None:
        """Ask for the next pages, the first ranges first."""
        asked = sum(each.coming is not None for each in self._ranges)
        held = 0
        for each in self._ranges:
            # Only what comes before counts, so that what is needed first is never held up.
            if held and (asked >= self._width or held >= _WINDOW):
                return
            held += len(each.pages) + 1
            if each.coming is None and not each.is_read:
                each.coming = self._pool.submit(
                    self._read, after=each.last, until=each.until, token=each.token
                )
                each.coming.add_done_callback(lambda _: self._news.set())
                asked += 1

    def _divide(self, place: int, page: Page) -> None:
        """Divide what is left of a range behind a page, as far as requests are to spare."""
        left = self._ranges[place]
        spare = self._width - sum(each.coming is not None for each in self._ranges)
        if spare <= 0 or not page.entries:
            return
        if left.until is None:
            # It goes on as all that are being read, gaps between folders included. Those that are
            # not read to their end have, for all that is known, as many pages as they are meant to.
            begin = self._ranges[0].begin
            pages = left.number + sum(
                each.number if each.is_read else max(each.number, _PAGES)
                for each in self._ranges[:-1]
            )
        else:
            begin, pages = page.entries[0][0], 1
            spare = min(spare, left.stretch // _PAGES)
        ends = beginnings(begin, pages, page.entries, left.until, spare)
        left.due = left.number + _PAGES
        if ends:
            others = [*map(_Range, ends, [*ends[1:], left.until])]
            others[-1].stretch = left.stretch
            self._ranges[place + 1 : place + 1] = others
            left.until = ends[0]


def beginnings(
    begin: str, pages: int, entries: list[Entry], until: str | None, most: int
) -> list[str]:
    """Return keys where ranges may begin, in order, between the last entry and `until`.

    There are so many `pages` from the key `begin` to the last entry.
    """
    last = entries[-1][0]
    differ = (
        place for place, pair in enumerate(zip(begin, last, strict=False)) if len({*pair}) > 1
    )
    # What is the same may change too, when all that is behind it has been.
    same = max(next(differ, min(len(begin), len(last))) - _DIGITS, 0)
    characters = set[str]().union(*(key[same:] for key, _, _ in entries[::_STRIDE] + entries[-1:]))
    if characters & set(digits):
        characters |= set(digits)
    alphabet = sorted(characters)
    here = _number(last[same:], alphabet)
    distance = _PAGES * (here - _number(begin[same:], alphabet)) // pages
    found: list[str] = []
    for times in range(1, most + 1):
        key = last[:same] + _text(here + times * distance, alphabet)
        if key <= (found[-1] if found else last) or (until is not None and key >= until):
            break
        found.append(key)
    return found


def _number(text: str, alphabet: list[str]) -> int:
    """Return a number that has the order of texts, as far as their first characters go.

    It has a digit for each character, which is 0 behind the end.
    """
    number = 0
    for place in range(2 * _DIGITS):
        number *= len(alphabet) + 1
        if place < len(text):
            number += bisect_right(alphabet, text[place])
    return number


def _text(number: int, alphabet: list[str]) -> str:
    """Return the text of a number, or an empty one where it is too large."""
    characters: list[str] = []
    for _ in range(2 * _DIGITS):
        number, rank = divmod(number, len(alphabet) + 1)
        if rank:
            characters.append(alphabet[rank - 1])
        else:
            characters.clear()
    return "" if number else "".join(reversed(characters))
