"""Runs cfn-lint and checkov over the templates of several environments at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from audit.reviewed import Finding
from audit.synthesis import ROOT, Assembly

#: In processes of their own: what they import is no business of a synthesis.
_CFN_LINT: Final = Path(sys.executable).parent / "cfn-lint"
_CHECKOV: Final = ROOT / ".venv-audit" / "bin" / "checkov"


class AuditError(RuntimeError):
    """A tool that is not there, or that can't read a template."""


def cfn_lint(assemblies: Sequence[Assembly]) -> Iterator[tuple[Assembly, Finding]]:
    """Yield what cfn-lint finds."""
    templates = _templates(assemblies)
    regions = sorted({assembly.environment.region for assembly in assemblies})
    for match in _json([str(_CFN_LINT), "--format=json", "--regions", *regions, "--", *templates]):
        assembly, template = templates[match["Filename"]]
        section, *rest = match["Location"]["Path"] or ["template"]
        place = assembly.construct(template, rest[0]) if section == "Resources" else section
        yield assembly, Finding(rule=match["Rule"]["Id"], construct=place)


def checkov(assemblies: Sequence[Assembly]) -> Iterator[tuple[Assembly, Finding]]:
    """Yield what checkov finds; AuditError if it is not there or can't read a template."""
    if not _CHECKOV.exists():
        raise AuditError(
            f"expected checkov at {_CHECKOV}, got nothing; `make setup AUDIT=1` installs it"
        )
    templates = _templates(assemblies)
    options = ["--framework=cloudformation", "--compact", "--quiet", "--skip-download"]
    report = _json([str(_CHECKOV), *options, "--output=json", "--file", *templates])
    if report["summary"]["parsing_errors"]:
        raise AuditError(f"checkov can't read {report['results']['parsing_errors']}")
    for check in report["results"]["failed_checks"]:
        assembly, template = templates[check["file_abs_path"]]
        logical_id = check["resource"].rsplit(".", 1)[1]
        place = assembly.construct(template, logical_id)
        yield assembly, Finding(rule=check["check_id"], construct=place)


def _templates(assemblies: Sequence[Assembly]) -> dict[str, tuple[Assembly, Path]]:
    return {
        str(template): (assembly, template)
        for assembly in assemblies
        for template in assembly.templates
    }


def _json(command: list[str]) -> Any:
    # Both end with a status of their own when they find something.
    process = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # the arguments are ours
    try:
        return json.loads(process.stdout)
    except json.JSONDecodeError:
        raise AuditError(
            f"expected JSON of {command[0]}, got:\n{process.stdout}{process.stderr}"
        ) from None
