"""Tells the accounts apart that a version has made which wrote no records."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from botocore.exceptions import ClientError

from custom_resource.errors import code_of
from workforce.accounts import Account, Accounts
from workforce.record import Record
from workforce.scope import Scope
from workforce.waiting import GONE


def known(account: Account, groups: AbstractSet[str], scope: Scope, accounts: Accounts) -> Account:
    """Return an account of the marker group with its record, which it gets once if it has none.

    The version before has invited whoever it has made, and disabled whoever is in none of its
    teams. Nobody is mailed, enabled or disabled by that. `groups` are those of the environment
    that the account is in.
    """
    if account.record is not None:
        return account
    was_removed = not account.is_enabled and not groups - {scope.marker}
    record = Record(
        made_by=scope.environment,
        stack=scope.stack,
        mail="sent",
        at=account.made.replace(microsecond=0),
        disabled_by=scope.environment if was_removed else "",
        named=account.email,
    )
    try:
        return accounts.rewrite(account, lambda found: found or record)
    except ClientError as error:
        if code_of(error) not in GONE:
            raise
        return account
