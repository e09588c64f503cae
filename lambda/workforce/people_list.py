"""Reads the simple form of a YAML list of people, strictly; Lambda brings no reader of YAML.

What it reads says the same to every reader of YAML. Of what else YAML knows it says so, and
`ground-truth workers ENV import` reads that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from workforce.people_table import Fault, FileFaultError, Row, column_of

#: A text in quotes, without any of what YAML lets stand for something else, or a plain one.
_SCALAR: Final = re.compile(r"""'(?P<single>[^']*)'|"(?P<double>[^"\\]*)"|(?P<plain>[^\s'"].*)""")
#: What a plain text does not begin with.
_SPECIAL: Final = tuple("&*!|>%@`{}[],?")
_PAIR: Final = re.compile(r"(?P<key>[A-Za-z][\w -]*?)\s*:(?:\s+(?P<value>.*))?")
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
_WORDS: Final = (
    "expected a list such as `- address: ana@example.com`, below it `  teams: [readers]`;"
    " `ground-truth workers ENV import FILE` reads every other form of YAML"
)


@dataclass
class _Item:
    line: int
    #: Where its keys begin; -1 for a bare address, which has none.
    indent: int
    said: dict[str, str | list[str]] = field(default_factory=dict)
    #: The key whose list goes on in the next lines, and where it stands.
    is_open: bool = False


def is_list(text: str) -> bool:
    """Say whether a text is such a list rather than a table."""
    first = next((line.strip() for _, line in _lines(text)), "")
    return first == "---" or first.startswith("- ") or re.fullmatch(r"\w+:", first) is not None


def rows_of_list(text: str) -> tuple[list[Row], list[Fault]]:
    """Return the people of a list and what is wrong with it; after a fault nothing is read on."""
    try:
        return [_row(item) for item in _items(text)], []
    except FileFaultError as error:
        return [], [error.fault]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        bare = _without_comment(line).rstrip()
        if bare.strip():
            yield number, bare


def _without_comment(line: str) -> str:
    """Return a line without its comment; `#` in quotes begins none."""
    masked = re.sub(r"""'[^']*'|"[^"]*\"""", lambda found: "x" * len(found[0]), line)
    found = _COMMENT.search(masked)
    return line[: found.start()] if found else line


def _items(text: str) -> list[_Item]:
    items: list[_Item] = []
    outer: int | None = None
    for number, line in _lines(text):
        indent = len(line) - len(line.lstrip(" "))
        rest = line[indent:]
        if not items and (rest == "---" or (column_of(rest) == "address" and rest[-1] == ":")):
            continue
        is_item = rest.startswith("- ")
        if is_item and items and items[-1].is_open and indent >= items[-1].indent:
            teams = items[-1].said["teams"]
            if isinstance(teams, list):
                teams.append(_scalar(number, rest[2:].strip()))
            continue
        if is_item and outer in (None, indent):
            outer = indent
            inner = rest[2:].lstrip()
            item = _Item(line=number, indent=len(line) - len(inner))
            items.append(item)
            pair = _PAIR.fullmatch(inner)
            if pair is None:
                item.indent = -1
                item.said["address"] = _scalar(number, inner)
            else:
                _say(item, number, pair)
            continue
        pair = _PAIR.fullmatch(rest)
        if pair is None or not items or indent != items[-1].indent:
            raise FileFaultError(Fault(line=number, expected=_WORDS, got=rest))
        _say(items[-1], number, pair)
    return items


def _say(item: _Item, number: int, pair: re.Match[str]) -> None:
    column = column_of(pair["key"])
    item.is_open = False
    if column is None:
        expected = "expected one of the keys address, teams, name and until"
        raise FileFaultError(Fault(line=number, expected=expected, got=pair["key"]))
    if column in item.said:
        raise FileFaultError(Fault(line=number, expected=f"expected the {column} once, got two"))
    value = (pair["value"] or "").strip()
    if column == "teams" and not value:
        item.said["teams"] = []
        item.is_open = True
    elif column == "teams" and value.startswith("["):
        if not value.endswith("]"):
            raise FileFaultError(Fault(line=number, expected=_WORDS, got=value))
        names = [each.strip() for each in value[1:-1].split(",")]
        item.said["teams"] = [_scalar(number, each) for each in names if each]
    elif value:
        item.said[column] = _scalar(number, value)


def _scalar(number: int, text: str) -> str:
    found = _SCALAR.fullmatch(text)
    plain = (found["plain"] if found else None) or ""
    is_more = plain.startswith(_SPECIAL) or plain.endswith(":") or re.search(r":\s|\s#", plain)
    if found is None or is_more:
        raise FileFaultError(Fault(line=number, expected=_WORDS, got=text))
    return next(each for each in found.groups() if each is not None)


def _row(item: _Item) -> Row:
    row = Row(line=item.line, address="")
    for column, value in item.said.items():
        if column == "teams":
            row = replace(row, teams=(value,) if isinstance(value, str) else tuple(value) or None)
        elif isinstance(value, str):
            row = replace(row, **{column: value})  # type: ignore[arg-type]  # a text each
    return row
