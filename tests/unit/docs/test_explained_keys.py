"""The shipped `prod.yaml` explains every key: as it stands there, or as a comment `# key: …`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml
from pydantic import BaseModel

from ground_truth.config import Environment
from ground_truth.config.effects import Key, keys, section_in
from ground_truth.config.section import Section
from tests.environments import SHIPPED

_FILE: Final = SHIPPED / "prod.yaml"
#: A key stands in a line, also in one that is a comment as a whole.
_LINE: Final = re.compile(
    r"(?P<start> *)(?P<comment># (?:# )?)?(?P<rest> *(?:- )?\{?(?P<key>\w+):(?: .*)?)"
)
#: Stands behind a value.
_BEHIND: Final = re.compile(r"\s# \w")
#: Known by another key: `verify: cars` is short for it.
_SHORT: Final = ("Reviewed", "job")

#: A key, by the section whose class has it.
_Id = tuple[str, str]


def explained(text: str, section: type[BaseModel]) -> set[_Id]:
    """Return the keys that a file has, or has as comments, with words above or behind them.

    Words are for the keys below them, up to a blank line or to a key that stands less deep.
    """
    names = {key.name for key in keys(section)}
    lines, told = [], set()
    depth: int | None = None
    words = False
    for number, line in enumerate(text.splitlines()):
        found = _LINE.fullmatch(line)
        if found is None or (found["comment"] and found["key"] not in names):
            is_comment = line.strip().startswith("#")
            words, depth = (is_comment, None) if is_comment or not line.strip() else (words, depth)
            lines.append("" if is_comment else line)
            continue
        written = f"{found['start']}{found['rest']}"
        here = len(written) - len(written.lstrip(" -"))
        depth = here if depth is None else depth
        if here < depth:
            words, depth = False, here
        if words or _BEHIND.search(found["rest"]):
            told.add(number)
        lines.append(written)
    node = yaml.compose("\n".join(lines), Loader=yaml.SafeLoader)
    return set(_told(node, section, told))


def _told(node: Any, section: type[BaseModel], lines: set[int]) -> Iterator[_Id]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        field = section.model_fields.get(key.value)
        if field is None:
            continue
        if key.start_mark.line in lines:
            yield _id(section, key.value)
        steps, inner = section_in(field.annotation)
        if inner is not None:
            within = [value]
            if steps == "[]" and isinstance(value, yaml.SequenceNode):
                within = value.value
            if steps == ".<name>" and isinstance(value, yaml.MappingNode):
                within = [each for _, each in value.value]
            for each in within:
                yield from _told(each, inner, lines)


def _id(section: type[BaseModel], name: str) -> _Id:
    """Return a key by the class that has it, which others may take it from."""
    owner = next(each for each in section.__mro__ if name in each.__annotations__)
    return owner.__name__, name


def _missing(text: str, section: type[BaseModel]) -> list[Key]:
    found = explained(text, section)
    return [key for key in keys(section) if _id(key.section, key.name) not in {*found, _SHORT}]


def test_the_file_explains_every_key() -> None:
    assert [
        f"{key.path}: write it into {_FILE.name}, or `# {key.name}: …`, with words"
        " above or behind it"
        for key in _missing(_FILE.read_text(encoding="utf-8"), Environment)
    ] == []


class _Inner(Section):
    size: int = 1
    colour: str = ""


class _Outer(Section):
    name: str = ""
    inner: _Inner = _Inner()
    others: tuple[_Inner, ...] = ()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("# What it is.\nname: a\n# More.\ninner:\n  size: 1\n  # Red.\n  # colour: red\n", []),
        ("name: a # words\ninner: {size: 1, colour: red} # words\n", []),
        ("# Words.\n# name: a\n# inner:\n#   size: 1\n#   colour: red\n", []),
        ("# Words.\nname: a\ninner:\n  # Words.\n  size: 1\n", ["inner.colour"]),
        (
            "# Words.\nname: a\n\ninner: {size: 1, colour: red}\n",
            ["inner", "inner.size", "inner.colour"],
        ),
        ("inner:\n  # Words.\n  size: 1\n  colour: red\nname: a\n", ["name", "inner"]),
        ("# Of name and inner.\n", ["name", "inner", "inner.size", "inner.colour"]),
    ],
)
def test_a_key_without_words_is_missing(text: str, missing: list[str]) -> None:
    found = [key.path for key in _missing(f"# Words.\nothers: []\n\n{text}", _Outer)]

    assert found == missing
