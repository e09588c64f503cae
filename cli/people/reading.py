"""Reads what people have of others: a table, a pasted list, YAML, or what a console gives."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from workforce.people_file import MOST_BYTES, MOST_PEOPLE
from workforce.people_table import (
    Fault,
    FileFaultError,
    Row,
    column_of,
    decoded,
    doubt,
    rows_of_table,
    teams_in,
)

#: Between people who were pasted; commas and semicolons in quotes or brackets are none.
_PASTED: Final = re.compile(r"(?:\"[^\"\n]*\"|<[^<>\n]*>|[^,;\n\"<])+|[\"<]")
#: Levels of an environment file down to a worker's last day, and some more.
_DEEPEST: Final = 10


def rows_of(data: bytes, name: str = "") -> tuple[list[Row], list[Fault]]:
    """Return the people of whatever this is, a row each, and what is wrong with it.

    `name` is that of the file, whose ending may say that it is YAML.
    """
    if len(data) > MOST_BYTES:
        return [], [Fault(line=0, expected=f"expected at most {MOST_BYTES} bytes, got more")]
    try:
        text = decoded(data)
        if text.lstrip().startswith(("{", "[")):
            return _rows_of_json(text)
        if name.lower().endswith((".yaml", ".yml")) or _is_yaml(text):
            return _rows_of_yaml(text)
    except FileFaultError as error:
        return [], [error.fault]
    return rows_of_table(text) if _is_table(text) else _rows_pasted(text)


def _first(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if line and not line.startswith(("#", "sep="))), "")


def _is_yaml(text: str) -> bool:
    first = _first(text)
    return first == "---" or first.startswith("- ") or re.fullmatch(r"\w+:", first) is not None


def _is_table(text: str) -> bool:
    """Say whether the first line names columns."""
    first = _first(text)
    return "@" not in first and any(
        column_of(cell) == "address" for cell in re.split(r"[,;\t]", first.replace('"', ""))
    )


def _rows_pasted(text: str) -> tuple[list[Row], list[Fault]]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        for found in _PASTED.findall(line.replace("\t", ",")):
            person = found.strip()
            if "@" in person and "<" not in person and " " in person:
                # Addresses with only blanks between.
                rows += [Row(line=number, address=each) for each in person.split()]
            elif person:
                rows.append(Row(line=number, address=person))
    return rows, []


def _rows_of_json(text: str) -> tuple[list[Row], list[Fault]]:
    """Read a list, or what `aws cognito-idp list-users` prints."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise FileFaultError(
            Fault(line=line, expected="expected JSON, got a fault in it")
        ) from None
    people = found.get("Users", found.get("workers")) if isinstance(found, dict) else found
    if not isinstance(people, list):
        raise FileFaultError(
            Fault(line=1, expected="expected a list of people, or one under `Users` or `workers`")
        )
    return [_of_json(item) for item in people[: MOST_PEOPLE + 1]], []


def _of_json(item: Any) -> Row:
    if isinstance(item, str):
        return Row(line=1, address=item)
    if not isinstance(item, dict):
        return Row(line=1, address=str(item))
    attributes = item.get("Attributes")
    if isinstance(attributes, list):
        item = {
            str(each.get("Name")): each.get("Value")
            for each in attributes
            if isinstance(each, dict)
        }
    return _row(1, item)


def _row(line: int, said: Mapping[str, Any]) -> Row:
    """Return the person that keys, of whatever spelling, tell of."""
    found: dict[str, Any] = {}
    doubts: dict[str, int] = {}
    for key, value in said.items():
        column = column_of(str(key))
        if column is not None and doubt(str(key), column) < doubts.get(column, sys.maxsize):
            doubts[column] = doubt(str(key), column)
            found[column] = value
    teams = found.get("teams")
    named = tuple(map(str, teams)) if isinstance(teams, list) else teams_in(str(teams or ""))
    return Row(
        line=line,
        address=str(found.get("address") or ""),
        teams=named or None,
        name=str(found.get("name") or ""),
        until=str(found.get("until") or ""),
    )


def _rows_of_yaml(text: str) -> tuple[list[Row], list[Fault]]:
    """Read a list, or the teams of an environment file."""
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise FileFaultError(Fault(line=line, expected="expected no anchors and aliases"))
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise FileFaultError(
            Fault(line=line, expected="expected YAML, got a fault in it")
        ) from None
    except RecursionError:
        raise FileFaultError(Fault(line=1, expected="expected fewer levels")) from None
    return list(_below(root, None, 0)), []


def _below(node: yaml.Node | None, team: str | None, level: int) -> Iterator[Row]:
    """Yield the people below a place in a file; `team` is the one that they are listed in."""
    if level > _DEEPEST or node is None:
        return
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield _of_yaml(item, team)
        return
    if not isinstance(node, yaml.MappingNode):
        raise FileFaultError(Fault(line=1, expected="expected a list of people"))
    keys = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    if isinstance(teams := keys.get("teams"), yaml.MappingNode):
        for key, value in teams.value:
            yield from _below(value, str(key.value), level + 1)
    elif isinstance(workers := keys.get("workers"), yaml.SequenceNode):
        yield from _below(workers, team, level + 1)
    elif "workforce" in keys:
        yield from _below(keys["workforce"], None, level + 1)


def _of_yaml(item: yaml.Node, team: str | None) -> Row:
    line = item.start_mark.line + 1
    if isinstance(item, yaml.ScalarNode):
        return Row(line=line, address=item.value, teams=(team,) if team else None)
    said = {
        key.value: [each.value for each in value.value]
        if isinstance(value, yaml.SequenceNode)
        else value.value
        for key, value in (item.value if isinstance(item, yaml.MappingNode) else ())
    }
    row = _row(line, said)
    if team is None or row.teams is not None:
        return row
    return Row(line=line, address=row.address, teams=(team,), name=row.name, until=row.until)
