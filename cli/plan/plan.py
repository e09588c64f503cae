"""The plan as a whole: all environments before and after, and the verdict."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from pathlib import Path

from cli.plan.approvals import check_names, load_approvals
from cli.plan.assembly import AssembledEnvironment, read_assembly
from cli.plan.cdk import CdkError
from cli.plan.counts import Counts, CountsError, read_counts
from cli.plan.difference import differences
from cli.plan.environment_plan import EnvironmentPlan, changed_stacks, plan_environment
from cli.plan.names import Names
from cli.plan.shared_workforce import neighbours, owners_changes
from cli.plan.sources import SourceError, starting_point, synthesis, tree_of
from ground_truth.config import EnvironmentFileError
from workforce.names import without_addresses


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
    *,
    root: Path,
    base: str,
    counts: Path | None,
    today: date,
    say: Callable[[str], None],
    with_addresses: bool = False,
) -> Plan:
    """Compare the working tree at `root` with where it has left `base`; what fails is its error.

    People have their numbers in the file and initials, or `with_addresses` their addresses.
    """
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
                with_addresses=with_addresses,
            )
    except (CdkError, CountsError, EnvironmentFileError, SourceError) as problem:
        return Plan(base=base, error=_error(str(problem), with_addresses=with_addresses))


def _error(error: str, *, with_addresses: bool) -> str:
    return error if with_addresses else without_addresses(error, {})


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
    with_addresses: bool = False,
) -> Plan:
    """Compare two cloud assemblies; without `before`, all is new.

    People are named as `plan_trees` says. `environments` is the folder of the files and their
    approvals. Raises EnvironmentFileError for an approvals file with mistakes, CountsError and
    CdkError.
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
        made = plan_environment(
            earlier,
            later,
            counts=counts,
            approvals=load_approvals(environments, name),
            today=today,
            differences=differences(name, stacks, after),
            others=neighbours(name, old, new),
        )
        plans.append(made if with_addresses else Names(earlier, later).without_addresses(made))
    shown = {each.name: each.resource_changes for each in plans}
    plans = [replace(each, owners_changes=owners_changes(each.name, new, shown)) for each in plans]
    if error is not None:
        error = _error(error, with_addresses=with_addresses)
    return Plan(base=base, environments=tuple(plans), error=error)
