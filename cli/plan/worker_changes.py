"""Who is invited, removed, or moved between teams, from what `Custom::Workers` is told."""

from __future__ import annotations

from dataclasses import dataclass

from cli.plan.assembly import AssembledEnvironment
from cli.plan.references import References
from workforce.mail_days import mail_days_from

_TYPE = "Custom::Workers"


@dataclass(frozen=True, kw_only=True)
class WorkerChange:
    """What becomes of one worker."""

    email: str
    #: Names of the teams that the person comes into and goes out of.
    joins: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    #: The last day, such as `2027-01-31`, as it was and as it will be; empty without one.
    was_until: str = ""
    until: str = ""


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


def worker_changes(before: AssembledEnvironment, after: AssembledEnvironment) -> WorkerChanges:
    """Compare the members of both."""
    old, new = _members(before), _members(after)
    was, days = _last_days(before), _last_days(after)
    return WorkerChanges(
        invited=tuple(
            WorkerChange(email=email, joins=new[email], until=days.get(email, ""))
            for email in new
            if email not in old
        ),
        removed=tuple(
            WorkerChange(email=email, leaves=old[email]) for email in old if email not in new
        ),
        moved=tuple(
            WorkerChange(
                email=email,
                joins=tuple(team for team in new[email] if team not in old[email]),
                leaves=tuple(team for team in old[email] if team not in new[email]),
                was_until=was.get(email, ""),
                until=days.get(email, ""),
            )
            for email in new
            if email in old
            and (set(old[email]), was.get(email)) != (set(new[email]), days.get(email))
        ),
        mails=_mails(len(new.keys() - old.keys()), after),
    )


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
    return dict(sorted(found.items()))


def _last_days(environment: AssembledEnvironment) -> dict[str, str]:
    return {
        str(member["Email"]).lower(): str(member["Until"])
        for resource in environment.resources(_TYPE)
        for member in resource.properties.get("Members", [])
        if "Until" in member
    }
