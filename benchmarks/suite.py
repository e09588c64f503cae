"""Measures the tests and the demo: `python -m benchmarks.suite --against PATH`, another tree.

Both trees run in turn, so that they see the same computer. The other one is set up beforehand, by
`make test` there. With `--write` the table goes into docs/performance.md.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import resource
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

_ROOT: Final = Path(__file__).parents[1]
_DOCUMENT: Final = _ROOT / "docs" / "performance.md"
_TITLE: Final = "\n## The tests and the demo\n"
_HEAD: Final = """
Written by `python -m benchmarks.suite --against PATH --write`, where PATH is a checkout of the
first house, {commit}. Both trees ran in turn, {rounds}, on one computer with {cores} cores; the
table has the medians. CPU is that of all processes that were started, also of those that nobody
waited for. Go by the ratios.

"""
_HOW: Final = """
How: an app is synthesised once, by the tests in their own process, and deployed from its assembly.
Of the seven CPU seconds of each `python app.py`, five are those of Node and of CDK's validation,
which start once for all. Local AWS answers about a stack when the stack is done, where the CDK
command sleeps for five seconds between two questions. It no longer reads all models of botocore
when SageMaker is asked for the first time, which took three CPU seconds of each server.
"""
#: Linux's prctl: processes whose parents have ended become this one's, so that their time counts.
_BECOME_SUBREAPER: Final = 36
_COUNT: Final = re.compile(r"(\d+) passed")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a command of a tree takes, in seconds."""

    wall: float
    cpu: float
    #: How many tests have passed.
    tests: int = 0


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A verb of this tree, and what part of a verb of the other it may take."""

    verb: str
    other: str
    wall: float
    cpu: float | None = None


_GOALS: Final = (
    Goal(verb="test", other="test", wall=0.55, cpu=0.65),
    Goal(verb="quick", other="test", wall=0.2),
    Goal(verb="demo", other="demo", wall=0.65),
)


def main() -> None:
    """Measure, print the table, and write it if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suite", description=__doc__)
    parser.add_argument("--against", type=Path, required=True, help="the other tree")
    parser.add_argument("--rounds", type=int, default=1, help="how often both run")
    parser.add_argument(
        "--only", choices=[goal.verb for goal in _GOALS], action="append", help="only this"
    )
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    goals = [goal for goal in _GOALS if not arguments.only or goal.verb in arguments.only]
    console = Console(stderr=True)
    runs: dict[tuple[Path, str], list[Run]] = {}
    for number in range(1, arguments.rounds + 1):
        for tree, verb in _turns(arguments.against.resolve(), goals):
            console.print(f"round {number}: {verb} in {tree}")
            runs.setdefault((tree, verb), []).append(_run(tree, verb))
    table = "\n".join(_table(runs, arguments.against.resolve(), goals)) + "\n"
    print(table)  # noqa: T201  # a command line
    if arguments.write:
        before = _DOCUMENT.read_text(encoding="utf-8").partition(_TITLE)[0]
        head = _HEAD.format(
            commit=_commit(arguments.against),
            rounds="once" if arguments.rounds == 1 else f"{arguments.rounds} times",
            cores=os.cpu_count(),
        )
        _DOCUMENT.write_text(before + _TITLE + head + table + _HOW, encoding="utf-8")


def _turns(other: Path, goals: list[Goal]) -> Iterator[tuple[Path, str]]:
    seen: set[tuple[Path, str]] = set()
    for goal in goals:
        for turn in ((other, goal.other), (_ROOT, goal.verb)):
            if turn not in seen:
                seen.add(turn)
                yield turn


def _run(tree: Path, verb: str) -> Run:
    """Run what a verb of make runs, without what it installs."""
    recipe = subprocess.run(  # noqa: S603  # of the tree's own Makefile
        ["make", "--dry-run", verb],  # noqa: S607
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    command = shlex.split(recipe[-1])
    programs = [str(tree / ".venv" / "bin"), str(tree / "node_modules" / ".bin")]
    variables = {
        **os.environ,
        "PATH": os.pathsep.join([*programs, os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(tree), str(tree / "lambda")]),
    }
    with tempfile.TemporaryFile("w+") as printed:
        before, start = _cpu(), time.monotonic()
        process = subprocess.Popen(  # noqa: S603  # of the tree's own Makefile
            command, cwd=tree, env=variables, stdout=printed, stderr=subprocess.STDOUT
        )
        status = _reap(process.pid)
        wall = time.monotonic() - start
        printed.seek(0)
        text = printed.read()
    if status != 0:
        sys.exit(f"{text[-4000:]}\n`{shlex.join(command)}` in {tree} ended with status {status}")
    found = _COUNT.search(text)
    return Run(wall=wall, cpu=_cpu() - before, tests=int(found[1]) if found else 0)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap(pid: int) -> int:
    """Wait for a process, end what it has left behind, and wait for that, too."""
    while True:
        ended, status = os.wait()
        if ended == pid:
            break
    for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
        os.waitpid(int(child), 0)
    return os.waitstatus_to_exitcode(status)


def _table(
    runs: dict[tuple[Path, str], list[Run]], other: Path, goals: list[Goal]
) -> Iterator[str]:
    yield "| this tree | the other | | other, s | this, s | ratio | goal | met |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for goal in goals:
        theirs, ours = runs[other, goal.other], runs[_ROOT, goal.verb]
        for what, limit in (("wall", goal.wall), ("cpu", goal.cpu)):
            before, after = (
                statistics.median(getattr(run, what) for run in each) for each in (theirs, ours)
            )
            ratio = after / before
            met = "" if limit is None else "yes" if ratio <= limit else "no"
            yield (
                f"| {_named(goal.verb, ours)} | {_named(goal.other, theirs)} | {what} |"
                f" {before:.0f} | {after:.0f} | {ratio:.2f} | {limit or ''} | {met} |"
            )


def _named(verb: str, runs: list[Run]) -> str:
    tests = runs[0].tests
    return f"`make {verb}`" + (f", {tests} tests" if tests else "")


def _commit(tree: Path) -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)
    main()
