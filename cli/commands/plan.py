"""`python -m cli.commands.plan --base origin/main`: what a change does, before it is merged.

Ends with 0 if nothing changes, 2 if something does, 3 if something is destroyed that nobody has
approved, and 1 if the two can't be compared.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from cli.plan.cdk import CdkError
from cli.plan.counts import Counts, CountsError, read_counts
from cli.plan.json_output import json_output
from cli.plan.markdown import markdown
from cli.plan.plan import Plan, make_plan
from cli.plan.sources import SourceError, starting_point, synthesise, tree_of
from cli.plan.terminal import show
from ground_truth.config import EnvironmentFileError

_ROOT: Final = Path(__file__).parents[2]
_FORMATS: Final = ("text", "markdown", "json")


def main() -> None:
    """Print the plan, and end with the exit code of its verdict."""
    arguments = _arguments()
    with _progress() as say:
        plan = _plan(arguments, say)
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


def _plan(arguments: argparse.Namespace, say: Callable[[str], None]) -> Plan:
    base: str = arguments.base
    try:
        counts = read_counts(arguments.counts) if arguments.counts else Counts()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            before, after, error, base = _assemblies(base, folder, say)
            return make_plan(
                base=base,
                before=before,
                after=after,
                environments=_ROOT / "environments",
                counts=counts,
                today=arguments.today,
                error=error,
                say=say,
            )
    except (CdkError, CountsError, EnvironmentFileError) as error:
        return Plan(base=base, error=str(error))


def _assemblies(
    base: str, folder: Path, say: Callable[[str], None]
) -> tuple[Path | None, Path, str | None, str]:
    """Synthesise both trees at once; return both assemblies, what is wrong with base, its name."""
    with ThreadPoolExecutor(1) as pool:
        say("synthesising the working tree")
        head = pool.submit(synthesise, _ROOT, folder / "head")
        before, error = None, None
        try:
            commit = starting_point(_ROOT, base)
            base = f"{base} at {commit[:7]}"
            say(f"synthesising {base}")
            with tree_of(_ROOT, commit, folder) as tree:
                before = synthesise(tree, folder / "base")
        except (CdkError, SourceError) as problem:
            error = (
                f"expected {base} to compare with, so all is shown as new and nothing of what would"
                f" be destroyed:\n{problem}"
            )
        return before, head.result(), error, base


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
