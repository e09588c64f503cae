"""The plan as a whole: all environments before and after, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from pathlib import Path

from cli.plan.approvals import check_names, load_approvals
from cli.plan.assembly import AssembledEnvironment, read_assembly
from cli.plan.counts import Counts
from cli.plan.difference import differences
from cli.plan.environment_plan import EnvironmentPlan, changed_stacks, plan_environment


class Verdict(IntEnum):
    """How it ends; the number is the command's exit code."""

    NOTHING = 0
    ERROR = 1
    CHANGES = 2
    DESTRUCTIVE = 3


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What merging and deploying will do."""

    #: What it is compared with, such as `origin/main at 58fd881`.
    base: str
    environments: tuple[EnvironmentPlan, ...] = ()
    #: What kept the two from being compared; then all of head is shown as new, if anything is.
    error: str | None = None

    @property
    def verdict(self) -> Verdict:
        """Nothing, changes, changes that destroy and are not approved, or an error."""
        if self.error is not None:
            return Verdict.ERROR
        if any(each.refused for each in self.environments):
            return Verdict.DESTRUCTIVE
        changed = any(each.is_changed for each in self.environments)
        return Verdict.CHANGES if changed else Verdict.NOTHING


def make_plan(
    *,
    base: str,
    before: Path | None,
    after: Path,
    environments: Path,
    counts: Counts,
    today: date,
    error: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Compare two cloud assemblies; without `before`, all is new.

    `environments` is the folder of the files and their approvals. Raises EnvironmentFileError for
    an approvals file with mistakes, CountsError and CdkError.
    """
    old: Mapping[str, AssembledEnvironment] = read_assembly(before) if before is not None else {}
    new = read_assembly(after)
    check_names(environments, sorted({*old, *new}))
    plans = []
    for name in sorted({*old, *new}):
        earlier = old.get(name, AssembledEnvironment(name=name))
        later = new.get(name, AssembledEnvironment(name=name))
        stacks = changed_stacks(earlier, later)
        if stacks:
            say(f"comparing the templates of {name}")
        plans.append(
            plan_environment(
                earlier,
                later,
                counts=counts,
                approvals=load_approvals(environments, name),
                today=today,
                differences=differences(name, stacks, after),
            )
        )
    return Plan(base=base, environments=tuple(plans), error=error)
