"""Holds what the tools find in every environment against the reviewed list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.linters import cfn_lint, checkov
from audit.reviewed import ANYWHERE, Finding, Line, reviewed
from audit.synthesis import ROOT, Assembly, synthesise
from ground_truth.config import load
from ground_truth.config.yaml_file import environment_files as files_in


@dataclass(frozen=True, kw_only=True)
class Report:
    """One environment's findings, and what the list says of its constructs."""

    environment: str
    found: frozenset[Finding]
    reviewed: Mapping[Finding, Line]

    def line(self, finding: Finding) -> Line | None:
        """Return the line of the list that covers a finding."""
        anywhere = Finding(rule=finding.rule, construct=ANYWHERE)
        return self.reviewed.get(finding) or self.reviewed.get(anywhere)

    @property
    def unlisted(self) -> list[Finding]:
        """What has been found and is not in the list."""
        return sorted(finding for finding in self.found if self.line(finding) is None)

    @property
    def stale(self) -> list[Finding]:
        """What the list says of constructs on which it is not found."""
        rules = {Finding(rule=finding.rule, construct=ANYWHERE) for finding in self.found}
        return sorted(self.reviewed.keys() - self.found - rules)


def environment_files() -> list[Path]:
    """Return all environments that are audited: those that are deployed, and those of the tests."""
    folders = (ROOT / "environments", ROOT / "tests" / "data" / "environments")
    return [file for folder in folders for file in files_in(folder)]


def audit(folder: Path, files: Iterable[Path]) -> list[Report]:
    """Synthesise the environments of `files` in `folder` and run every tool on them."""
    assemblies = [
        synthesise(load(file), folder / f"{number}-{file.stem}")
        for number, file in enumerate(files)
    ]
    found = {id(assembly): set(assembly.findings) for assembly in assemblies}
    for tool in (cfn_lint, checkov):
        for assembly, finding in tool(assemblies):
            found[id(assembly)].add(finding)
    return [_report(assembly, found[id(assembly)]) for assembly in assemblies]


def unused(reports: Sequence[Report], lines: Iterable[Line]) -> list[Line]:
    """Return the lines of the list that cover nothing in any environment."""
    used = {report.line(finding) for report in reports for finding in report.found}
    return [line for line in lines if line not in used]


def _report(assembly: Assembly, found: set[Finding]) -> Report:
    return Report(
        environment=assembly.environment.name,
        found=frozenset(found),
        reviewed=reviewed(assembly.stage, assembly.environment),
    )
