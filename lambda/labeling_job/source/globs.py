r"""Patterns for keys, much as in `.gitignore`.

A pattern without `/` is matched with the file's name at any depth, one with `/` with all that
follows the prefix. `*` and `?` stop at `/`, `**` does not, `[a-z]` and `[!a-z]` are one character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, Protocol

_PARTS: Final = re.compile(
    r"(?P<folders>(?:^|(?<=/))\*\*/)|(?P<anything>\*\*+)|(?P<many>\*)|(?P<one>\?)"
    r"|\[(?P<negation>[!^])?(?P<set>[^\]]+)\]|(?P<itself>.)",
    re.DOTALL,
)
#: What stands for any number of characters, the shortest first.
_SHORTEST: Final = {
    # No folder is one of any number of folders.
    "folders": "(?:.*?/)??",
    "anything": ".*?",
    "many": "[^/]*?",
}


class _Inner(Protocol):
    """Makes an expression of parts; the last ones end where the key does."""

    def __call__(self, parts: Sequence[re.Match[str]], *, is_last: bool) -> str: ...


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
    """Return a regular expression that takes no more than the square of a key's length.

    What follows a wildcard is taken where it is found first, and not looked for again: whatever
    comes later fits as well from there. Of `*` that holds up to the next `**`, which a `/` does not
    stop. What follows the last wildcard of either kind is at the end, and is looked for there.
    """
    return "".join(_runs(_runs_of_many, ("folders", "anything"), list(_PARTS.finditer(glob))))


def _runs_of_many(parts: Sequence[re.Match[str]], *, is_last: bool) -> str:
    return "".join(_runs(_fixed, ("many",), parts, is_last=is_last))


def _runs(
    inner: _Inner, kinds: tuple[str, ...], parts: Sequence[re.Match[str]], *, is_last: bool = True
) -> Iterator[str]:
    """Yield what stands before the first wildcard of some kinds, then each with what follows it."""
    starts = [at for at, part in enumerate(parts) if part.lastgroup in kinds]
    yield inner(parts[: starts[0]] if starts else parts, is_last=is_last and not starts)
    for start, end in pairwise([*starts, len(parts)]):
        ends_all = is_last and end == len(parts)
        found = _SHORTEST[str(parts[start].lastgroup)] + inner(
            parts[start + 1 : end], is_last=ends_all
        )
        yield found if ends_all else f"(?>{found})"


def _fixed(parts: Sequence[re.Match[str]], *, is_last: bool) -> str:
    del is_last
    return "".join(map(_part, parts))


def _part(part: re.Match[str]) -> str:
    if part["set"]:
        members = re.sub(r"(.)-(.)|(.)", _member, part["set"], flags=re.DOTALL)
        return f"(?!/)[{'^' if part['negation'] else ''}{members}]"
    return "[^/]" if part.lastgroup == "one" else re.escape(part[0])


def _member(member: re.Match[str]) -> str:
    if member[3]:
        return re.escape(member[3])
    return f"{re.escape(member[1])}-{re.escape(member[2])}"
