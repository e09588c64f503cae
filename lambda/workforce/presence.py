"""Who is in the groups of an environment, and how somebody leaves them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from botocore.exceptions import ClientError

from custom_resource.errors import code_of
from workforce.accounts import Account, Accounts
from workforce.scope import Scope
from workforce.waiting import GONE

#: Lets somebody leave; says whether that has ended their access.
Leave: TypeAlias = Callable[[Account, Scope, Accounts], bool]


@dataclass(frozen=True, kw_only=True)
class Present:
    """Who is in the groups of an environment."""

    accounts: dict[str, Account] = field(default_factory=dict)
    #: Username to the groups of ours that the account is in.
    groups: dict[str, set[str]] = field(default_factory=dict)
    #: Usernames of the accounts that this run has made.
    made: set[str] = field(default_factory=set)

    def by_address(self, members: Container[str]) -> dict[str | None, list[Account]]:
        """Return the accounts of each address of the file, the person's own first.

        Under None are those that the file does not name.
        """
        found: dict[str | None, list[Account]] = defaultdict(list)
        for account in self.accounts.values():
            found[address_of(account, members)].append(account)
        for email, accounts in found.items():
            accounts.sort(key=lambda each: (each.email != email, *each.rank))
        return found


def present_in(accounts: Accounts, groups: Iterable[str]) -> Present:
    """Return who is in these groups."""
    present = Present()
    for group in sorted(groups):
        for account in accounts.members(group):
            present.accounts[account.username] = account
            present.groups.setdefault(account.username, set()).add(group)
    return present


def found_elsewhere(emails: Iterable[str], present: Present, accounts: Accounts) -> list[Account]:
    """Return the accounts of ours that have these addresses and are in none of our groups."""
    known = {account.email for account in present.accounts.values()}
    unknown = sorted({*emails} - known)
    try:
        accounts.expect(unknown)
        found = accounts.aws.together(accounts.find, unknown)
    except ClientError as error:
        if code_of(error) not in GONE:
            raise
        return []
    return [account for account in found if account is not None and account.record is not None]


def lost_of(
    present: Present, strangers: Iterable[Account], meant: Container[str], scope: Scope
) -> tuple[int, int]:
    """Return how many would leave whom nothing names, and how many stay, of who has access.

    `meant` are addresses of whom somebody has said that they leave.
    """
    have_access = {
        username
        for username, groups in present.groups.items()
        if groups & scope.teams and present.accounts[username].is_enabled
    }
    lost = {
        each.username
        for each in strangers
        if each.username in have_access and address_of(each, meant) is None
    }
    return len(lost), len(have_access) - len(lost)


def is_out(
    account: Account,
    present: Present,
    scope: Scope,
    accounts: Accounts,
    leave: Leave,
    *,
    dropped: Container[str] = (),
) -> bool:
    """Let somebody leave; say whether that has ended their access.

    Who has left is left alone, but for those whose line was dropped a moment ago.
    """
    groups = present.groups.get(account.username, set())
    is_done = not account.is_enabled and not groups - {scope.marker}
    if is_done and address_of(account, dropped) is None:
        return False
    return leave(account, scope, accounts) and account.is_enabled


def address_of(account: Account, members: Container[str]) -> str | None:
    """Return the address by which the file names an account, which may have another one by now."""
    if account.email in members:
        return account.email
    named = account.record.named if account.record else ""
    return named if named in members else None
