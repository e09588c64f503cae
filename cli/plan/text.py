"""The sentences that all forms of a plan share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cli.plan import kinds
from cli.plan.environment_plan import EnvironmentPlan
from cli.plan.guard import IdleApproval, Loss
from cli.plan.permissions import Permission
from cli.plan.plan import Plan, Verdict
from cli.plan.resource_changes import Action, ResourceChange
from ground_truth.catalogue.prices import Price, prices

#: Before each line, as Terraform has them.
SIGNS: Final[dict[Action, str]] = {
    "created": "+",
    "changed in place": "~",
    "new run": "»",
    "stopped": "-",
    "replaced": "±",
    "deleted": "-",
    "refused by AWS": "!",
    "left behind": "?",
    "left on the old one": "?",
}
#: So many other resources of one action are named one by one.
_NAMED: Final = 5
#: What may be said of people in lines of their own.
_OF_PEOPLE: Final = ("Custom::Workers", "Custom::Subscriptions")


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    """A line of an environment, or several that say the same of several resources."""

    action: Action
    #: Such as `team dev-readers`.
    subject: str
    #: What changes, and what follows.
    text: str


def verdict(plan: Plan) -> str:
    """Return what a reviewer has to see first."""
    if plan.verdict is Verdict.ERROR:
        return "there is none that can be relied on"
    if plan.verdict is Verdict.NOTHING:
        return "nothing changes"
    counted = _counted(plan)
    if plan.verdict is Verdict.DESTRUCTIVE:
        number = sum(len(each.refused) for each in plan.environments)
        return f"{_number(number, 'destructive change')} without approval: {counted}"
    return counted


def state(environment: EnvironmentPlan) -> str:
    """Return what an environment is, in brackets; empty where there is nothing to say."""
    if not environment.is_there:
        return "(described no more)"
    said = []
    if not environment.was_there:
        said.append("new")
    if environment.was_there and environment.is_protected != environment.was_protected:
        said.append("protected from now on" if environment.is_protected else "protected no more")
    elif environment.is_protected:
        said.append("protected")
    return f"({', '.join(said)})" if said else ""


def finding(each: Loss) -> str:
    """Return what is destroyed."""
    return f"{each.change}: {each.why}"


def approval(each: Loss) -> str:
    """Return what is said of a finding's approval."""
    if each.approval is None:
        return "not approved"
    until = each.approval.expires.isoformat()
    if not each.is_approved:
        return f"the approval was good until {until}"
    return f"approved until {until}: {each.approval.reason}"


def how_to_approve(environment: EnvironmentPlan) -> list[str]:
    """Return the lines that approve what is not approved, for a person to complete."""
    lines = [f"# environments/{environment.name}.approvals.yaml", "approvals:"]
    for each in environment.refused:
        lines += [f"  {each.change}:", "    reason: why this may be", "    expires: YYYY-MM-DD"]
    return lines


def idle_approval(each: IdleApproval) -> str:
    """Return what is said of an approval that approves nothing."""
    if each.state == "expired":
        return f"the approval of `{each.change}` was good until {each.expires.isoformat()}"
    return f"the approval of `{each.change}` is not needed; take it out"


def lines(environment: EnvironmentPlan) -> list[PlanLine]:
    """Return the lines of an environment, the same of several resources together."""
    found = [
        PlanLine(action=change.action, subject=f"{change.kind} {change.name}", text=_text(change))
        for change in environment.resource_changes
        if _is_named(change, environment)
    ]
    return found + _others(environment) + _of_owner(environment)


def permission(each: Permission) -> str:
    """Return a permission on one line."""
    verb = "may" if each.effect == "Allow" else "may not"
    who = f"{each.holder}: {each.principal} {verb}" if each.principal else f"{each.holder} {verb}"
    condition = f" if {each.condition}" if each.condition else ""
    return f"{who} {', '.join(each.actions)} on {each.resource}{condition}"


def cost(environment: EnvironmentPlan) -> str | None:
    """Return what the new runs cost, None without new runs."""
    runs = [
        each for each in environment.resource_changes if each.action in _RUNS and each.kind == "job"
    ]
    if not runs:
        return None
    known = [each for each in runs if each.price is not None]
    note = f"{prices().source}, {prices().read_on.isoformat()}"
    if not known:
        return f"price of the new runs: not known before the objects are counted ({note})"
    total = sum((each.price.usd for each in known if each.price), Decimal(0))
    parts = [f"price of the new runs: at most {total:,.2f} USD"]
    if len(known) < len(runs):
        parts.append(f"for {len(known)} of {len(runs)}, the others are not known")
    if not all(each.price.is_confirmed for each in known if each.price):
        parts.append("UNCONFIRMED tiers")
    return f"{', '.join(parts)} ({note})"


_RUNS: Final = ("created", "new run")


def _price(price: Price | None) -> str:
    if price is None:
        return ""
    return f" (at most {price.usd:,.2f} USD{'' if price.is_confirmed else ', unconfirmed'})"


def _text(change: ResourceChange) -> str:
    changes = ", ".join(change.changes)
    effects = "; ".join(
        [f"{first}{_price(change.price)}" for first in change.effects[:1]] + [*change.effects[1:]]
    )
    return f"{changes} → {effects}" if changes and effects else changes or effects


def _is_named(change: ResourceChange, environment: EnvironmentPlan) -> bool:
    """Say whether a change has a line of its own."""
    if change.action == "left behind":
        return False
    if change.action in ("created", "deleted"):
        return change.type == "Custom::LabelingJob" or change.type in kinds.GUARDED
    if change.type in _OF_PEOPLE:
        return not _is_told(change, environment)
    same = [
        other
        for other in environment.resource_changes
        if (other.action, other.changes) == (change.action, change.changes)
    ]
    return (
        change.type == "Custom::LabelingJob"
        or change.action != "changed in place"
        or len(same) == 1
    )


def _is_told(change: ResourceChange, environment: EnvironmentPlan) -> bool:
    """Say whether the lines of people, or those of single notices, tell a change already."""
    if change.action != "changed in place" or change.type not in _OF_PEOPLE:
        return False
    if environment.people:
        return True
    kinds_of_change = {each.type for each in environment.resource_changes}
    return change.type == "Custom::Subscriptions" and "AWS::SNS::Subscription" in kinds_of_change


def _others(environment: EnvironmentPlan) -> list[PlanLine]:
    groups: dict[tuple[Action, str], list[ResourceChange]] = {}
    for change in environment.resource_changes:
        if not _is_named(change, environment) and not _is_told(change, environment):
            groups.setdefault((change.action, _text(change)), []).append(change)
    return [
        PlanLine(action=action, subject=_several(group), text=text)
        for (action, text), group in groups.items()
    ]


def _of_owner(environment: EnvironmentPlan) -> list[PlanLine]:
    return [
        PlanLine(
            action=each.change.action,
            subject=f"{each.change.kind} of {each.owner}, whose workforce is used here",
            text=_text(each.change),
        )
        for each in environment.owners_changes
    ]


def _several(group: list[ResourceChange]) -> str:
    by_kind: dict[str, list[str]] = {}
    for each in group:
        by_kind.setdefault(each.kind, []).append(each.name)
    if len(group) > _NAMED:
        return ", ".join(_number(len(names), kind) for kind, names in by_kind.items())
    return "; ".join(
        f"{_plural(kind) if len(names) > 1 else kind} {', '.join(names)}"
        for kind, names in by_kind.items()
    )


def _counted(plan: Plan) -> str:
    every = [
        (change.action, change.kind)
        for each in plan.environments
        for change in each.resource_changes
    ]
    parts: list[str] = []
    for action in SIGNS:
        if action == "new run":
            number = sum(each == (action, "job") for each in every)
            parts += [_number(number, "new run")] if number else []
            continue
        number = sum(each[0] == action for each in every)
        parts += [f"{number} {action}"] if number else []
    invited = sum(len(each.people.invited) for each in plan.environments)
    removed = sum(len(each.people.removed) for each in plan.environments)
    parts += [_people(invited, "invited")] if invited else []
    parts += [_people(removed, "removed")] if removed else []
    return ", ".join(parts) or "only what tools read of the templates"


def _people(number: int, what: str) -> str:
    return f"{number} {'person' if number == 1 else 'people'} {what}"


def _number(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else _plural(noun)}"


def _plural(noun: str) -> str:
    if noun == "notice by mail":
        return "notices by mail"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun != "key" else f"{noun}s"
