"""`Custom::Workers`: the people of an environment file, as accounts in the groups of their teams.

Whose account this environment has made is in its marker group. Every run goes by what is there,
so that it may be cut off anywhere and begun again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError, code_of
from workforce.accounts import Account, Accounts

if TYPE_CHECKING:
    from workforce.collaborators import Collaborators
    from workforce.event import Event

#: How long ago a run may have been cut off that is begun again, by CloudFormation or by a person.
_INTERRUPTED: Final = timedelta(days=1)
#: The account, or its group or pool.
_GONE: Final = frozenset({"ResourceNotFoundException", "UserNotFoundException"})


@dataclass(frozen=True, kw_only=True)
class _Present:
    """Who is in the groups of an environment."""

    accounts: dict[str, Account] = field(default_factory=dict)
    #: Username to the groups of ours that the account is in.
    groups: dict[str, set[str]] = field(default_factory=dict)


def physical_id(event: Event) -> str:
    """Return another id for another pool, so that the old one loses its workers."""
    return f"{event.text('UserPoolId')}-{event.text('Environment')}-workers"


def create(event: Event, aws: Collaborators) -> dict[str, str]:
    """Invite whoever has no account, set the groups exactly, and let nobody else in."""
    accounts = Accounts(pool=event.text("UserPoolId"), aws=aws)
    marker, members = event.text("MarkerGroup"), _members(event.properties)
    ours = {marker, *_teams(event.properties), *_teams(event.before)}
    present = _present(accounts, ours)
    by_email = {account.email: account for account in present.accounts.values()}
    wanted = set()
    invited = 0
    for email, teams in members.items():
        account = by_email.get(email)
        groups = present.groups[account.username] if account else set()
        if account is None:
            account = accounts.find(email) or accounts.invite(email)
            if _is_made_by_us(account, accounts):
                accounts.join(account, [marker])
                groups = {marker}
        if marker in groups and not account.is_enabled:
            accounts.enable(account)
        accounts.join(account, teams - groups)
        accounts.leave(account, groups - teams - {marker})
        wanted.add(account.username)
        invited += account.is_untouched
    removed = sum(
        _remove(account, present.groups[username], marker, ours, accounts)
        for username, account in present.accounts.items()
        if username not in wanted
    )
    return {
        "Summary": f"{len(members)} workers, {invited} of them invited and not yet signed in; "
        f"{removed} removed",
        "Count": str(len(members)),
    }


#: Who is no longer named is removed, also from the teams that the old properties name.
update = create


def delete(event: Event, aws: Collaborators) -> None:
    """Delete the accounts that were made, unless they are to be kept or others use them."""
    pool, marker = event.properties.get("UserPoolId"), event.properties.get("MarkerGroup")
    if not isinstance(pool, str) or not isinstance(marker, str):
        return
    accounts = Accounts(pool=pool, aws=aws)
    ours = {marker, *_teams(event.properties)}
    for account in _present(accounts, ours).accounts.values():
        try:
            groups = accounts.groups(account)
            is_ours = marker in groups and not groups - ours
            if is_ours and not event.flag("KeepAccounts"):
                accounts.delete(account)
            else:
                accounts.leave(account, groups & ours - {marker})
        except ClientError as error:
            if code_of(error) not in _GONE:
                raise
            aws.log.info("%s is gone already", account.username)


def _is_made_by_us(account: Account, accounts: Accounts) -> bool:
    """Say whether this or an interrupted run has made an account.

    Somebody else's that looks the same, in a pool that is adopted, has been there for longer.
    """
    is_new = datetime.now(UTC) - account.made < _INTERRUPTED
    return is_new and account.is_untouched and not accounts.groups(account)


def _remove(
    account: Account, groups: set[str], marker: str, ours: set[str], accounts: Accounts
) -> bool:
    """Take an account out of our teams and disable it if we have made it and no others use it.

    It stays, so that the labels of the past still name somebody. Says whether it is disabled.
    """
    accounts.leave(account, groups - {marker})
    if marker not in groups or accounts.groups(account) - ours:
        return False
    if account.is_enabled:
        accounts.disable(account)
    return True


def _present(accounts: Accounts, groups: set[str]) -> _Present:
    present = _Present()
    for group in sorted(groups):
        for account in accounts.members(group):
            present.accounts[account.username] = account
            present.groups.setdefault(account.username, set()).add(group)
    return present


def _members(properties: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return address, in lower case, to teams; raises CustomResourceError for what is no list."""
    where = "ResourceProperties.Members"
    members = properties.get("Members") or []
    if not isinstance(members, list) or not all(isinstance(each, Mapping) for each in members):
        raise CustomResourceError(f"expected a list of Email and Teams, got {members!r} in {where}")
    found: dict[str, set[str]] = {}
    for member in members:
        email = read.text(member, "Email", where).lower()
        found.setdefault(email, set()).update(read.texts(member, "Teams", where))
    return found


def _teams(properties: Mapping[str, Any]) -> set[str]:
    # Old properties may be of another version of the template: they must not stop anything.
    try:
        return set().union(*_members(properties).values())
    except CustomResourceError:
        return set()
