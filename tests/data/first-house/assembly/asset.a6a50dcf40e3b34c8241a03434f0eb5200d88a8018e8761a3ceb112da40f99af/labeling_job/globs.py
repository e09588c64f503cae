r"""Patterns for keys, much as in `.gitignore`.

A pattern without `/` is matched with the file's name at any depth, one with `/` with all that
follows the prefix. `*` and `?` stop at `/`, `**` does not, `[a-z]` and `[!a-z]` are one character.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_PARTS: Final = re.compile(
    r"(?P<folders>(?:^|(?<=/))\*\*/)|(?P<anything>\*\*+)|(?P<many>\*)|(?P<one>\?)"
    r"|\[(?P<negation>[!^])?(?P<set>[^\]]+)\]|(?P<itself>.)",
    re.DOTALL,
)
_WILDCARDS: Final = {
    # No folder is one of any number of folders.
    "folders": "(?:.*/)?",
    "anything": ".*",
    "many": "[^/]*",
    "one": "[^/]",
}


def matcher(globs: tuple[str, ...]) -> Callable[[str], bool]:
    """Return what says whether a pattern fits; raises re.error for a set such as [z-a]."""
    paths = [re.compile(_regex(glob), re.DOTALL) for glob in globs if "/" in glob]
    names = [re.compile(_regex(glob), re.DOTALL) for glob in globs if "/" not in glob]

    def matches(path: str) -> bool:
        name = path.rpartition("/")[2]
        return any(regex.fullmatch(path) for regex in paths) or any(
            regex.fullmatch(name) for regex in names
        )

    return matches


def _regex(glob: str) -> str:
    return "".join(map(_part, _PARTS.finditer(glob)))


def _part(part: re.Match[str]) -> str:
    if part["set"]:
        members = re.sub(r"(.)-(.)|(.)", _member, part["set"], flags=re.DOTALL)
        return f"(?!/)[{'^' if part['negation'] else ''}{members}]"
    return _WILDCARDS.get(str(part.lastgroup)) or re.escape(part[0])


def _member(member: re.Match[str]) -> str:
    if member[3]:
        return re.escape(member[3])
    return f"{re.escape(member[1])}-{re.escape(member[2])}"
