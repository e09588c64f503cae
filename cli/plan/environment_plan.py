"""What a change does to one environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cli.plan import kinds
from cli.plan.approvals import Approval
from cli.plan.assembly import AssembledEnvironment, Stack
from cli.plan.changes import changes, same_stack, without_metadata
from cli.plan.counts import Counts
from cli.plan.guard import IdleApproval, Loss, findings, idle
from cli.plan.permissions import Permissions, permissions
from cli.plan.references import References
from cli.plan.resource_changes import ResourceChange, resource_change
from cli.plan.shared_workforce import NOBODY, Neighbours, OwnersChange
from cli.plan.worker_changes import WorkerChanges, worker_changes


@dataclass(frozen=True, kw_only=True)
class EnvironmentPlan:
    """All that a reviewer should know of it."""

    name: str
    was_there: bool
    is_there: bool
    was_protected: bool
    is_protected: bool
    resource_changes: tuple[ResourceChange, ...]
    people: WorkerChanges
    permissions: Permissions
    findings: tuple[Loss, ...]
    idle_approvals: tuple[IdleApproval, ...]
    #: Each changed stack's difference, property by property.
    differences: Mapping[str, str]
    #: What changes of the workforce in the environment that it is shared with.
    owners_changes: tuple[OwnersChange, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether there is something to say of it."""
        return self.is_changed or bool(self.idle_approvals or self.owners_changes)

    @property
    def is_changed(self) -> bool:
        """Whether a deployment would do anything, or an approval be wanted."""
        return bool(self.resource_changes or self.differences or self.findings)

    @property
    def refused(self) -> tuple[Loss, ...]:
        """The destructive changes that nobody has approved."""
        return tuple(finding for finding in self.findings if not finding.is_approved)


def plan_environment(
    before: AssembledEnvironment,
    after: AssembledEnvironment,
    *,
    counts: Counts,
    approvals: Mapping[str, Approval],
    today: date,
    differences: Mapping[str, str],
    others: Neighbours = NOBODY,
) -> EnvironmentPlan:
    """Compare an environment before and after; one that is not there has no stacks.

    `others` share its workforce.
    """
    found = sorted(changes(before, after), key=lambda each: kinds.order(each.resource))
    old, new = References(before), References(after)
    destructive = findings(before, after, found, approvals, today)
    # What nobody touches is not taken from anybody.
    touched = AssembledEnvironment(
        name=before.name,
        stacks={
            key: stack
            for key, stack in before.stacks.items()
            if same_stack(stack, after.stacks.get(key))
        },
    )
    return EnvironmentPlan(
        name=after.name,
        was_there=bool(before.stacks),
        is_there=bool(after.stacks),
        was_protected=before.is_protected,
        is_protected=after.is_protected,
        resource_changes=tuple(
            resource_change(each, after.name, new if each.after is not None else old, counts)
            for each in found
        ),
        people=worker_changes(touched, after, others),
        permissions=permissions(touched, after),
        findings=tuple(destructive),
        idle_approvals=tuple(idle(approvals, destructive, today)),
        differences=differences,
    )


def changed_stacks(
    before: AssembledEnvironment, after: AssembledEnvironment
) -> list[tuple[Stack, Stack]]:
    """Return the stacks that were there and have another template, as they were and will be."""
    pairs = [(before.stacks.get(key), stack) for key, stack in after.stacks.items()]
    return [
        (old, new)
        for old, new in pairs
        if old is not None and same_stack(old, new) and _content(old) != _content(new)
    ]


def _content(stack: Stack) -> Any:
    """Return a template without what only the tools read, CDK's own resource included."""
    template = without_metadata(stack)
    resources = {name: template["Resources"][name] for name in stack.resources}
    return {**template, "Resources": resources}
