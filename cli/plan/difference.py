"""The property-level difference of two templates, by the CDK CLI."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from cli.plan.assembly import Stack
from cli.plan.cdk import cdk

_AT_ONCE: Final = 2
#: The CLI's last line, which counts stacks.
_COUNT: Final = "✨"
#: The end of its tables of permissions, which the plan has by itself and in fewer characters.
_END_OF_TABLES: Final = "(NOTE: There may be security-related changes not in this list."
#: A line of its tree, or the title of a part.
_TREE: Final = re.compile(
    r"[ │]*[├└]─ |\[[~+-]\] "
    r"|(Parameters|Metadata|Mappings|Conditions|Rules|Resources|Outputs|Other Changes)$"
)
_REMOVED: Final = re.compile(r"(?P<indent>[ │]*)├─ \[-\] (?P<text>.*)")


def differences(
    environment: str, stacks: Sequence[tuple[Stack, Stack]], assembly: Path
) -> Mapping[str, str]:
    """Return `cdk diff` of each stack against its template before, by the stack's name.

    `assembly` is the cloud assembly of the stacks. Nothing is asked of AWS. Raises CdkError.
    """
    found: dict[str, str] = {}
    for start in range(0, len(stacks), _AT_ONCE):
        with ExitStack() as commands:
            printed = {
                new.name: commands.enter_context(
                    cdk(
                        "diff",
                        f"{environment}/{new.key}",
                        "--exclusively",
                        f"--app={assembly}",
                        f"--template={old.file}",
                    )
                )
                for old, new in stacks[start : start + _AT_ONCE]
            }
            found |= {name: readable(output()) for name, output in printed.items()}
    return {name: text for name, text in found.items() if text}


def readable(printed: str) -> str:
    """Return what the CLI prints without its tables, and long texts line by line.

    Nothing where it says that there is no difference.
    """
    if "There were no differences" in printed:
        return ""
    lines = [line.rstrip() for line in printed.splitlines() if not line.startswith(_COUNT)]
    ends = [number for number, line in enumerate(lines) if line.startswith(_END_OF_TABLES)]
    if ends:
        titles = [line for line in lines[: ends[0]] if line.startswith("Stack ")]
        lines = [*titles, *lines[ends[0] + 2 :]]
    return "\n".join(_texts(lines)).strip()


def _texts(lines: list[str]) -> Iterator[str]:
    """Yield the lines; two texts of many lines become the lines in which they differ."""
    place = 0
    while place < len(lines):
        removed = _REMOVED.match(lines[place])
        if removed is None:
            yield lines[place]
            place += 1
            continue
        indent = removed["indent"]
        old, end = _until(lines, place, f"{indent}└─ [+] ", removed["text"])
        if end == len(lines):
            yield lines[place]
            place += 1
            continue
        new, after = _until(lines, end, None, lines[end].removeprefix(f"{indent}└─ [+] "))
        if len(old) == len(new) == 1:
            yield from (lines[place], lines[end])
        else:
            changed = list(difflib.unified_diff(old, new, lineterm=""))[2:]
            yield from (f"{indent}   {line}".rstrip() for line in changed)
        place = after


def _until(lines: list[str], start: int, stop: str | None, first: str) -> tuple[list[str], int]:
    """Return the text that begins in a line, and the line behind it."""
    end = start + 1
    while end < len(lines):
        line = lines[end]
        if line.startswith(stop) if stop is not None else _TREE.match(line):
            break
        end += 1
    text = [first, *lines[start + 1 : end]]
    while len(text) > 1 and not text[-1]:
        text.pop()
    return text, end
