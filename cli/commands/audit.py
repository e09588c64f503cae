"""Prints what every tool finds in every environment, and what is said of it: `make audit`."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from audit.report import Report, audit, environment_files, unused
from audit.reviewed import Finding, Line, lines

_TOOLS: Final = (
    (re.compile(r"CKV_"), "checkov"),
    (re.compile(r"[EIW]\d{4}$"), "cfn-lint"),
    (re.compile(r"CT\.|[a-z_]+$"), "cfn-guard"),
)


def main() -> None:
    """Print findings by reason; status 1 if one is not in the list, or a line finds nothing."""
    # CDK prints each finding as an error of its own, in the middle of everything.
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        reports = audit(Path(folder), environment_files())
    for reason, group in itertools.groupby(lines(), key=lambda line: line.reason):
        _print(f"accepted: {reason}", ((line, _environments(reports, line)) for line in group))
    unlisted: dict[Finding, list[str]] = {}
    for report in reports:
        for finding in report.unlisted:
            unlisted.setdefault(finding, []).append(report.environment)
    idle = unused(reports, lines())
    _print(
        "NOT ACCEPTED: fix it, or add a line with a reason to audit/findings.yaml",
        sorted(unlisted.items()),
    )
    _print(
        "NOT FOUND any more: take the line out of audit/findings.yaml",
        ((line, []) for line in idle),
    )
    sys.exit(1 if unlisted or idle else 0)


def _environments(reports: Sequence[Report], line: Line) -> list[str]:
    return [
        report.environment
        for report in reports
        if any(report.line(finding) == line for finding in report.found)
    ]


def _print(title: str, entries: Iterable[tuple[Line | Finding, list[str]]]) -> None:
    rows = [
        (_tool(entry.rule), entry.rule, entry.construct, ", ".join(environments))
        for entry, environments in entries
    ]
    if not rows:
        return
    print(f"\n{title}")  # noqa: T201  # a command line
    for row in _aligned(rows):
        print(f"  {row}")  # noqa: T201  # as above


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _tool(rule: str) -> str:
    return next((name for pattern, name in _TOOLS if pattern.match(rule)), "cdk-nag")


if __name__ == "__main__":
    main()
