"""Synthesises an environment and has it checked by all that checks at synthesis."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
from cdk_nag import (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)
from cdklabs.cdk_validator_cfnguard import CfnGuardValidator

from audit.reviewed import Finding
from ground_truth.config import Environment
from stacks.environment_stage import EnvironmentStage

ROOT: Final = Path(__file__).parents[1]
#: The rules that nothing in this project may break; cfn-guard's language.
INVARIANTS: Final = ROOT / "audit" / "invariants.guard"

_PACKS: Final = (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)
#: Rules of cfn-guard begin what they say with their number.
_NUMBER: Final = re.compile(r"\[([A-Z0-9.]+)\]:")


def feature_flags() -> dict[str, Any]:
    """Return the flags that the CDK command would give the app."""
    flags: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return flags


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """An environment's templates in `folder`, and what was found in them."""

    environment: Environment
    stage: EnvironmentStage
    folder: Path

    @property
    def templates(self) -> list[Path]:
        """The files that CloudFormation gets."""
        return sorted(self.folder.glob("assembly-*/*.template.json"))

    @property
    def findings(self) -> set[Finding]:
        """What cdk-nag, cfn-guard and CDK itself have found."""
        return {
            Finding(rule=rule, construct=self.place(path))
            for rule, path in _violations(self.folder / "validation-report.json")
        }

    def construct(self, template: Path, logical_id: str) -> str:
        """Return the place of a construct whose id in a template is known."""
        return self._constructs[template.name, logical_id]

    def place(self, path: str) -> str:
        """Return a construct's path below the stage, without what CDK adds to it."""
        return path.strip("/").removeprefix(f"{self.environment.name}/").removesuffix("/Resource")

    @cached_property
    def _constructs(self) -> dict[tuple[str, str], str]:
        return {
            (template.name, entry["data"]): self.place(path)
            for template in self.templates
            for path, entries in _metadata(template).items()
            for entry in entries
            if entry["type"] == "aws:cdk:logicalId"
        }


def synthesise(environment: Environment, folder: Path) -> Assembly:
    """Synthesise `environment` with every check and no acknowledgement."""
    app = cdk.App(context=feature_flags(), outdir=str(folder))
    stage = EnvironmentStage(app, environment)
    cdk.Validations.of(app).add_plugins(*(pack(app) for pack in _PACKS), cfn_guard())
    check(app)
    return Assembly(environment=environment, stage=stage, folder=folder)


def cfn_guard(*, control_tower: bool = True) -> Any:
    """Return cfn-guard with the invariants, and the rules of AWS Control Tower besides.

    CDK takes it, although its type is that of the plugins of before.
    """
    return CfnGuardValidator(control_tower_rules_enabled=control_tower, rules=[str(INVARIANTS)])


def check(app: cdk.App) -> None:
    """Synthesise an app in which something will be found."""
    try:
        app.synth()
    except RuntimeError as error:
        # Under pytest, CDK raises what it only reports elsewhere.
        if "ValidationFailed" not in str(error):
            raise


def _metadata(template: Path) -> dict[str, list[dict[str, Any]]]:
    file = template.with_name(template.name.replace(".template.", ".metadata."))
    content: dict[str, list[dict[str, Any]]] = json.loads(file.read_text())
    return content


def _violations(report: Path) -> Iterator[tuple[str, str]]:
    for plugin in json.loads(report.read_text())["pluginReports"]:
        for violation in plugin["violations"]:
            number = _NUMBER.match(violation["description"])
            constructs = violation["violatingConstructs"]
            # cfn-guard's plugin adds one without a place to some of its findings.
            for construct in [each for each in constructs if each["constructPath"]] or constructs:
                yield number[1] if number else violation["ruleName"], construct["constructPath"]
