"""Sends again what people have not answered, and what could not be sent before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from botocore.exceptions import ClientError

from cli.aws.notices import dead_letters, topics
from cli.aws.people import Clients, PeopleError, find
from cli.aws.person import Person
from ground_truth.config import Environment
from workforce.accounts import Account, Accounts
from workforce.invitations import Invitations
from workforce.subscribers import request

#: What is due, or does not open the portal any more.
OPEN: Final = frozenset({"mail due", "mail refused", "password ended"})
#: Whoever has one of these states can be invited again.
_INVITED: Final = OPEN | {"invited", "mail unclear"}
#: What an account's record says of its mail → why it is not sent, where AWS has no reason.
_UNSENT: Final[Mapping[str, str]] = {
    "due": "no more can be sent now",
    "trying": "nobody knows whether it has gone",
}


def remind(environment: Environment, clients: Clients, email: str) -> list[str]:
    """Send again what an address has not answered; return what was sent.

    A new invitation has a new temporary password. Raises PeopleError if there is nothing to send,
    or it was refused.
    """
    people = find(environment, clients)
    person = people.persons.get(email)
    if person is None or not person.is_listed:
        raise PeopleError(
            f"expected an address of environments/{environment.name}.yaml, got {email!r}; add it"
            " there and deploy"
        )
    sent, refused = [], ""
    is_open = person.state in _INVITED and not person.has_ended
    if people.pool_id is not None and person.account is not None and is_open:
        accounts = clients.accounts(people.pool_id)
        refused = _invite(person.account, accounts, Invitations(accounts, accounts.aws))
        sent += [] if refused else ["the invitation, with a new temporary password"]
    sent += _ask_to_confirm(environment, person, clients, also_pending=True)
    if refused:
        raise PeopleError(
            f"no invitation to {email}: {refused}; sent was {', '.join(sent) or 'nothing'}"
        )
    if not sent:
        raise PeopleError(f"there is nothing to remind {email} of: {person.state}")
    return sent


def remind_all(environment: Environment, clients: Clients) -> dict[str, list[str]]:
    """Send everybody the invitation that is due, was refused, or whose password has ended.

    Also asks again for confirmations that nobody is asked for any more. Returns by address what was
    sent, and what was refused.
    """
    people = find(environment, clients)
    accounts = None if people.pool_id is None else clients.accounts(people.pool_id)
    invitations = None if accounts is None else Invitations(accounts, accounts.aws)
    said: dict[str, list[str]] = {}
    for email, person in people.persons.items():
        if not person.is_listed:
            continue
        done = []
        is_open = person.state in OPEN and not person.has_ended
        if accounts and invitations and person.account and is_open:
            refused = _invite(person.account, accounts, invitations)
            done.append(f"no invitation: {refused}" if refused else "the invitation")
        done += _ask_to_confirm(environment, person, clients, also_pending=False)
        if done:
            said[email] = done
    return said


def _invite(account: Account, accounts: Accounts, invitations: Invitations) -> str:
    """Send an invitation, also again; return why it did not go, or an empty text."""
    if account.record is not None:
        record = invitations.send(account, again=True).record
        if record is None or record.mail == "sent":
            return ""
        return record.why or _UNSENT[record.mail]
    try:
        # Of an earlier version, or of others: there is nothing to note it in.
        accounts.invite(account)
    except ClientError as error:
        return str(error.response["Error"].get("Code", error))
    return ""


def _ask_to_confirm(
    environment: Environment, person: Person, clients: Clients, *, also_pending: bool
) -> list[str]:
    """Ask for the confirmations that are missing; return what was sent.

    A request that is pending is a mail that has gone within two days, and is made again only for
    whoever was named.
    """
    missing = {
        name: state
        for name, state in person.subscriptions.items()
        if state != "confirmed" and (also_pending or state != "pending")
    }
    named = topics(environment, clients) if missing else {}
    queue = dead_letters(environment, clients) if {*missing.values()} - {"pending"} else ""
    for name, state in missing.items():
        if state == "pending":
            clients.notifier.subscribe(
                TopicArn=named[name], Protocol="email", Endpoint=person.email
            )
        else:
            request(named[name], person.email, queue, clients.notifier)
    return [f"the request to confirm {name}" for name in missing]
