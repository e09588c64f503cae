"""Reads an environment file as text with line numbers, and says what is wrong where."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dataset.messages import shown
from ground_truth.validators.messages import ItemError, did_you_mean

_Model = TypeVar("_Model", bound=BaseModel)
#: Steps from the top of a file down to a value: keys, and places in lists.
_Location = tuple[str | int, ...]

#: Lists and mappings in each other; an environment has eight at most.
_DEEPEST: Final = 50
_PLAIN_TAGS: Final = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}
#: Ends the names of files that say which destructive changes are approved.
_APPROVALS: Final = ".approvals"
#: What the file should have held, by pydantic's type of the error (errors are caught by their
#: beginning, such as `int_parsing` and `int_type`).
_EXPECTED: Final = {
    "bool": "true or false",
    "int": "a whole number",
    "string": "a text",
    "tuple": "a list",
    "dict": "a mapping, that is lines of `key: value`",
    "model": "a mapping, that is lines of `key: value`",
}


class EnvironmentFileError(ValueError):
    """What is wrong with environment files: one line for each problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        #: Each as `<file>:<line>: <field>: <what was expected and what there is>`.
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, kw_only=True)
class Document:
    """An environment file whose scalars are all text; a key without a value has None."""

    #: As in error messages.
    name: str
    data: Mapping[str, Any]
    root: yaml.MappingNode


def display_name(path: Path) -> str:
    """Return `path` as a person at the project's root would write it."""
    absolute = Path(os.path.normpath(path.absolute()))
    if absolute.is_relative_to(Path.cwd()):
        return absolute.relative_to(Path.cwd()).as_posix()
    return absolute.as_posix()


def environment_files(folder: Path) -> list[Path]:
    """Return the environment files in a folder, without the files of approvals beside them."""
    return sorted(path for path in folder.glob("*.yaml") if not path.stem.endswith(_APPROVALS))


def approvals_files(folder: Path) -> list[tuple[Path, str]]:
    """Return the files of approvals in a folder, each with the name of its environment."""
    found = sorted(folder.glob(f"*{_APPROVALS}.yaml"))
    return [(path, path.stem.removesuffix(_APPROVALS)) for path in found]


def approvals_file(folder: Path, environment: str) -> Path:
    """Return where the approvals of an environment stand, if there are any."""
    return folder / f"{environment}{_APPROVALS}.yaml"


def read(path: Path, *, beginning: str = "region: …") -> Document:
    """Read a YAML file in which every scalar is text, whatever it looks like.

    So `no` stays `no`, `012345678901` keeps its zero, and each field's type decides what a text
    stands for. Raises EnvironmentFileError if the file is missing, not UTF-8, not YAML, not a
    mapping, or has a key twice.
    """
    name = display_name(path)
    root = _compose(name, _text(path, name))
    if not isinstance(root, yaml.MappingNode):
        raise EnvironmentFileError(
            [f"{name}:1: expected a file that begins with `{beginning}`, got {_kind(root)}"]
        )
    problems = [
        f"{name}:{node.start_mark.line + 1}: {problem}" for node, problem in _flaws(root, ())
    ]
    if problems:
        raise EnvironmentFileError(problems)
    data: dict[str, Any] = _plain(root)
    return Document(name=name, data=data, root=root)


def check(document: Document, model: type[_Model], context: object) -> _Model:
    """Return the document as `model`; raises EnvironmentFileError with all problems in it."""
    try:
        return model.model_validate(document.data, context=context)
    except ValidationError as error:
        problems = sorted(
            _problem(document, model, details) for details in error.errors(include_url=False)
        )
        raise EnvironmentFileError(
            f"{document.name}:{line}: {problem}" for line, problem in problems
        ) from None


def _text(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        there = ", ".join(other.stem for other in environment_files(path.parent)) or "none"
        raise EnvironmentFileError(
            [f"{name}: expected one of the environments there are ({there}), got {path.stem!r}"]
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise EnvironmentFileError(
            [
                f"{name}:{line}: expected UTF-8, got the byte 0x{error.object[error.start]:02x};"
                " save the file as UTF-8"
            ]
        ) from None


class _Loader(yaml.BaseLoader):
    """Refuses what no person nests so deeply, before it gets too deep for Python."""

    _level = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self._level == _DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs lack it
            raise yaml.composer.ComposerError(None, None, f"more than {_DEEPEST} levels", mark)
        self._level += 1
        node = super().compose_node(parent, index)
        self._level -= 1
        return node


def _compose(name: str, text: str) -> yaml.Node | None:
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        problem = f"expected printable characters, got {chr(error.character)!r}"
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        column = mark.column + 1 if mark else 1
        problem = f"expected YAML, got a fault in column {column}: {error.problem}"
        if error.context:
            problem += f" ({error.context})"
    else:
        return root
    raise EnvironmentFileError([f"{name}:{line}: {problem}"])


def _flaws(node: yaml.Node, above: tuple[yaml.Node, ...]) -> Iterator[tuple[yaml.Node, str]]:
    """Yield what YAML allows and an environment file doesn't."""
    if node in above:
        yield node, "expected an alias to something else, got one to the value that it stands in"
        return
    if node.tag not in _PLAIN_TAGS:
        yield node, f"expected a value without a tag, got the tag {node.tag!r}; remove it"
    if isinstance(node, yaml.ScalarNode) and any(
        "\ud800" <= sign <= "\udfff" for sign in node.value
    ):
        yield node, f"expected text, got half a surrogate pair in {shown(node.value)}"
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _flaws(item, (*above, node))
    if isinstance(node, yaml.MappingNode):
        first: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                yield key, f"expected a text as key, got {_kind(key)}"
                continue
            before = first.setdefault(key.value, key)
            if before is not key:
                yield (
                    key,
                    f"expected each key once, got {key.value!r} again, which is in line"
                    f" {before.start_mark.line + 1} already",
                )
            yield from _flaws(value, (*above, node))


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {
            key.value: None if _is_nothing(value) else _plain(value) for key, value in node.value
        }
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return node.value


def _is_nothing(node: yaml.Node) -> bool:
    """Say whether a key has no value at all, not even quotes."""
    return isinstance(node, yaml.ScalarNode) and node.value == "" and node.style is None


def _kind(node: yaml.Node | None) -> str:
    if node is None:
        return "an empty file"
    if isinstance(node, yaml.ScalarNode):
        return shown(node.value)
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"


def _problem(document: Document, model: type[BaseModel], details: ErrorDetails) -> tuple[int, str]:
    """Return line and text of one of pydantic's errors."""
    location = details["loc"]
    if location[-1:] == ("[key]",):  # pydantic's way to say that the key is wrong, not its value
        location = location[:-1]
    error = details.get("ctx", {}).get("error")
    if isinstance(error, ItemError):
        location = (*location, *error.path)
    line, field = _find(document.root, location)
    return line, f"{_dotted(field)}: {_message(model, location, details)}"


def _message(model: type[BaseModel], location: _Location, details: ErrorDetails) -> str:
    kind = details["type"]
    if kind == "value_error":
        return str(details["ctx"]["error"])
    if kind == "missing":
        return "expected a value, got nothing; add the key"
    if kind == "extra_forbidden":
        return _unknown_key(_keys(model, location[:-1]), str(location[-1]))
    if kind == "literal_error":
        return f"expected {details['ctx']['expected']}, got {shown(details['input'])}"
    expected = _EXPECTED[kind.partition("_")[0]]
    found = details["input"]
    return f"expected {expected}, got {'nothing' if found is None else shown(found)}"


def _unknown_key(allowed: list[str], key: str) -> str:
    return f"expected one of the keys {', '.join(allowed)}, got {key!r}{did_you_mean(key, allowed)}"


def _keys(model: type[BaseModel], location: _Location) -> list[str]:
    """Return the keys that a file may have at `location`."""
    current: Any = model
    for step in location:
        current = _below(current, step)
    return list(_fields(current))


def _below(kind: Any, step: str | int) -> Any:
    """Return the type of the model or list item that a file has at `step` in a value of `kind`."""
    origin = get_origin(kind)
    if origin in (dict, Mapping):
        return _model_in(get_args(kind)[1])
    if origin is tuple and isinstance(step, int):
        return _model_in(get_args(kind)[0])
    return _model_in(_fields(kind)[str(step)])


def _model_in(kind: Any) -> Any:
    """Return what is left of a type without validators and without None."""
    if get_origin(kind) is Annotated:
        return _model_in(get_args(kind)[0])
    if get_origin(kind) is UnionType:
        return _model_in(next(each for each in get_args(kind) if each is not NoneType))
    return kind


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """Return the types of a model's fields by their name in the file."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _find(root: yaml.Node, location: _Location) -> tuple[int, _Location]:
    """Return the line of the last step that the file has, and the location without steps into text.

    A job's `input: Input/` is short for a mapping, whose keys the file doesn't show.
    """
    node, line = root, root.start_mark.line
    for depth, step in enumerate(location):
        if isinstance(node, yaml.ScalarNode):
            return line + 1, location[:depth]
        found = _step(node, step)
        if found is None:
            break
        node, line = found
    return line + 1, location


def _step(node: yaml.Node, step: str | int) -> tuple[yaml.Node, int] | None:
    """Return the value below `node` and the line of its key."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value, key.start_mark.line
    return None


def _dotted(location: _Location) -> str:
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")
