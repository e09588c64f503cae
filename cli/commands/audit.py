"""`ground-truth audit`: what every tool finds in every environment, and what is said of it."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cli.errors import CommandError
from cli.verb import AsJson, end, progress, verb

if TYPE_CHECKING:
    from rich.console import Console

    from audit.report import Report
    from audit.reviewed import Finding, Line

_TOOLS: Final = (
    (re.compile(r"CKV_"), "checkov"),
    (re.compile(r"[EIW]\d{4}$"), "cfn-lint"),
    (re.compile(r"CT\.|[a-z_]+$"), "cfn-guard"),
)
_TITLES: Final = {
    "accepted": "accepted: {}",
    "not_accepted": "NOT ACCEPTED: fix it, or add a line with a reason to audit/findings.yaml",
    "not_found": "NOT FOUND any more: take the line out of audit/findings.yaml",
}


@verb("ground-truth audit", "ground-truth audit --json")
def audit(*, as_json: AsJson = False) -> None:
    """Say what auditing tools find in the templates.

    They are cdk-nag, cfn-guard, cfn-lint and checkov. It fails if they find what
    audit/findings.yaml does not list, or no longer find what it lists. `make setup AUDIT=1`
    installs them.
    """
    # They load CDK.
    from audit import report, reviewed
    from audit.linters import AuditError
    from ground_truth.config import EnvironmentFileError

    files = report.environment_files()
    # CDK prints each finding as an error of its own, in the middle of everything.
    with progress("audit") as say, tempfile.TemporaryDirectory() as folder:
        say(f"looking at {len(files)} environments, which takes a minute")
        with contextlib.redirect_stderr(io.StringIO()):
            try:
                reports = report.audit(Path(folder), files)
            except (AuditError, EnvironmentFileError) as error:
                raise CommandError(str(error)) from None
    lines = reviewed.lines()
    unlisted: dict[Finding, list[str]] = {}
    for each in reports:
        for finding in each.unlisted:
            unlisted.setdefault(finding, []).append(each.environment)
    found = {
        "accepted": [_entry(line, _environments(reports, line)) for line in lines],
        "not_accepted": [_entry(finding, unlisted[finding]) for finding in sorted(unlisted)],
        "not_found": [_entry(line, []) for line in report.unused(reports, lines)],
    }
    failed = bool(found["not_accepted"] or found["not_found"])
    end(
        found,
        lambda screen: _show(found, screen),
        as_json=as_json,
        status=1 if failed else 0,
        error="findings and audit/findings.yaml differ" if failed else None,
    )


def _environments(reports: Sequence[Report], line: Line) -> list[str]:
    return [
        report.environment
        for report in reports
        if any(report.line(finding) == line for finding in report.found)
    ]


def _entry(entry: Line | Finding, environments: list[str]) -> dict[str, Any]:
    return {
        "reason": getattr(entry, "reason", None),
        "tool": next((name for pattern, name in _TOOLS if pattern.match(entry.rule)), "cdk-nag"),
        "rule": entry.rule,
        "construct": entry.construct,
        "environments": environments,
    }


def _show(found: Mapping[str, Sequence[Mapping[str, Any]]], screen: Console) -> None:
    for key, entries in found.items():
        for reason, group in itertools.groupby(entries, key=lambda entry: entry["reason"]):
            screen.print(
                "\n" + _TITLES[key].format(reason), style="" if key == "accepted" else "bold red"
            )
            _print(group, screen)


def _print(entries: Iterable[Mapping[str, Any]], screen: Console) -> None:
    rows = [
        (each["tool"], each["rule"], each["construct"], ", ".join(each["environments"]))
        for each in entries
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        screen.print(f"  {'  '.join(cells).rstrip()}")
