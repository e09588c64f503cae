"""`python -m cli.commands.plan --base origin/main`: what a change does, before it is merged.

Ends with 0 if nothing changes, 2 if something does, 3 if something is destroyed that nobody has
approved, and 1 if the two can't be compared.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from cli.plan.json_output import json_output
from cli.plan.markdown import markdown
from cli.plan.plan import plan_trees
from cli.plan.terminal import show

_ROOT: Final = Path(__file__).parents[2]
#: As a shell has it of a command that Ctrl-C has ended.
_STOPPED: Final = 130
_FORMATS: Final = ("text", "markdown", "json")


def main() -> None:
    """Print the plan, and end with the exit code of its verdict."""
    arguments = _arguments()
    # Whoever is told to stop takes away what is only there while it runs.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _progress() as say:
            plan = plan_trees(
                root=_ROOT,
                base=arguments.base,
                counts=arguments.counts,
                today=arguments.today,
                say=say,
            )
    except KeyboardInterrupt:
        sys.exit(_STOPPED)
    if arguments.format == "text":
        show(plan, Console(highlight=False))
    else:
        sys.stdout.write(markdown(plan) if arguments.format == "markdown" else json_output(plan))
    sys.exit(int(plan.verdict))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cli.commands.plan", description=__doc__)
    parser.add_argument(
        "--base", default="origin/main", help="a commit, branch or tag (origin/main)"
    )
    parser.add_argument("--format", default="text", choices=_FORMATS)
    parser.add_argument(
        "--counts", type=Path, metavar="FILE", help="JSON: outputs of stacks, or objects of jobs"
    )
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        default=datetime.now(tz=UTC).date(),
        metavar="YYYY-MM-DD",
        help="the day on which approvals must still be good (today)",
    )
    return parser.parse_args()


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show on standard error what is being done: it takes some seconds."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda what: console.print(f"plan: {what}", markup=False, soft_wrap=True)
        return
    with console.status("plan") as status:
        yield lambda what: status.update(f"plan: {what}")


if __name__ == "__main__":
    main()
