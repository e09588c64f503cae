"""A plan as JSON, for machines; `docs/plan.md` describes the members."""

from __future__ import annotations

import json
from typing import Any, Final

from cli.plan import text
from cli.plan.environment_plan import EnvironmentPlan
from cli.plan.guard import Loss
from cli.plan.permissions import Permission
from cli.plan.plan import Plan
from cli.plan.resource_changes import ResourceChange
from cli.plan.worker_changes import WorkerChange

#: Raised when a member goes or gets another meaning; new members may come at any time.
_FORMAT: Final = 2


def json_output(plan: Plan) -> str:
    """Return the plan as JSON."""
    content = {
        "format": _FORMAT,
        "base": plan.base,
        "verdict": plan.verdict.name.lower(),
        "exit_code": int(plan.verdict),
        "summary": text.verdict(plan),
        "error": plan.error,
        "environments": [_environment(each) for each in plan.environments],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _environment(environment: EnvironmentPlan) -> dict[str, Any]:
    return {
        "name": environment.name,
        "changed": environment.is_changed,
        "protected": {"before": environment.was_protected, "after": environment.is_protected},
        "changes": [_resource_change(each) for each in environment.resource_changes],
        "shared_workforce": [
            {"owner": each.owner, **_resource_change(each.change)}
            for each in environment.owners_changes
        ],
        "people": {
            "invited": [_person(each) for each in environment.people.invited],
            "removed": [_person(each) for each in environment.people.removed],
            "moved": [_person(each) for each in environment.people.moved],
            "mails": environment.people.mails or None,
        },
        "permissions": {
            "gained": [_permission(each) for each in environment.permissions.gained],
            "lost": [_permission(each) for each in environment.permissions.lost],
        },
        "destructive": [_finding(each) for each in environment.findings],
        "idle_approvals": [
            {"change": each.change, "state": each.state, "expires": each.expires.isoformat()}
            for each in environment.idle_approvals
        ],
        "differences": dict(environment.differences),
    }


def _resource_change(change: ResourceChange) -> dict[str, Any]:
    return {
        "action": change.action,
        "kind": change.kind,
        "name": change.name,
        "path": change.path,
        "type": change.type,
        "changes": list(change.changes),
        "effects": list(change.effects),
        "objects": None
        if change.objects is None
        else {"number": change.objects.number, "at_most": change.objects.is_limit},
        "price_at_most": None
        if change.price is None
        else {"usd": str(change.price.usd), "confirmed": change.price.is_confirmed},
    }


def _person(person: WorkerChange) -> dict[str, Any]:
    return {
        "worker": person.who,
        "joins": list(person.joins),
        "leaves": list(person.leaves),
        "in_place_of": person.in_place_of or None,
        "also_in": list(person.also_in),
        "until": person.until or None,
    }


def _permission(permission: Permission) -> dict[str, Any]:
    return {
        "holder": permission.holder,
        "principal": permission.principal or None,
        "effect": permission.effect,
        "actions": list(permission.actions),
        "resource": permission.resource,
        "condition": permission.condition or None,
    }


def _finding(finding: Loss) -> dict[str, Any]:
    approval = finding.approval
    return {
        "change": finding.change,
        "why": finding.why,
        "approved": finding.is_approved,
        "reason": approval.reason if approval else None,
        "expires": approval.expires.isoformat() if approval else None,
    }
