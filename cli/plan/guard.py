"""Finds what would destroy, and holds it against what is approved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from cli.plan import kinds
from cli.plan.approvals import Approval
from cli.plan.assembly import AssembledEnvironment
from cli.plan.changes import Change, same_stack
from cli.plan.resource_changes import stops_a_job

_VERBS: Final = {"replace": "replace", "refuse": "replace", "delete": "delete", "leave": "leave"}


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A destructive change."""

    #: As an approval names it, such as `delete Workforce/number-readers/Team`.
    change: str
    #: What is lost, for whoever approves.
    why: str
    approval: Approval | None = None
    is_approved: bool = False


@dataclass(frozen=True, kw_only=True)
class IdleApproval:
    """An approval that approves nothing."""

    change: str
    state: Literal["unneeded", "expired"]
    expires: date


def findings(
    before: AssembledEnvironment,
    after: AssembledEnvironment,
    changes: Iterable[Change],
    approvals: Mapping[str, Approval],
    today: date,
) -> list[Loss]:
    """Return all destructive changes, each with its approval; one counts through its last day."""
    return [
        Loss(
            change=change,
            why=why,
            approval=(approval := approvals.get(change)),
            is_approved=approval is not None and today <= approval.expires,
        )
        for change, why in dict(_found(before, after, list(changes))).items()
    ]


def idle(
    approvals: Mapping[str, Approval], found: Iterable[Loss], today: date
) -> list[IdleApproval]:
    """Return the approvals that no change needs, and those that are past."""
    needed = {finding.change for finding in found}
    return [
        IdleApproval(
            change=change,
            state="unneeded" if change not in needed else "expired",
            expires=approval.expires,
        )
        for change, approval in approvals.items()
        if change not in needed or today > approval.expires
    ]


def _found(
    before: AssembledEnvironment, after: AssembledEnvironment, changes: list[Change]
) -> Iterator[tuple[str, str]]:
    weakened: dict[str, list[str]] = {}
    for what, of in _weakened(before, after, changes):
        weakened.setdefault(what, []).append(of)
    if weakened:
        said = "; ".join(f"{what}: {', '.join(of)}" for what, of in weakened.items())
        yield "unprotect", f"`protected` is switched off; {said}"
    for key, stack in before.stacks.items():
        if stack.is_protected and not same_stack(stack, after.stacks.get(key)):
            yield f"leave {key}", f"the protected stack {stack.name} is described no more"
    is_protected = before.is_protected or after.is_protected
    for change in sorted(changes, key=lambda each: kinds.order(each.resource)):
        resource = change.resource
        if is_protected and stops_a_job(change):
            how = "is removed" if change.action == "delete" else "gets a new run"
            yield (
                f"stop {kinds.job_key(resource, after.name)}",
                f"the job {how}, and one that runs is stopped, in a protected environment",
            )
        if resource.type in kinds.GUARDED and change.action in ("replace", "refuse", "delete"):
            yield f"{_VERBS[change.action]} {resource.path}", _loss(change)


def _loss(change: Change) -> str:
    kind = kinds.kind(change.resource)
    if change.action == "refuse":
        return (
            f"AWS can't change {', '.join(change.fixed)} of the {kind}: the deployment fails unless"
            " the old one is destroyed first"
        )
    what = "is replaced by a new one" if change.action == "replace" else "leaves its stack"
    end = "stays in the account, unused" if change.is_kept else "is deleted for good"
    return f"the {kind} {what}; what there is {end}"


def _weakened(
    before: AssembledEnvironment, after: AssembledEnvironment, changes: Iterable[Change]
) -> Iterator[tuple[str, str]]:
    for key, stack in before.stacks.items():
        later = after.stacks.get(key)
        if later and same_stack(stack, later) and stack.is_protected and not later.is_protected:
            yield "can be destroyed", f"stack {stack.name}"
    for change in changes:
        old, new = change.before, change.after
        if old is None or new is None or old.type not in kinds.GUARDED:
            continue
        if old.deletion_policy.startswith("Retain") and not new.deletion_policy.startswith(
            "Retain"
        ):
            yield "goes with its stack", f"{kinds.kind(new)} {new.path}"
        if (change.old.get("DeletionProtection"), change.new.get("DeletionProtection")) == (
            "ACTIVE",
            "INACTIVE",
        ):
            yield "can be destroyed", f"{kinds.kind(new)} {new.path}"
