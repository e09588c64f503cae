"""`ground-truth workers`: who is invited, has signed in, is in which team, has confirmed mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.repository import find_job, read_environment
from cli.verb import AsJson, EnvironmentName, end, jobs, print_table, progress, verb

if TYPE_CHECKING:
    from rich.console import Console

    from cli.aws.people import People, Person
    from cli.aws.people_words import Details
    from ground_truth.config import Environment


#: Stands for an address, of which it is none.
_ALL: Final = "all"
#: Stands for a job, unless there is one of that name.
_REMIND: Final = "remind"
#: State of a worker → what somebody has to do.
_WAITING: Final = (
    (
        "not invited",
        "in the file, without an account: ground-truth deploy {environment}, or, if that changes"
        " nothing, ground-truth workers {environment} --fix",
    ),
    (
        "invited",
        "not signed in yet; a temporary password is good for {days} days. If an address is wrong,"
        " write the right one in its place and deploy",
    ),
    ("mail due", "no invitation has gone yet, remind them"),
    (
        "mail unclear",
        "nobody knows whether the invitation has gone; for a day it counts as sent",
    ),
    ("password ended", "the temporary password has ended, remind them"),
    (
        "password reset",
        "somebody has reset the password; whoever signs in gets a code by mail for a new one",
    ),
    ("disabled by hand", "disabled by somebody, and left so; who may work is enabled in Cognito"),
)


def _words(context: typer.Context, incomplete: str) -> list[str]:
    more = [_REMIND] if _REMIND.startswith(incomplete) else []
    return [*jobs(context, incomplete), *more]


What = Annotated[
    str | None,
    typer.Argument(
        metavar="JOB|ADDRESS|remind",
        help="A job's name in that file, one person, or the word before whom to remind.",
        autocompletion=_words,
    ),
]


@verb(
    "ground-truth workers dev",
    "ground-truth workers dev even-odd",
    "ground-truth workers dev ana@example.com",
    "ground-truth workers dev remind ana@example.com",
    "ground-truth workers dev remind all",
    "ground-truth workers dev --fix",
)
def workers(
    environment: EnvironmentName,
    what: What = None,
    address: Annotated[
        str | None, typer.Argument(metavar="ADDRESS|all", help="Whom to remind.")
    ] = None,
    *,
    remind: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The same as `remind ADDRESS`.")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Put right what was done to people by hand.")
    ] = False,
    labels: Annotated[
        bool, typer.Option("--labels", help="Count who labeled how many, also of very many.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say who is invited, has come, labels, and has confirmed mails.

    With JOB, of the job's team and labels only; with ADDRESS, of one person. It asks AWS with the
    credentials of the shell. `remind all` sends every invitation that is due, was refused, or whose
    temporary password has ended. `--fix` does what a deployment does: who has lost an account is
    invited again, who was put into a team by hand leaves it.
    """
    read = read_environment(environment)
    job, who, remind = _asked(read, what, address, remind)
    team = find_job(read, job).team if job else None
    # The SDK starts slowly.
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.answers import MOST, count
    from cli.aws.people import Clients, find
    from cli.aws.people_words import Details
    from cli.aws.reminders import remind as send
    from cli.aws.reminders import remind_all
    from cli.aws.repairs import fix as put_right
    from cli.aws.session import unanswered
    from cli.aws.sign_ins import last_sign_ins

    details, most = Details(), None if labels else MOST
    try:
        with progress("workers") as say:
            say("asking AWS")
            clients = Clients.of(read)
            fixed = put_right(read, clients) if fix else ""
            to_all = remind is not None and remind.lower() == _ALL
            sent = send(read, clients, remind.lower()) if remind and not to_all else []
            said = remind_all(read, clients) if to_all else {}
            people = find(read, clients)
            if team is not None:
                people = people.of_team(read, team)
            if who is not None:
                people = people.of_address(who)
            if people.pool_id is not None:
                accounts = [each.account for each in people.persons.values() if each.account]
                say("counting labels")
                details = Details(
                    sign_ins=last_sign_ins(clients.cognito, people.pool_id, accounts),
                    counted=count(read, job, people.pool_id, clients, most=most),
                )
    except (BotoCoreError, ClientError) as error:
        raise unanswered(error) from None

    def show(screen: Console) -> None:
        if fixed:
            screen.print(fixed)
        for each in sent:
            screen.print(f"Sent to {remind}: {each}")
        for email, words in said.items():
            screen.print(f"{email}: {', '.join(words)}")
        show_people(read, people, screen, details)

    end(
        {
            "environment": read.name,
            "portal_url": people.portal_url,
            "sent": sent,
            "reminded": said,
            "fixed": fixed,
            "to_do": to_do(read, people),
            "not_known": details.why_not,
            "workers": [_as_json(each, people, details) for each in people.persons.values()],
        },
        show,
        as_json=as_json,
    )


def _asked(
    environment: Environment, what: str | None, address: str | None, remind: str | None
) -> tuple[str | None, str | None, str | None]:
    """Return the job, the person to show, and whom to remind, of which most are None."""
    if what == _REMIND and what not in environment.jobs:
        if address is None:
            raise typer.BadParameter("expected `remind all` or `remind ADDRESS`, got no address")
        return None, None, address
    if address is not None:
        raise typer.BadParameter(f"expected {_REMIND!r} before {address!r}, got {what!r}")
    if what is not None and "@" in what:
        return None, what.lower(), remind
    return what, None, remind


def show_people(
    environment: Environment, people: People, screen: Console, details: Details | None = None
) -> None:
    """Print a table, and below it what somebody has to do, and what is not known."""
    # The SDK starts slowly.
    from cli.aws.people_words import Details, account_words, answers_words

    details = details or Details()
    columns = ("address", "account", "labeled", "teams", "mails confirmed", "sub")
    rows = [
        (
            each.email,
            account_words(each, details, people.password_days),
            answers_words(each, details),
            ", ".join(each.teams),
            _mails(each),
            each.account.sub if each.account else "",
        )
        for each in people.persons.values()
    ]
    print_table(screen, columns, rows, title=environment.name, spare=("sub",))
    screen.print(f"Worker portal: {people.portal_url}")
    sentences = to_do(environment, people)
    for sentence in sentences:
        screen.print(sentence)
    if sentences:
        screen.print(
            f"To remind someone: ground-truth workers {environment.name} remind <address>, or all"
        )
    for sentence in details.why_not:
        screen.print(sentence[0].upper() + sentence[1:])


def to_do(environment: Environment, people: People) -> list[str]:
    """Return what somebody has to do so that all can work, a sentence each."""
    persons = people.persons.values()
    sentences = [people.login_problem] if people.login_problem else []
    for state, words in _WAITING:
        waiting = [each.email for each in persons if each.is_worker and each.state == state]
        if waiting:
            places = {"environment": environment.name, "days": people.password_days}
            sentences.append(f"{', '.join(waiting)}: {words.format(**places)}")
    sentences += [
        f"{each.email}: no mail could be sent ({each.account.record.why}); see that the address is"
        " right and takes mails, then remind them"
        for each in persons
        if each.state == "mail refused" and each.account and each.account.record
    ]
    # The SDK starts slowly.
    from cli.aws.people_words import changed_lines, of_single_people
    from cli.aws.repairs import differences

    told = {old.email for old, _ in changed_lines(environment, people)}
    for email, said in differences(environment, people).items():
        if email in told:
            continue
        wrong = [each for each in said if each.startswith(("is in ", "is not in "))]
        if wrong:
            sentences.append(
                f"{email} {', '.join(wrong)}: ground-truth workers {environment.name} --fix"
            )
    sentences += [
        f"{each.email}: the account has the address {each.account.email} by now; write that into"
        f" environments/{environment.name}.yaml in place of the old one, and deploy"
        for each in persons
        if each.is_worker and each.account and each.account.email != each.email
    ]
    sentences += of_single_people(environment, people)
    silent = [each.email for each in persons if not all(each.subscriptions.values())]
    if silent:
        sentences.append(
            f"{', '.join(silent)}: get no mail before they follow the link in SNS's request"
        )
    return sentences


def _as_json(person: Person, people: People, details: Details) -> dict[str, Any]:
    from cli.aws.people_words import invitation_ends, invited_at

    record = person.account.record if person.account else None
    sent, ends = invited_at(person), invitation_ends(person, people.password_days)
    last, answers = details.last_sign_in(person), details.answers(person)
    return {
        "email": person.email,
        "sub": person.account.sub if person.account else None,
        "account": person.state,
        "invited_on": f"{sent:%Y-%m-%d}" if sent else None,
        "password_ends_at": ends.isoformat() if ends else None,
        "last_sign_in_at": last.isoformat() if last else None,
        "labeled": answers.number if answers else _none_labeled(person, details),
        "last_labeled_at": answers.last.isoformat() if answers else None,
        "mail_refused": record.why if record and record.why else None,
        "in_file": person.is_listed,
        "teams": person.teams,
        "mails_confirmed": person.subscriptions,
    }


def _none_labeled(person: Person, details: Details) -> int | None:
    return None if person.account is None or details.counted.why_not else 0


def _mails(person: Person) -> str:
    return ", ".join(
        f"{name}: {'yes' if confirmed else 'NO'}"
        for name, confirmed in sorted(person.subscriptions.items())
    )
