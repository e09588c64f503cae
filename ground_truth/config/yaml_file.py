"""Reads an environment file as text with line numbers, and says what is wrong where."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dataset.messages import shown
from ground_truth.config.yaml_nodes import FlawError, compose, flaws, kind, plain
from ground_truth.validators import files
from ground_truth.validators.messages import ItemError, did_you_mean

_Model = TypeVar("_Model", bound=BaseModel)
#: Steps from the top of a file down to a value: keys, and places in lists.
_Location = tuple[str | int, ...]

#: Of a file. Its texts stand in a template, of which CloudFormation takes 1 MB
#: (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
_MOST_BYTES: Final = 500_000
#: Of a file, that are said at once.
_MOST_PROBLEMS: Final = 50
#: Characters of a problem's line.
_LONGEST_LINE: Final = 1_000
#: Characters of a key that a message has as it is.
_LONGEST_KEY: Final = 80
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
        absolute = absolute.relative_to(Path.cwd())
    name = absolute.as_posix()
    return name if name.isprintable() else shown(name)


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
    stands for. Raises EnvironmentFileError if the file is missing or no file of the repository, not
    UTF-8, not YAML, not a mapping, has a key twice, or more than any environment has.
    """
    name = display_name(path)
    try:
        root = compose(_text(path, name))
    except FlawError as error:
        raise EnvironmentFileError([f"{name}:{error.line}: {_short(str(error))}"]) from None
    if not isinstance(root, yaml.MappingNode):
        raise EnvironmentFileError(
            [f"{name}:1: expected a file that begins with `{beginning}`, got {kind(root)}"]
        )
    if problems := [f"{name}:{line}: {problem}" for line, problem in flaws(root)]:
        raise EnvironmentFileError(_first(name, problems, len(problems)))
    data: dict[str, Any] = plain(root)
    return Document(name=name, data=data, root=root)


def check(document: Document, model: type[_Model], context: object) -> _Model:
    """Return the document as `model`; raises EnvironmentFileError with all problems in it."""
    try:
        return model.model_validate(document.data, context=context)
    except ValidationError as error:
        found = error.errors(include_url=False)
    places = _Places(document.root)
    # What is not shown is not put into words, which takes long: each looks for the nearest word.
    located = sorted(
        ((*places.find(_location(each)), each) for each in found), key=lambda each: each[0]
    )
    problems = sorted(
        (line, f"{_dotted(field)}: {_short(_message(model, _location(details), details))}")
        for line, field, details in located[:_MOST_PROBLEMS]
    )
    raise EnvironmentFileError(
        _first(
            document.name,
            [f"{document.name}:{line}: {problem}" for line, problem in problems],
            len(found),
        )
    )


def _first(name: str, problems: list[str], number: int) -> list[str]:
    """Return the first problems, and how many more there are."""
    shown = problems[:_MOST_PROBLEMS]
    more = number - len(shown)
    return [*shown, f"{name}: {more:,} more; correct these first"] if more else shown


def _short(message: str) -> str:
    """Return a message whose lines, and their number, nobody minds."""
    lines = message.split("\n")
    kept = [
        line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"
        for line in lines[:_MOST_PROBLEMS]
    ]
    more = len(lines) - len(kept)
    return "\n".join([*kept, f"{more:,} more; correct these first"] if more else kept)


def _text(path: Path, name: str) -> str:
    real = path.resolve()
    if path.is_symlink() and not real.is_relative_to(path.parent.resolve().parent):
        raise EnvironmentFileError(
            [f"{name}: expected a file of this repository, got a link out of it; copy the file"]
        )
    try:
        content = files.read(path, most=_MOST_BYTES)
    except files.NoFileError:
        there = ", ".join(other.stem for other in environment_files(path.parent)) or "none"
        raise EnvironmentFileError(
            [
                f"{name}: expected one of the environments there are ({there}), got"
                f" {shown(path.stem)}"
            ]
        ) from None
    except files.UnreadableError as error:
        raise EnvironmentFileError([f"{name}: expected a file, {error}"]) from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise EnvironmentFileError(
            [
                f"{name}:{line}: expected UTF-8, got the byte 0x{error.object[error.start]:02x};"
                " save the file as UTF-8"
            ]
        ) from None


def _location(details: ErrorDetails) -> _Location:
    """Return where one of pydantic's errors is."""
    location = details["loc"]
    if location[-1:] == ("[key]",):  # pydantic's way to say that the key is wrong, not its value
        location = location[:-1]
    error = details.get("ctx", {}).get("error")
    return (*location, *error.path) if isinstance(error, ItemError) else location


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
    return (
        f"expected one of the keys {', '.join(allowed)}, got {shown(key)}"
        f"{did_you_mean(key, allowed)}"
    )


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


class _Places:
    """Finds the lines of values."""

    def __init__(self, root: yaml.Node) -> None:
        self._root = root
        #: The values of each mapping by their keys, with the keys' lines.
        self._keys: dict[yaml.Node, dict[str, tuple[yaml.Node, int]]] = {}

    def find(self, location: _Location) -> tuple[int, _Location]:
        """Return the line of the last step in the file, and the location without steps into text.

        A job's `input: Input/` is short for a mapping, whose keys the file doesn't show.
        """
        node, line = self._root, self._root.start_mark.line
        for depth, step in enumerate(location):
            if isinstance(node, yaml.ScalarNode):
                return line + 1, location[:depth]
            found = self._step(node, step)
            if found is None:
                break
            node, line = found
        return line + 1, location

    def _step(self, node: yaml.Node, step: str | int) -> tuple[yaml.Node, int] | None:
        """Return the value below `node` and the line of its key."""
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            return node.value[step], node.value[step].start_mark.line
        if not isinstance(node, yaml.MappingNode):
            return None
        if node not in self._keys:
            self._keys[node] = {
                key.value: (value, key.start_mark.line) for key, value in node.value
            }
        return self._keys[node].get(str(step))


def _dotted(location: _Location) -> str:
    text = ""
    for step in location:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            # A key of the file can be anything.
            is_plain = step.isprintable() and len(step) <= _LONGEST_KEY
            text += f".{step if is_plain else shown(step)}"
    return text.removeprefix(".")
