"""Says in a few words what became of the people of an environment, and what is left to do.

It stands in events and logs, so that people are named by their number in the list and initials.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from workforce.accounts import Account
from workforce.mail_days import mail_days
from workforce.names import names_of

#: People whose names are said; the others are counted.
_MOST_NAMES: Final = 5
#: Codes of refusals that are told apart; an answer to CloudFormation has 4,096 bytes in all.
_MOST_REASONS: Final = 4
#: Cognito's word for a day's mails that are used up, as in `invitations.py`.
_LIMIT: Final = "LimitExceededException"


class Summary:
    """What has happened, gathered while it happens."""

    def __init__(self, environment: str, emails: Iterable[str]) -> None:
        self._environment = environment
        self._names = names_of(emails)
        self._refused: dict[str, list[str]] = defaultdict(list)
        self._not_reached: list[str] = []
        self._ended: list[str] = []
        #: How many people can't sign in any more.
        self.removed = 0

    def refused(self, email: str, code: str) -> None:
        """Take note of somebody for whom no account could be made."""
        self._refused[code].append(self._names[email])

    def not_reached(self, email: str) -> None:
        """Take note of somebody for whom the time was too short."""
        self._not_reached.append(self._names[email])

    def ended(self, emails: Container[str]) -> None:
        """Take note of those whose last day is over."""
        self._ended = [name for email, name in self._names.items() if email in emails]

    def text(self, accounts: Mapping[str, Account], now: datetime) -> str:
        """Return a sentence on all and what there is to do; `accounts` is by address."""
        invited = sum(
            each.is_enabled and each.is_untouched and not each.awaits_mail(now)
            for each in accounts.values()
        )
        said = [
            f"{len(self._names)} workers, {invited} of them invited and not yet signed in;"
            f" {self.removed} removed"
        ]
        said += [
            f"no account for {_listed(names)}: {code}"
            for code, names in [*self._refused.items()][:_MOST_REASONS]
        ]
        if self._not_reached:
            said.append(
                f"the time was too short for {_listed(self._not_reached)}, who follow with the"
                " next change of people"
            )
        if self._ended:
            said.append(
                f"the last day of {_listed(self._ended)} is over, so that they are not let in"
            )
        said += self._mails(accounts, now)
        renamed = [self._names[email] for email, each in accounts.items() if each.email != email]
        if renamed:
            said.append(
                f"{_listed(renamed)} has another address in the pool; write it into the file, as"
                f" `ground-truth workers {self._environment}` says"
            )
        disabled = [self._names[email] for email, each in accounts.items() if not each.is_enabled]
        if disabled:
            said.append(f"{_listed(disabled)} disabled by hand, and left so")
        return "; ".join(said)

    def _mails(self, accounts: Mapping[str, Account], now: datetime) -> list[str]:
        due: dict[str, list[str]] = defaultdict(list)
        unclear = []
        for email, account in accounts.items():
            if account.record is None or not (account.is_enabled and account.is_untouched):
                continue
            if account.awaits_mail(now):
                due[account.record.why].append(self._names[email])
            elif account.record.mail == "trying":
                unclear.append(self._names[email])
        # First those that were refused, with the reason.
        said = [
            f"no invitation yet for {_listed(names)}" + (f": {code}" if code else "")
            for code, names in sorted(due.items(), key=lambda each: not each[0])[:_MOST_REASONS]
        ]
        if _LIMIT in due:
            tomorrow = now.date() + timedelta(days=1)
            days = mail_days(sum(map(len, due.values())), tomorrow)
            said.append(
                f"the mails of this day are used up; {days or f'these can go on {tomorrow}'}"
            )
        if said:
            said.append(
                "what is due goes out with the next change of people, or by `ground-truth workers"
                f" {self._environment} remind all`"
            )
        if unclear:
            said.append(
                f"whether the invitation of {_listed(unclear)} has gone is not known; it counts as"
                " sent for a day"
            )
        return said


def _listed(names: list[str]) -> str:
    # Whoever was worked on together has come in any order.
    in_order = sorted(names, key=lambda name: int(name.partition(" ")[0]))
    more = len(names) - _MOST_NAMES
    shown = ", ".join(in_order[:_MOST_NAMES])
    return f"worker {shown} and {more} more" if more > 0 else f"worker {shown}"
