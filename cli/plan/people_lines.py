"""The sentences that all forms of a plan have of people."""

from __future__ import annotations

from collections.abc import Iterable

from cli.plan.environment_plan import EnvironmentPlan
from cli.plan.worker_changes import WorkerChange


def people_lines(environment: EnvironmentPlan) -> list[tuple[str, str]]:
    """Return a sign and a line for each person that is invited, removed or moved."""
    who = environment.people
    return [
        *(("+", f"{each.who} {_comes(each)}") for each in who.invited),
        *(("-", f"{each.who} is removed{_out_of(each)}; {_after(each)}") for each in who.removed),
        *(("~", f"{each.who} {' and '.join(_moves(each))}") for each in who.moved),
        *((("~", who.mails),) if who.mails else ()),
    ]


def _comes(person: WorkerChange) -> str:
    if person.also_in:
        account = f"with the account of {_listed(person.also_in)}"
        return f"comes{_into(person)}{_until(person)}, {account}"
    return f"is invited{_into(person)}{_until(person)}{_in_place(person)}"


def _after(person: WorkerChange) -> str:
    if person.also_in:
        return f"the account stays open, for {_listed(person.also_in)}"
    return (
        "an account that this environment made can't log in any more, and its labels still name it"
    )


def _into(person: WorkerChange) -> str:
    return f" into {_listed(person.joins)}" if person.joins else ""


def _until(person: WorkerChange) -> str:
    return f", until {person.until}" if person.until else ""


def _in_place(person: WorkerChange) -> str:
    """Say what a changed line does: a stand-in, a correction and a new name look the same here."""
    if not person.in_place_of:
        return ""
    return (
        f", in the line of {person.in_place_of}: a new account, and what was sent to the old"
        " address opens nothing any more; if both are one person, `ground-truth workers` says how"
        " they keep the account"
    )


def _out_of(person: WorkerChange) -> str:
    return f" from {_listed(person.leaves)}" if person.leaves else ""


def _moves(person: WorkerChange) -> Iterable[str]:
    if person.joins:
        yield f"joins {_listed(person.joins)}"
    if person.leaves:
        yield f"leaves {_listed(person.leaves)}"
    if person.until != person.was_until:
        was = f"was until {person.was_until}" if person.was_until else "had no last day"
        yield f"works until {person.until}, {was}" if person.until else f"has no last day, {was}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
