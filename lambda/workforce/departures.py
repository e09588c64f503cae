"""Takes people out of an environment: whoever is in no team any more can't sign in any more.

That goes for the accounts that this project has made, whichever environment did; the accounts of
others only leave the teams.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from botocore.exceptions import ClientError

from custom_resource.errors import code_of
from workforce.accounts import Account, Accounts
from workforce.groups import uses
from workforce.record import Record
from workforce.scope import Scope
from workforce.waiting import GONE


def remove(account: Account, scope: Scope, accounts: Accounts) -> bool:
    """Take an account out of the teams; say whether nobody can sign in with it any more.

    An account of ours that no others use is disabled, and stays, so that the labels of the past
    still name somebody. It leaves the teams at last, because a run that is cut off finds it there.
    """

    def work() -> bool:
        if account.record is None:
            accounts.leave(account, scope.teams & accounts.groups(account).keys())
            return False
        groups = accounts.groups(account)
        is_used = bool(uses(groups, scope.groups))
        is_shut = not is_used and _disable(account, scope, accounts)
        accounts.leave(account, scope.teams & groups.keys())
        # The others may have left, or come, in the same moment.
        was_used, is_used = is_used, bool(uses(accounts.groups(account), scope.groups))
        if was_used and not is_used:
            _disable(account, scope, accounts)
        if is_used and (is_shut or account.record.disabled_by):
            # Here just now, or by a run that was cut off.
            let_in(account, account.record, accounts)
        return not is_used

    return _unless_gone(work, account, accounts)


def take_back(account: Account, scope: Scope, accounts: Accounts) -> bool:
    """Undo what a deployment that has failed did to an account; say the same as `remove`.

    An account that its stack has made, and whose owner knows nothing of it, is deleted, so that a
    later deployment begins anew. Anybody else is removed.
    """

    def work() -> bool:
        is_new = account.record is not None and account.record.stack == scope.stack
        is_unknown = is_new and _is_unknown_to_its_owner(account)
        if not is_unknown or uses(accounts.groups(account), scope.groups):
            return remove(account, scope, accounts)
        accounts.delete(account)
        return True

    return _unless_gone(work, account, accounts)


def give_back(account: Account, scope: Scope, accounts: Accounts) -> None:
    """Undo what the first deployment of a stack did to an account before it failed.

    Whoever was there before that stays as they were, but for its teams, which go away: whom this
    stack has let in, or was about to, is disabled again.
    """
    record = account.record
    if record and (record.disabled_by or scope.stack in (record.stack, record.let_in)):
        take_back(account, scope, accounts)
    else:
        release(account, scope, accounts)


def discard(account: Account, scope: Scope, accounts: Accounts) -> None:
    """Delete an account that this environment has made and no others use; remove any other."""

    def work() -> bool:
        groups = accounts.groups(account)
        maker = account.record.made_by if account.record else None
        # An account of an earlier version has no record, only the mark.
        is_ours = maker == scope.environment or (maker is None and scope.marker in groups)
        if not is_ours or uses(groups, scope.groups):
            return remove(account, scope, accounts)
        accounts.delete(account)
        return True

    _unless_gone(work, account, accounts)


def release(account: Account, scope: Scope, accounts: Accounts) -> None:
    """Take an account out of the teams, and do nothing else to it."""

    def work() -> bool:
        accounts.leave(account, scope.teams & accounts.groups(account).keys())
        return False

    _unless_gone(work, account, accounts)


def _is_unknown_to_its_owner(account: Account) -> bool:
    """Say whether nobody was ever told of an account that we have made, and nobody uses it."""
    return account.record is not None and not account.record.was_mailed and account.is_untouched


def let_in(account: Account, record: Record, accounts: Accounts, *, stack: str = "") -> Account:
    """Enable an account that we have disabled, with its record; return it as it is then.

    `stack` is the one that names it again, whose first deployment may be taken back.
    """

    def changed(now: Record | None) -> Record:
        known = now or record
        return replace(known, disabled_by="", let_in=stack or known.let_in)

    accounts.enable(account)
    # Written at last: who is cut off before it would be disabled by somebody's hand for ever.
    known = accounts.rewrite(account, changed)
    return replace(known, is_enabled=True)


def _disable(account: Account, scope: Scope, accounts: Accounts) -> bool:
    """Disable an account, and say first that it was us; whoever comes back is enabled again.

    One that somebody has disabled by hand stays theirs to enable. Say whether it was disabled here.
    """
    now = accounts.look(account.username)
    if not now.is_enabled or now.record is None:
        return False
    if not now.record.disabled_by:
        accounts.write(now, replace(now.record, disabled_by=scope.environment))
    accounts.disable(now)
    return True


def _unless_gone(work: Callable[[], bool], account: Account, accounts: Accounts) -> bool:
    try:
        return work()
    except ClientError as error:
        if code_of(error) not in GONE:
            raise
        accounts.aws.log.info("%s is gone already", account.shown)
        return False
