"""Who is invited, removed, or moved between teams, from what `Custom::Workers` is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from cli.plan.assembly import AssembledEnvironment
from cli.plan.references import References
from cli.plan.shared_workforce import NOBODY, Neighbours
from workforce.mail_days import mail_days_from

_TYPE = "Custom::Workers"


@dataclass(frozen=True, kw_only=True)
class WorkerChange:
    """What becomes of one worker."""

    #: The address, or the name in its place.
    who: str
    #: Names of the teams that the person comes into and goes out of.
    joins: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    #: Whose line in the file it was, in the same teams; empty where it was nobody's.
    in_place_of: str = ""
    #: The last day, such as `2027-01-31`, as it was and as it will be; empty without one.
    was_until: str = ""
    until: str = ""
    #: Other environments of the workforce that name the person: those for which somebody who is
    #: new here has an account already, and for which somebody who is removed keeps it.
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WorkerChanges:
    """What becomes of the workers of an environment."""

    invited: tuple[WorkerChange, ...] = ()
    removed: tuple[WorkerChange, ...] = ()
    moved: tuple[WorkerChange, ...] = ()
    #: When invitations go, where that is not all at once.
    mails: str = ""

    def __bool__(self) -> bool:
        return bool(self.invited or self.removed or self.moved)


def worker_changes(
    before: AssembledEnvironment, after: AssembledEnvironment, others: Neighbours = NOBODY
) -> WorkerChanges:
    """Compare the members of both; `others` share the workforce."""
    old, new = _members(before), _members(after)
    was, days = _last_days(before), _last_days(after)
    before_them = dict(_replaced(old, new))
    named_before, named_after = _elsewhere(others.before), _elsewhere(others.after)
    return WorkerChanges(
        invited=tuple(
            WorkerChange(
                who=email,
                joins=new[email],
                in_place_of=before_them.get(email, ""),
                until=days.get(email, ""),
                also_in=named_before.get(email, ()),
            )
            for email in new
            if email not in old
        ),
        removed=tuple(
            WorkerChange(who=email, leaves=old[email], also_in=named_after.get(email, ()))
            for email in old
            if email not in new
        ),
        moved=tuple(
            WorkerChange(
                who=email,
                joins=tuple(team for team in new[email] if team not in old[email]),
                leaves=tuple(team for team in old[email] if team not in new[email]),
                was_until=was.get(email, ""),
                until=days.get(email, ""),
            )
            for email in new
            if email in old
            and (set(old[email]), was.get(email)) != (set(new[email]), days.get(email))
        ),
        mails=_mails(len(new.keys() - old.keys() - named_before.keys()), after),
    )


def _elsewhere(environments: Iterable[AssembledEnvironment]) -> dict[str, tuple[str, ...]]:
    """Return the environments that name each worker."""
    found: dict[str, tuple[str, ...]] = {}
    for environment in environments:
        for email in _members(environment):
            found[email] = (*found.get(email, ()), environment.name)
    return found


def _replaced(
    old: dict[str, tuple[str, ...]], new: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """Yield whose line another's address has taken: who is new, and who was there."""
    matched = SequenceMatcher(a=[*old], b=[*new], autojunk=False)
    for what, start, end, new_start, new_end in matched.get_opcodes():
        if what != "replace" or end - start != new_end - new_start:
            continue
        for was, now in zip([*old][start:end], [*new][new_start:new_end], strict=True):
            if was not in new and now not in old and old[was] == new[now]:
                yield now, was


def _mails(invited: int, after: AssembledEnvironment) -> str:
    """Say on which days so many invitations go; SES, where it sends them, has no such limit."""
    checks = [each.properties for each in after.resources("Custom::WorkforceCheck")]
    if any("EmailFrom" in check for check in checks):
        return ""
    said = mail_days_from(invited, "the day of the deployment")
    is_ours = any(check.get("Mode") == "create" for check in checks)
    return said if is_ours or not said else f"unless SES sends them, {said}"


def _members(environment: AssembledEnvironment) -> dict[str, tuple[str, ...]]:
    references = References(environment)
    found: dict[str, tuple[str, ...]] = {}
    for resource in environment.resources(_TYPE):
        for member in resource.properties.get("Members", []):
            teams = tuple(
                references.text(team, resource.stack).removeprefix(f"{environment.name}-")
                for team in member.get("Teams", [])
            )
            email = str(member["Email"]).lower()
            found[email] = tuple(sorted({*found.get(email, ()), *teams}))
    return found


def _last_days(environment: AssembledEnvironment) -> dict[str, str]:
    return {
        str(member["Email"]).lower(): str(member["Until"])
        for resource in environment.resources(_TYPE)
        for member in resource.properties.get("Members", [])
        if "Until" in member
    }
