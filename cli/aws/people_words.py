"""Says of people what a lead asks: how old an invitation is, who takes over, whose name is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cli.aws.answers import Answers, Counted
from cli.aws.people import People
from cli.aws.person import Person
from cli.aws.sign_ins import SignIns
from ground_truth.config import Environment
from workforce.accounts import Account


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is known of people beside their accounts."""

    sign_ins: SignIns = field(default_factory=lambda: SignIns(by_username={}))
    counted: Counted = field(default_factory=lambda: Counted(by_sub={}))

    @property
    def why_not(self) -> list[str]:
        """What is not known, a sentence each."""
        return [each for each in (self.sign_ins.why_not, self.counted.why_not) if each]

    def last_sign_in(self, person: Person) -> datetime | None:
        """Return when somebody has signed in last; None where that is not known, or never was."""
        return self.sign_ins.by_username.get(person.account.username) if person.account else None

    def answers(self, person: Person) -> Answers | None:
        """Return what somebody has labeled; None where that is nothing, or not known."""
        return self.counted.by_sub.get(person.account.sub) if person.account else None


def invited_at(person: Person) -> datetime | None:
    """Return when the last invitation went; None where none did, or nobody has noted it."""
    record = person.account.record if person.account else None
    return record.at if record is not None and record.was_mailed else None


def invitation_ends(person: Person, days: int) -> datetime | None:
    """Return when the temporary password ends, or has ended; None for whoever needs none."""
    sent = invited_at(person)
    is_open = person.account is not None and person.account.is_untouched
    return sent + timedelta(days=days) if sent is not None and is_open else None


def account_words(person: Person, details: Details, days: int) -> str:
    """Return how far somebody is, and since when."""
    said, now = [person.state], datetime.now(UTC)
    sent, ends = invited_at(person), invitation_ends(person, days)
    if sent is not None and ends is not None and person.state != "disabled":
        if ends > now:
            said += [f"sent {_ago(now - sent)}", f"{_days(ends - now)} left"]
        else:
            said = [f"{person.state} {_ago(now - ends)}", f"sent {_ago(now - sent)}"]
    elif (last := details.last_sign_in(person)) is not None:
        said.append(f"last {last.astimezone(UTC):%Y-%m-%d}")
    if not person.is_listed:
        said.append("not in the file")
    elif person.until:
        said.append(f"until {person.until}")
    return ", ".join(said)


def answers_words(person: Person, details: Details) -> str:
    """Return how many somebody has labeled, and when the last."""
    found = details.answers(person)
    return "" if found is None else f"{found.number}, last {found.last:%Y-%m-%d}"


def of_single_people(environment: Environment, people: People) -> Iterator[str]:
    """Yield what is to be known, or done, of one person and not of others.

    What a deployment will do to whoever is new in the file in place of another, what is left of an
    account that was disabled before anybody had signed in, and of one that nobody has confirmed.
    """
    at = f"--region {environment.region} --user-pool-id {people.pool_id} --username"
    for old, new in changed_lines(environment, people):
        account = old.account
        said = (
            f"{old.email} is not in the file any more, and {new.email} is new in the same teams: a"
            f" deployment invites a new account and {_end_of(account)}"
        )
        if account is None or (account.is_untouched and account.record):
            yield f"{said}, whose invitation opens nothing any more"
            continue
        yield (
            f"{said}, which keeps the labels. If both are one person, change the account's address"
            " first, and deploy then; it stays theirs: aws cognito-idp"
            f" admin-update-user-attributes {at} {account.username} --user-attributes"
            f" Name=email,Value={new.email} Name=email_verified,Value=true"
        )
    for each in people.persons.values():
        account = each.account
        if not each.is_listed and each.state == "disabled" and account and account.is_untouched:
            yield (
                f"{each.email}: disabled before anybody had signed in, so that the invitation opens"
                f" nothing; to forget the account: aws cognito-idp admin-delete-user {at}"
                f" {account.username}"
            )
        if each.is_worker and each.state == "unconfirmed" and account:
            yield (
                f"{each.email}: nobody has confirmed the account, and nobody can sign in with it:"
                f" aws cognito-idp admin-confirm-sign-up {at} {account.username}"
            )


def changed_lines(environment: Environment, people: People) -> Iterator[tuple[Person, Person]]:
    """Yield who is out of the file and who is new in it, where one seems to stand for the other.

    That is so where in the same teams there is one of each.
    """
    left: dict[frozenset[str], list[Person]] = defaultdict(list)
    new: dict[frozenset[str], list[Person]] = defaultdict(list)
    for each in people.persons.values():
        if not each.is_listed and each.teams and each.account and each.account.is_enabled:
            left[frozenset(each.teams)].append(each)
        if each.is_worker and each.account is None:
            keys = environment.workforce.workers.get(each.email, ())
            new[frozenset(map(environment.team_name, keys))].append(each)
    for teams, gone in left.items():
        if len(gone) == len(new[teams]) == 1:
            yield gone[0], new[teams][0]


def _end_of(account: Account | None) -> str:
    is_ours = account is not None and account.record is not None
    return "disables the old one" if is_ours else "takes the old one out of its teams"


def _ago(time: timedelta) -> str:
    return "today" if time < timedelta(days=1) else f"{_days(time)} ago"


def _days(time: timedelta) -> str:
    number = round(time / timedelta(days=1))
    return "less than a day" if number < 1 else "1 day" if number == 1 else f"{number} days"
