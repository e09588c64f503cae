"""One person of an environment, as far as AWS and the file know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from cli.aws.notices import Notice
from workforce.accounts import Account
from workforce.last_days import has_ended

#: What Cognito says of accounts that nobody signs in to by a password of their own, or not now
#: (botocore's model of `cognito-idp`, UserStatusType).
_STATUSES: Final[Mapping[str, str]] = {
    "UNCONFIRMED": "unconfirmed",
    "RESET_REQUIRED": "password reset",
    "EXTERNAL_PROVIDER": "signs in elsewhere",
}


@dataclass(kw_only=True)
class Person:
    """One address of the environment's file or of its accounts, and what there is for it."""

    email: str
    #: Whether the file names the address, to label or to be notified.
    is_listed: bool = False
    #: Whether the file names the address among the workers.
    is_worker: bool = False
    account: Account | None = None
    #: Whether the temporary password is none any more.
    has_expired: bool = False
    #: The teams whose group the account is in.
    teams: list[str] = field(default_factory=list)
    #: Topic's name → how far it is; only of topics that the address is to get, or gets.
    subscriptions: dict[str, Notice] = field(default_factory=dict)
    #: The last day of work, in UTC; None where the file has none.
    until: date | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the last day is over."""
        return has_ended(self.until, datetime.now(UTC).date())

    @property
    def is_silent(self) -> bool:
        """Whether mails are to come that don't, and nobody is asked to confirm any more."""
        return any(each in ("ended", "forgotten") for each in self.subscriptions.values())

    @property
    def state(self) -> str:
        """A few words on how far a worker has come."""
        account = self.account
        if self.has_ended and not self.teams:
            return "ended"
        if account is None:
            return "not invited" if self.is_worker else "-"
        if not account.is_enabled:
            is_ours = account.record.disabled_by if account.record else not self.is_worker
            return "disabled" if is_ours else "disabled by hand"
        if not account.is_untouched:
            return _STATUSES.get(account.status, "signed in")
        if account.record is not None and account.record.mail == "failed":
            return "mail refused"
        if account.awaits_mail(datetime.now(UTC)):
            return "mail due"
        if account.record is not None and account.record.mail == "trying":
            return "mail unclear"
        return "password ended" if self.has_expired else "invited"
