"""YAML as an environment file has it: plain texts, lists and mappings, within bounds.

Whoever proposes a change writes the file, and everybody's tools read it. Without bounds a few lines
of aliases are more values than a computer holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml

from dataset.messages import shown

#: Lists and mappings in each other; an environment has eight at most.
_DEEPEST: Final = 50
#: Values in all, those of an alias each time; 5,000 people in three teams are 15,000.
_MOST_VALUES: Final = 20_000
#: Keys of one mapping.
_MOST_KEYS: Final = 1_000
#: Characters of one text; Ground Truth takes 128,000 of a whole page.
_LONGEST: Final = 100_000
_PLAIN_TAGS: Final = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}


class FlawError(ValueError):
    """What keeps a text from being read: its line, and what was expected there."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        #: Counted from 1.
        self.line = line


def compose(text: str) -> yaml.Node | None:
    """Return the value of a text, None if it is empty; raises FlawError."""
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        message = f"expected printable characters, got {chr(error.character)!r}"
        raise FlawError(line, message) from None
    try:
        root: yaml.Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        column = mark.column + 1 if mark else 1
        problem = f"expected YAML, got a fault in column {column}: {error.problem}"
        if error.context:
            problem += f" ({error.context})"
        raise FlawError(line, problem) from None
    except (OverflowError, ValueError) as error:
        if isinstance(error, FlawError):
            raise
        # Numbers that Python can't take, in a directive or an escape.
        line = loader.get_mark().line + 1
        raise FlawError(line, f"expected YAML, got a number that is none: {error}") from None
    return root


class _Loader(yaml.BaseLoader):
    """Refuses what no person writes, before it gets too much."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._level = 0
        self._read = 0
        #: Of each whole node, how many values it has and how deep they are in each other.
        self._sizes: dict[yaml.Node, tuple[int, int]] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs lack it
        if self._level == _DEEPEST:
            problem = f"more than {_DEEPEST} levels"
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)
        self._level += 1
        self._read += 1
        line = event.start_mark.line + 1
        _at_most(line, _MOST_VALUES, self._read, "values")
        node = super().compose_node(parent, index)
        self._level -= 1
        if node is not None and isinstance(event, yaml.AliasEvent):
            if node not in self._sizes:
                raise FlawError(
                    line,
                    "expected an alias to something else, got one to the value that it stands in",
                )
        elif node is not None:
            self._sizes[node] = self._size(node, line)
        return node

    def _size(self, node: yaml.Node, line: int) -> tuple[int, int]:
        if isinstance(node, yaml.ScalarNode):
            _at_most(line, _LONGEST, len(node.value), "characters")
            return 1, 1
        inner = node.value
        if isinstance(node, yaml.MappingNode):
            _at_most(line, _MOST_KEYS, len(inner), "keys")
            inner = [each for pair in inner for each in pair]
        sizes = [self._sizes[each] for each in inner]
        size, depth = (
            1 + sum(each for each, _ in sizes),
            1 + max((each for _, each in sizes), default=0),
        )
        _at_most(line, _MOST_VALUES, size, "values, those of aliases too")
        _at_most(line, _DEEPEST, depth, "levels, those of aliases too")
        return size, depth


def _at_most(line: int, most: int, number: int, what: str) -> None:
    if number > most:
        raise FlawError(line, f"expected at most {most:,} {what}, got more; shorten the file")


def flaws(root: yaml.Node) -> list[tuple[int, str]]:
    """Return what YAML allows and an environment file doesn't, with its lines."""
    return [(node.start_mark.line + 1, problem) for node, problem in _flaws(root, set())]


def _flaws(node: yaml.Node, seen: set[yaml.Node]) -> Iterator[tuple[yaml.Node, str]]:
    if node in seen:  # an alias, of which all is said
        return
    seen.add(node)
    if node.tag not in _PLAIN_TAGS:
        yield node, f"expected a value without a tag, got the tag {shown(node.tag)}; remove it"
    if isinstance(node, yaml.ScalarNode) and any(
        "\ud800" <= sign <= "\udfff" for sign in node.value
    ):
        yield node, f"expected text, got half a surrogate pair in {shown(node.value)}"
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _flaws(item, seen)
    if isinstance(node, yaml.MappingNode):
        first: dict[str, yaml.Node] = {}
        repeated: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                yield key, f"expected a text as key, got {kind(key)}"
                continue
            before = first.setdefault(key.value, key)
            if before is not key and key.value not in repeated:
                repeated.add(key.value)
                yield (
                    key,
                    f"expected each key once, got {shown(key.value)} again, which is in line"
                    f" {before.start_mark.line + 1} already",
                )
            yield from _flaws(value, seen)


def plain(node: yaml.Node) -> Any:
    """Return a value without its places; a key without a value has None."""
    if isinstance(node, yaml.MappingNode):
        return {
            key.value: None if _is_nothing(value) else plain(value) for key, value in node.value
        }
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    return node.value


def _is_nothing(node: yaml.Node) -> bool:
    """Say whether a key has no value at all, not even quotes."""
    return isinstance(node, yaml.ScalarNode) and node.value == "" and node.style is None


def kind(node: yaml.Node | None) -> str:
    """Return what a value is, for a message."""
    if node is None:
        return "an empty file"
    if isinstance(node, yaml.ScalarNode):
        return shown(node.value)
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
