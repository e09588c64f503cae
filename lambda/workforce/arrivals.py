"""Gives everybody an account in their teams, and then the invitation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.errors import code_of
from workforce.accounts import PERSONAL, Account, Accounts
from workforce.departures import let_in
from workforce.groups import has_marker
from workforce.invitations import Invitations
from workforce.presence import Present
from workforce.record import Record
from workforce.scope import Scope
from workforce.summary import Summary
from workforce.waiting import is_passing

#: Seconds kept for one person: as many calls as it takes, none of them slow.
_ONE_PERSON: Final = 15.0
#: Refusals that concern one person only.
_OF_ONE: Final = PERSONAL | {"UserNotFoundException"}


def settled(
    members: Mapping[str, set[str]],
    by_address: Mapping[str | None, list[Account]],
    present: Present,
    scope: Scope,
    summary: Summary,
    accounts: Accounts,
) -> dict[str, Account]:
    """Give everybody an account in their teams, and return it by address.

    Whom AWS refuses, or the time is too short for, is taken note of, and nobody else is kept
    waiting: what is done stays, whereas a deployment that fails is taken back, for ever anew.
    """
    clock = accounts.aws.clock
    accounts.expect(email for email in members if not by_address.get(email))

    def settle(email: str) -> Account | None:
        try:
            if clock.now() + _ONE_PERSON > clock.deadline:
                summary.not_reached(email)
                return None
            known = next(iter(by_address.get(email, ())), None)
            account = _account(email, known, present, scope, accounts)
            account = _in_teams(account, members[email], present, scope, accounts)
            return _as_named(account, email, accounts)
        except (BotoCoreError, ClientError) as error:
            if is_passing(error):
                summary.not_reached(email)
            elif isinstance(error, ClientError) and code_of(error) in _OF_ONE:
                accounts.aws.log.warning("a worker has no account: %s", code_of(error))
                summary.refused(email, code_of(error))
            else:
                raise
            return None

    found = zip(members, accounts.aws.together(settle, members), strict=True)
    return {email: account for email, account in found if account is not None}


def _account(
    email: str,
    known: Account | None,
    present: Present,
    scope: Scope,
    accounts: Accounts,
    ghosts: frozenset[str] = frozenset(),
) -> Account:
    """Return the account of whoever has an address; it is made where there is none.

    `known` is the one of our groups, if there is one; `ghosts` are usernames that lists show
    though there are no such accounts any more.
    """
    account = known
    if account is not None and not any(account.rank[:2]):
        return account
    # There is none in our groups, or none that can be signed in to as it should.
    others = [account, accounts.find(email, without=ghosts)]
    account = min((each for each in others if each), key=lambda each: each.rank, default=None)
    if account is None:
        record = Record(
            made_by=scope.environment,
            stack=scope.stack,
            mail="due",
            at=accounts.aws.today().replace(microsecond=0),
            named=email,
        )
        account = accounts.make(email, record)
        if account.record == record:
            accounts.join(account, [scope.marker])
            present.groups[account.username] = {scope.marker}
            present.made.add(account.username)
            return account
    if account.username not in present.groups:
        try:
            groups = accounts.groups(account)
        except ClientError as error:
            if code_of(error) != "UserNotFoundException":
                raise
            seen = ghosts | {account.username}
            return _account(email, known, present, scope, accounts, seen)
        present.groups[account.username] = {*scope.groups & groups.keys()}
        if account.record is not None and not has_marker(groups):
            accounts.join(account, [scope.marker])
    return account


def _in_teams(
    account: Account, teams: set[str], present: Present, scope: Scope, accounts: Accounts
) -> Account:
    """Set the teams of an account, and enable it if it was us who have disabled it."""
    groups = present.groups[account.username] - {scope.marker}
    accounts.join(account, teams - groups)
    accounts.leave(account, groups - teams)
    record = account.record
    if record and teams - groups and account.username not in present.made:
        # Another environment may have dropped, and disabled, somebody in the same moment.
        account = accounts.look(account.username)
        record = account.record
    if record is None or not record.disabled_by:
        return account
    return let_in(account, record, accounts, stack=scope.stack)


def _as_named(account: Account, email: str, accounts: Accounts) -> Account:
    """Note the address by which the file names an account of ours from now on."""
    record = account.record
    if record is None or record.named == email:
        return account
    return accounts.rewrite(account, lambda found: replace(found or record, named=email))


def invited(named: Mapping[str, Account], accounts: Accounts) -> dict[str, Account]:
    """Send the invitations that are due; return the accounts as they are then."""
    invitations, today = Invitations(accounts, accounts.aws), accounts.aws.today()
    due = {
        email: account
        for email, account in named.items()
        if account.is_enabled and account.awaits_mail(today)
    }
    # The first one is agreed upon with other runs, which know then that this one is at work.
    first = [invitations.send(account) for account in [*due.values()][:1]]
    others = accounts.aws.together(invitations.send, [*due.values()][1:])
    return {**named, **dict(zip(due, [*first, *others], strict=True))}
