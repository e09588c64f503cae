"""The plan as a whole: all environments before and after, and the verdict."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from pathlib import Path

from cli.plan.approvals import check_names, load_approvals
from cli.plan.assembly import AssembledEnvironment, read_assembly
from cli.plan.cdk import CdkError
from cli.plan.counts import Counts, CountsError, read_counts
from cli.plan.difference import differences
from cli.plan.environment_plan import EnvironmentPlan, changed_stacks, plan_environment
from cli.plan.sources import SourceError, starting_point, synthesis, tree_of
from ground_truth.config import EnvironmentFileError


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


def plan_trees(
    *, root: Path, base: str, counts: Path | None, today: date, say: Callable[[str], None]
) -> Plan:
    """Compare the working tree at `root` with where it has left `base`; what fails is its error."""
    try:
        told = read_counts(counts) if counts else Counts()
        # Before anything that takes long.
        commit = starting_point(root, base)
        with tempfile.TemporaryDirectory() as folder:
            base = f"{base} at {commit[:7]}"
            before, after, error = _assemblies(root, base, commit, Path(folder), say)
            return make_plan(
                base=base,
                before=before,
                after=after,
                environments=root / "environments",
                counts=told,
                today=today,
                error=error,
                say=say,
            )
    except (CdkError, CountsError, EnvironmentFileError, SourceError) as problem:
        return Plan(base=base, error=str(problem))


def _assemblies(
    root: Path, base: str, commit: str, folder: Path, say: Callable[[str], None]
) -> tuple[Path | None, Path, str | None]:
    """Synthesise both trees at once; return both, and what is wrong with the commit's."""
    before, after, error = folder / "base", folder / "head", None
    say("synthesising the working tree")
    with synthesis(root, after) as head:
        try:
            say(f"synthesising {base}")
            with tree_of(root, commit, folder) as tree, synthesis(tree, before) as done:
                done()
        except (CdkError, SourceError) as problem:
            error = (
                f"expected a base that synthesises, so all is shown as new and nothing of what"
                f" would be destroyed; {base} says: {problem}"
            )
        head()
    return None if error else before, after, error


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
