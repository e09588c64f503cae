"""`Custom::Workers`: the workers of an environment file, as accounts in the groups of their teams.

Every run goes by what is there, so that it may be cut off anywhere and begun again. First those
leave who are no longer named, then everybody has an account and is in their teams; mails go out at
last, and none of them decides over anything else. Whose an account is stands in its own record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.errors import CustomResourceError, code_of
from workforce.accounts import PERSONAL, Account, Accounts
from workforce.departures import discard, give_back, let_in, release, remove, take_back
from workforce.earlier_versions import known
from workforce.groups import has_marker
from workforce.invitations import Invitations
from workforce.last_days import ended_of
from workforce.late import is_late
from workforce.membership import check_loss, with_list
from workforce.people_source import ListError
from workforce.record import Record
from workforce.rollback import is_rollback
from workforce.scope import Scope, members_of, old_members_of, scope_of
from workforce.summary import Summary
from workforce.waiting import GONE, is_passing

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event

#: Lets somebody leave; says whether that has ended their access.
_Leave: TypeAlias = Callable[[Account, Scope, Accounts], bool]

#: Seconds kept for one person: as many calls as it takes, none of them slow.
_ONE_PERSON: Final = 15.0
_TOO_LATE: Final = (
    "this {kind} came after CloudFormation had gone on, and is not obeyed; deploy again if it is"
    " wanted"
)
#: Refusals that concern one person only.
_OF_ONE: Final = PERSONAL | {"UserNotFoundException"}


@dataclass(frozen=True, kw_only=True)
class _Present:
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
            found[_address(account, members)].append(account)
        for email, accounts in found.items():
            accounts.sort(key=lambda each: (each.email != email, *each.rank))
        return found


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
    present = _present(accounts, scope.groups)
    marked = [name for name, groups in present.groups.items() if scope.marker in groups]
    ours = aws.together(
        lambda name: known(present.accounts[name], present.groups[name], scope, accounts), marked
    )
    present.accounts.update(zip(marked, ours, strict=True))
    summary = Summary(scope.environment, everybody)
    summary.ended(ended)
    by_address = present.by_address(members)
    strangers = by_address[None]
    check_loss(event, *_lost(present, strangers, ended, scope))
    # Removed lines whose accounts were cut off, or taken, from their groups.
    removed = old_members_of(event.before).keys() - members.keys()
    strangers += _found(removed, present, accounts)
    out = aws.together(
        lambda each: _is_out(each, present, scope, accounts, leave, dropped=removed), strangers
    )
    summary.removed = sum(out)
    named = _settled(members, by_address, present, scope, summary, accounts)
    for email, own in named.items():
        # Somebody's other accounts.
        for each in by_address.get(email, ()):
            if each.username != own.username:
                _is_out(each, present, scope, accounts, leave)
    if is_late(event, aws):
        _undo(event, named.values(), scope, accounts)
    elif not is_back:
        named = _invited(named, accounts)
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
    present = _present(accounts, scope.groups)
    everybody = [
        *present.accounts.values(),
        *_found(old_members_of(event.properties), present, accounts),
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
    present, count = _present(accounts, scope.groups), 0
    for email, own in present.by_address(ended).items():
        for account in own if email is not None else ():
            if not is_current():
                return count
            count += _is_out(account, present, scope, accounts, remove)
    return count


def _lost(
    present: _Present, strangers: Iterable[Account], ended: Container[str], scope: Scope
) -> tuple[int, int]:
    """Return how many would leave whom nothing names, and how many stay, of who has access."""
    have_access = {
        username
        for username, groups in present.groups.items()
        if groups & scope.teams and present.accounts[username].is_enabled
    }
    lost = {
        each.username
        for each in strangers
        if each.username in have_access and _address(each, ended) is None
    }
    return len(lost), len(have_access) - len(lost)


def _present(accounts: Accounts, groups: Iterable[str]) -> _Present:
    present = _Present()
    for group in sorted(groups):
        for account in accounts.members(group):
            present.accounts[account.username] = account
            present.groups.setdefault(account.username, set()).add(group)
    return present


def _found(emails: Iterable[str], present: _Present, accounts: Accounts) -> list[Account]:
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


def _is_out(
    account: Account,
    present: _Present,
    scope: Scope,
    accounts: Accounts,
    leave: _Leave,
    *,
    dropped: Container[str] = (),
) -> bool:
    """Let somebody leave; say whether that has ended their access.

    Who has left is left alone, but for those whose line was dropped a moment ago.
    """
    groups = present.groups.get(account.username, set())
    is_done = not account.is_enabled and not groups - {scope.marker}
    if is_done and _address(account, dropped) is None:
        return False
    return leave(account, scope, accounts) and account.is_enabled


def _address(account: Account, members: Container[str]) -> str | None:
    """Return the address by which the file names an account, which may have another one by now."""
    if account.email in members:
        return account.email
    named = account.record.named if account.record else ""
    return named if named in members else None


def _account(
    email: str,
    known: Account | None,
    present: _Present,
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


def _settled(
    members: Mapping[str, set[str]],
    by_address: Mapping[str | None, list[Account]],
    present: _Present,
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

    settled = zip(members, accounts.aws.together(settle, members), strict=True)
    return {email: account for email, account in settled if account is not None}


def _in_teams(
    account: Account, teams: set[str], present: _Present, scope: Scope, accounts: Accounts
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
    return let_in(account, record, accounts) if record and record.disabled_by else account


def _as_named(account: Account, email: str, accounts: Accounts) -> Account:
    """Note the address by which the file names an account of ours from now on."""
    record = account.record
    if record is None or record.named == email:
        return account
    return accounts.rewrite(account, lambda found: replace(found or record, named=email))


def _invited(named: Mapping[str, Account], accounts: Accounts) -> dict[str, Account]:
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
