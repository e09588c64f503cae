"""`Custom::Workers`: the workers of an environment file, as accounts in the groups of their teams.

Every run goes by what is there, so that it may be cut off anywhere and begun again. First those
leave who are no longer named, then everybody has an account and is in their teams; mails go out at
last, and none of them decides over anything else. Whose an account is stands in its own record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from custom_resource.errors import CustomResourceError
from workforce.accounts import Account, Accounts
from workforce.arrivals import invited, settled
from workforce.departures import discard, give_back, release, remove, take_back
from workforce.earlier_versions import known
from workforce.last_days import ended_of
from workforce.late import is_late
from workforce.membership import check_loss, with_list
from workforce.people_source import ListError
from workforce.presence import found_elsewhere, is_out, lost_of, present_in
from workforce.rollback import is_rollback
from workforce.scope import Scope, members_of, old_members_of, scope_of
from workforce.summary import Summary

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event

_TOO_LATE: Final = (
    "this {kind} came after CloudFormation had gone on, and is not obeyed; deploy again if it is"
    " wanted"
)


def physical_id(event: Event) -> str:
    """Return another id for another pool, so that the old one loses its workers."""
    return f"{event.text('UserPoolId')}-{event.text('Environment')}-workers"


def create(event: Event, aws: Clients) -> dict[str, str]:
    """Let nobody else in, give everybody an account, set the groups exactly, invite."""
    if is_late(event, aws):
        raise CustomResourceError(_TOO_LATE.format(kind=event.kind))
    is_back = event.kind == "Update" and is_rollback(event.stack_id, aws)
    try:
        return _set(with_list(event, aws), aws, is_back=is_back)
    except ListError as refusal:
        if not is_back:
            raise
        # A list that can't be gone by would block the stack; it says nothing of what was before.
        aws.log.warning("not refused, because a deployment is taken back: %s", refusal)
        return {"Summary": f"people stay as they are: {refusal}", "Count": ""}


#: Who is no longer named is removed, also from the teams that the old properties name.
update = create


def _set(event: Event, aws: Clients, *, is_back: bool) -> dict[str, str]:
    everybody, scope = members_of(event.properties), scope_of(event)
    # Whose last day is over is not let in, and leaves like somebody whose line is gone.
    ended = ended_of(event.properties, aws.today())
    members = {email: teams for email, teams in everybody.items() if email not in ended}
    accounts = Accounts(pool=event.text("UserPoolId"), aws=aws)
    leave = take_back if is_back else remove
    present = present_in(accounts, scope.groups)
    marked = [name for name, groups in present.groups.items() if scope.marker in groups]
    ours = aws.together(
        lambda name: known(present.accounts[name], present.groups[name], scope, accounts), marked
    )
    present.accounts.update(zip(marked, ours, strict=True))
    summary = Summary(scope.environment, everybody)
    summary.ended(ended)
    by_address = present.by_address(members)
    strangers = by_address[None]
    removed = old_members_of(event.before).keys() - members.keys()
    # Whose line was taken out beside the same list has been reviewed.
    is_same_list = event.before.get("From") == event.properties.get("From")
    meant = ended | removed if is_same_list else ended
    check_loss(event, *lost_of(present, strangers, meant, scope))
    # Removed lines whose accounts were cut off, or taken, from their groups.
    strangers += found_elsewhere(removed, present, accounts)
    out = aws.together(
        lambda each: is_out(each, present, scope, accounts, leave, dropped=removed), strangers
    )
    summary.removed = sum(out)
    named = settled(members, by_address, present, scope, summary, accounts)
    for email, own in named.items():
        # Somebody's other accounts.
        for each in by_address.get(email, ()):
            if each.username != own.username:
                is_out(each, present, scope, accounts, leave)
    if is_late(event, aws):
        _undo(event, named.values(), scope, accounts)
    elif not is_back:
        named = invited(named, accounts)
    return {"Summary": summary.text(named, aws.today()), "Count": str(len(everybody))}


def _undo(event: Event, named: Iterable[Account], scope: Scope, accounts: Accounts) -> None:
    """Raise CustomResourceError; undo a Create whose Delete may have come before it had begun.

    An Update is taken back by another one, which knows what was before.
    """
    if event.kind == "Create":
        accounts.aws.together(lambda each: give_back(each, scope, accounts), named)
    raise CustomResourceError(_TOO_LATE.format(kind=event.kind))


def delete(event: Event, aws: Clients) -> None:
    """Delete the accounts that were made, unless they are to be kept or others use them.

    After a first deployment that has failed, those only that it has made itself and nobody was
    told of.
    """
    try:
        pool, scope = event.text("UserPoolId"), scope_of(event)
    except CustomResourceError as error:
        # What a Create of these has refused as well.
        aws.log.info("nothing was made: %s", error)
        return
    if is_late(event, aws):
        aws.log.info("this Delete came after CloudFormation had gone on, and is not obeyed")
        return
    accounts = Accounts(pool=pool, aws=aws)
    present = present_in(accounts, scope.groups)
    everybody = [
        *present.accounts.values(),
        *found_elsewhere(old_members_of(event.properties), present, accounts),
    ]
    # Accounts that are deleted are so for ever: where nobody knows, it is taken for a roll-back.
    leave = give_back if is_rollback(event.stack_id, aws, unknown=True) else discard
    if leave is discard and event.flag("KeepAccounts"):
        leave = release
    accounts.aws.together(lambda each: leave(each, scope, accounts), everybody)


def end(event: Event, aws: Clients, is_current: Callable[[], bool]) -> int:
    """Take out whoever's last day is over; return how many can't sign in any more.

    `is_current` says whether the event still says what is deployed.
    """
    try:
        event = with_list(event, aws)
    except ListError as refusal:
        # The template's own people end all the same.
        aws.log.warning("%s", refusal)
    ended = ended_of(event.properties, aws.today())
    if not ended:
        return 0
    scope = scope_of(event)
    accounts = Accounts(pool=event.text("UserPoolId"), aws=aws)
    present, count = present_in(accounts, scope.groups), 0
    for email, own in present.by_address(ended).items():
        for account in own if email is not None else ():
            if not is_current():
                return count
            count += is_out(account, present, scope, accounts, remove)
    return count
