"""Reads a table of people as spreadsheets and consoles write it: CSV in whatever dialect."""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: What a column may be called, in letters only, by what it holds.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "address": ("address", "email", "emailaddress", "mail", "worker", "workers"),
    "teams": ("teams", "team", "group", "groups"),
    "name": ("name", "fullname", "displayname"),
    "until": ("until", "enddate", "validuntil", "lastday"),
}
#: Names that leave no doubt where two columns could be meant; a table that has postal addresses too
#: calls them `address`, as the console's own for imports does.
_PLAIN: Final[Mapping[str, tuple[str, ...]]] = {"address": ("email", "emailaddress", "mail")}
#: How near a name must be to one of those, from 0 to 1.
_NEAR: Final = 0.8
_SEPARATORS: Final = ",;\t"
_SEPARATOR_LINE: Final = re.compile(r"sep=(.)\r?\n")
#: The marks at the beginning of a text, the longer before those that they begin with.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that is wrong with a line. `got` may hold an address: no log or event shows it."""

    #: From 1; 0 for the file as a whole.
    line: int
    #: What was expected, and what to do.
    expected: str
    #: What stands there; empty where `expected` says it all.
    got: str = ""
    #: The address of the line, if it has one.
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a list of people, as it is written."""

    #: From 1.
    line: int
    address: str
    #: None where nothing is said of teams.
    teams: tuple[str, ...] | None = None
    name: str = ""
    until: str = ""


class FileFaultError(Exception):
    """A list that can't be read on because of one fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.expected)
        self.fault = fault


def decoded(data: bytes) -> str:
    """Return a text that is in UTF-8 or UTF-16; raises FileFaultError for any other."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is None:
        # UTF-16 without a mark: an address has no character above U+00FF.
        halves = data[:200:2], data[1:200:2]
        zeros = [half.count(0) * 2 > len(half) for half in halves]
        encoding = {(False, True): "utf-16-le", (True, False): "utf-16-be"}.get(
            (zeros[0], zeros[1]), "utf-8"
        )
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileFaultError(
            Fault(line=line, expected="expected a text in UTF-8; save the file as `CSV UTF-8`")
        ) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise FileFaultError(Fault(line=line, expected="expected a text, got a character NUL"))
    return text


def column_of(name: str) -> str | None:
    """Return what a column or key holds, which it may call by a name that nearly fits."""
    word = _word(name)
    names = {each: column for column, each_of in _NAMES.items() for each in each_of}
    near = difflib.get_close_matches(word, names, n=1, cutoff=_NEAR) if len(word) > 3 else []
    return names.get(word) or (names[near[0]] if near else None)


def doubt(name: str, column: str) -> int:
    """Return how doubtful it is that a name means a column which it may mean; 0 for not at all."""
    word = _word(name)
    surest = (_PLAIN.get(column, ()), (column,), _NAMES[column])
    return next((place for place, names in enumerate(surest) if word in names), len(surest))


def _word(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def teams_in(cell: str) -> tuple[str, ...]:
    """Return the teams in one cell: with blanks, commas, semicolons or bars between."""
    return tuple(dict.fromkeys(filter(None, re.split(r"[\s,;|]+", cell))))


def rows_of_table(text: str) -> tuple[list[Row], list[Fault]]:
    """Return the people of a CSV table and what is wrong with it.

    Its first line names the columns; those that say nothing of people are left out.
    """
    body, lines_before, separator = text, 0, None
    if said := _SEPARATOR_LINE.match(text):
        body, lines_before, separator = text[said.end() :], 1, said[1]
    records = _records(body, separator or _separator(body), lines_before)
    rows: list[Row] = []
    faults: list[Fault] = []
    try:
        line, header = next(records, (lines_before + 1, []))
        columns = _columns(line, header)
        for line, cells in records:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                expected = (
                    f"expected {len(header)} cells as in the first line, got {len(cells)}; put"
                    " several teams into one cell, with blanks between"
                )
                faults.append(Fault(line=line, expected=expected))
                continue
            row = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
            rows.append(
                Row(
                    line=line,
                    address=row.get("address", ""),
                    teams=teams_in(row.get("teams", "")) or None,
                    name=row.get("name", ""),
                    until=row.get("until", ""),
                )
            )
    except FileFaultError as error:
        faults.append(error.fault)
    return rows, faults


def _separator(text: str) -> str:
    """Return what stands between the cells of the first line that says anything."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=bare.count)


def _records(text: str, separator: str, lines_before: int) -> Iterator[tuple[int, list[str]]]:
    """Yield lines with their numbers; raises FileFaultError where quotes don't fit together."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = lines_before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            expected = "expected quotes only around a whole cell, and both of them"
            raise FileFaultError(Fault(line=line, expected=expected)) from None
        if cells:
            yield line, cells


def _columns(line: int, header: Sequence[str]) -> dict[str, int]:
    """Return where each column is; raises FileFaultError without addresses or with two of one."""
    wanted = "expected a first line that names the columns, such as `address,teams`"
    if any("@" in cell for cell in header):
        raise FileFaultError(Fault(line=line, expected=f"{wanted}; this one has an address"))
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        column = column_of(cell)
        if column is None:
            continue
        if column in found:
            doubts = [doubt(header[each], column) for each in (found[column], at)]
            if doubts[0] == doubts[1]:
                expected = f"expected one column with the {column}, got two; take one away"
                raise FileFaultError(Fault(line=line, expected=expected))
            if doubts[0] < doubts[1]:
                continue
        found[column] = at
    if "address" not in found:
        raise FileFaultError(Fault(line=line, expected=f"{wanted}; none is called `address`"))
    return found
