"""What is wrong with a command line, in this command's words instead of its library's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import typer

from cli.errors import CommandError
from cli.repository import environment_names
from ground_truth.validators.messages import did_you_mean

#: How near a verb must be to be suggested.
_NEAR: Final = 0.6
_EXTRA: Final = re.compile(r"unexpected extra argument(?:\(s\)|s)? \((.*)\)$")
_QUOTED: Final = re.compile(r"'(.*)'")


def sentence(error: typer.TyperException, verbs: Iterable[str]) -> str:
    """Return what was expected and what there is; the library's words for what is not known."""
    said = error.format_message().rstrip(".")
    kind = type(error).__name__
    if kind == "MissingParameter":
        return _missing(getattr(error, "param", None))
    if kind == "BadParameter":
        param = getattr(error, "param", None)
        return f"{_name(param)}: {error.message}" if param is not None else error.message
    if kind == "NoSuchOption":
        possible = getattr(error, "possibilities", None) or ()
        meant = f"; did you mean {' or '.join(sorted(possible))}?" if possible else ""
        return f"expected an option that there is, got {getattr(error, 'option_name', '')}{meant}"
    if kind == "BadOptionUsage":
        option = getattr(error, "option_name", "")
        if "requires an argument" in said:
            return f"expected a value behind {option}, got none"
        return f"expected {option} alone, got a value with it"
    if words := _EXTRA.search(said):
        return f"expected nothing more, got {words[1]!r}"
    if said.startswith("No such command") and (word := _QUOTED.search(said)):
        return (
            f"expected one of the verbs {', '.join(verbs)}, got"
            f" {word[1]!r}{did_you_mean(word[1], verbs, cutoff=_NEAR)}"
        )
    return said


def _missing(param: Any) -> str:
    name = _name(param)
    if name == "ENV":
        return f"expected one of the environments there are ({_environments()}), got none"
    meaning = str(getattr(param, "help", None) or "").rstrip(".")
    meaning = f" ({meaning[0].lower()}{meaning[1:]})" if meaning else ""
    return f"expected {name}{meaning}, got none"


def _name(param: Any) -> str:
    """Return an option, or an argument's name."""
    if param is None:
        return "another word"
    is_argument = param.param_type_name == "argument"
    return str(param.metavar or param.name) if is_argument else str(param.opts[0])


def _environments() -> str:
    try:
        return ", ".join(environment_names()) or "none"
    except CommandError:
        return "none"
