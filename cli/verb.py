"""What the verbs have in common: how they are declared, what they take, and how they end."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from cli.repository import environment_names, job_names

if TYPE_CHECKING:
    from rich.console import Console

#: Columns, where nothing limits them.
_UNLIMITED: Final = 1_000_000
#: A word, or a command in backticks with what stands around it.
_PART: Final = re.compile(r"(?:`[^`]*`|[^\s`])+|`")


def _environments(incomplete: str) -> list[str]:
    return [name for name in environment_names() if name.startswith(incomplete)]


def _jobs(context: typer.Context, incomplete: str) -> list[str]:
    names = job_names(str(context.params.get("environment")))
    return [name for name in names if name.startswith(incomplete)]


EnvironmentName = Annotated[
    str,
    typer.Argument(
        metavar="ENV", help="A file's name in environments/: dev.", autocompletion=_environments
    ),
]
AnyEnvironmentName = Annotated[
    str | None,
    typer.Argument(
        metavar="ENV",
        help="A file's name in environments/: dev. Without it, all.",
        autocompletion=_environments,
    ),
]
EnvironmentNameOrNone = Annotated[
    str | None,
    typer.Argument(
        metavar="ENV",
        help="A file's name in environments/: dev. Without it, what all have in common.",
        autocompletion=_environments,
    ),
]
JobName = Annotated[
    str | None,
    typer.Argument(metavar="JOB", help="A job's name in that file.", autocompletion=_jobs),
]
AsJson = Annotated[bool, typer.Option("--json", help="Say it as JSON, an error too.")]


def verb(*examples: str, more: str = "") -> Callable[[Callable[..., None]], typer.Typer]:
    """Make a function a verb: its docstring is the help, below which the examples stand.

    `more` are lines below them.
    """

    def declare(function: Callable[..., None]) -> typer.Typer:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        # The mark keeps the lines as they are, so that they can be copied.
        lines = ["\b", "Examples:", *(f"  {each}" for each in examples)]
        app.command(epilog="\n".join([*lines, *(["", "\b", more] if more else [])]))(function)
        return app

    return declare


def console(*, errors: bool = False) -> Console:
    """Return what prints texts as they are: a line is broken by the terminal alone."""
    from rich.console import Console

    class _Console(Console):
        def on_broken_pipe(self) -> NoReturn:
            raise BrokenPipeError

    file = sys.stderr if errors else sys.stdout
    return _Console(
        file=file,
        width=None if file.isatty() else _UNLIMITED,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )


def print_table(
    screen: Console, columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = ""
) -> None:
    """Print a table, or where the terminal is too narrow for it, a few lines for each row."""
    from rich.table import Table

    table = Table(*columns, title=title or None)
    for row in rows:
        table.add_row(*row)
    if (
        screen.measure(table, options=screen.options.update(width=_UNLIMITED)).maximum
        <= screen.width
    ):
        screen.print(table)
        return
    for first, *more in rows:
        screen.print(first, style="bold")
        for column, cell in zip(columns[1:], more, strict=True):
            if cell:
                screen.print(f"  {column}: {cell}")


def broken(text: str, width: int) -> list[str]:
    """Return lines of at most `width` characters: no word, and no command in backticks, is cut."""
    lines: list[str] = []
    for part in _PART.findall(text):
        if lines and len(lines[-1]) + 1 + len(part) <= width:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return lines


@contextmanager
def progress(verb: str) -> Iterator[Callable[[str], None]]:
    """Show on standard error what is being done: it takes some seconds."""
    errors = console(errors=True)
    if not errors.is_terminal:
        yield lambda what: errors.print(f"{verb}: {what}")
        return
    with errors.status(verb) as status:
        yield lambda what: status.update(f"{verb}: {what}")


def end(
    content: Mapping[str, Any],
    show: Callable[[Console], None],
    *,
    as_json: bool,
    status: int = 0,
    error: str | None = None,
) -> NoReturn:
    """Say what a verb has found, to a program or to a person, and end with the status."""
    if as_json:
        print_json({"exit_code": status, "error": error, **content})
    else:
        show(console())
    raise typer.Exit(status)


def print_json(content: Mapping[str, Any]) -> None:
    """Print a JSON document on standard output."""
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
