"""`ground-truth workers`: who is invited, has signed in, is in which team, has confirmed mails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.people.command import import_people
from cli.repository import find_job, read_environment
from cli.verb import AsJson, EnvironmentName, end, jobs, print_table, progress, verb

if TYPE_CHECKING:
    from rich.console import Console

    from cli.aws.people import People
    from cli.aws.people_words import Details
    from cli.aws.person import Person
    from ground_truth.config import Environment


#: Stands for an address, of which it is none.
_ALL: Final = "all"
#: Stand for a job, unless there is one of that name and nothing behind it.
_REMIND: Final = "remind"
_IMPORT: Final = "import"
#: How far somebody is with the mails of a topic.
_MAILS: Final = {"confirmed": "yes", "pending": "asked", "ended": "ENDED", "forgotten": "NO"}


def _words(context: typer.Context, incomplete: str) -> list[str]:
    more = [word for word in (_IMPORT, _REMIND) if word.startswith(incomplete)]
    return [*jobs(context, incomplete), *more]


What = Annotated[
    str | None,
    typer.Argument(
        metavar="JOB|ADDRESS|WORD",
        help="A job's name in that file, one person, or `remind` or `import`.",
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
    "ground-truth workers dev import people.csv",
    "ground-truth workers dev import - --team number-readers --yes",
)
def workers(
    environment: EnvironmentName,
    what: What = None,
    whom: Annotated[
        str | None,
        typer.Argument(
            metavar="ADDRESS|all|FILE",
            help="After `remind`: whom. After `import`: people, or - for pasted ones.",
        ),
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
    team_key: Annotated[
        list[str] | None,
        typer.Option("--team", metavar="TEAM", help="Of an import: where FILE says no team."),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Of an import: who is not in FILE leaves."),
    ] = False,
    leaving: Annotated[
        int,
        typer.Option(metavar="NUMBER", help="Of an import: so many may leave, though it is most."),
    ] = 0,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Of an import: do not ask before it writes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say who is invited, has come, labels, and has confirmed mails.

    With JOB, of the job's team and labels only; with ADDRESS, of one person. It asks AWS with the
    credentials of the shell. `remind all` sends every invitation that is due, was refused, or whose
    temporary password has ended. `--fix` does what a deployment does: who has lost an account is
    invited again, who was put into a team by hand leaves it. `import FILE` brings people into the
    list that `workers_from` names: of a table, a pasted list, YAML, or what a console gives.
    """
    read = read_environment(environment)
    if _is_word(read, _IMPORT, what, whom):
        from cli.people.imports import Wanted

        wanted, teams = None, tuple(team_key or ())
        if whom is not None:
            wanted = Wanted(
                file=Path(whom), teams=teams, replaces=replace, leaving=leaving, yes=yes
            )
        import_people(read, wanted, as_json=as_json)
    if team_key or replace or leaving or yes:
        raise typer.BadParameter(
            "expected `import FILE` beside --team, --replace, --leaving and --yes, got none"
        )
    job, who, remind = _asked(read, what, whom, remind)
    team = find_job(read, job).team if job else None
    # The SDK starts slowly.
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.answers import MOST, count
    from cli.aws.people import Clients, find
    from cli.aws.people_to_do import to_do
    from cli.aws.people_words import Details
    from cli.aws.reminders import remind as send
    from cli.aws.reminders import remind_all
    from cli.aws.repairs import fix as put_right
    from cli.aws.session import unanswered
    from cli.aws.sign_ins import last_sign_ins
    from cli.people.store import with_list

    details, most = Details(), None if labels else MOST
    try:
        with progress("workers") as say:
            say("asking AWS")
            clients = Clients.of(read)
            read = with_list(read, clients)
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
    environment: Environment, what: str | None, whom: str | None, remind: str | None
) -> tuple[str | None, str | None, str | None]:
    """Return the job, the person to show, and whom to remind, of which most are None."""
    if _is_word(environment, _REMIND, what, whom):
        if whom is None:
            raise typer.BadParameter("expected `remind all` or `remind ADDRESS`, got no address")
        return None, None, whom
    if whom is not None:
        raise typer.BadParameter(
            f"expected `{_REMIND}` before an address, or `{_IMPORT}` before a file, got {what!r}"
        )
    if what is not None and "@" in what:
        return None, what.lower(), remind
    return what, None, remind


def _is_word(environment: Environment, word: str, what: str | None, whom: str | None) -> bool:
    return what == word and (whom is not None or what not in environment.jobs)


def show_people(
    environment: Environment, people: People, screen: Console, details: Details | None = None
) -> None:
    """Print a table, and below it what somebody has to do, and what is not known."""
    # The SDK starts slowly.
    from cli.aws.people_to_do import to_do
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
        "until": f"{person.until}" if person.until else None,
        "mails_confirmed": {
            name: state == "confirmed" for name, state in person.subscriptions.items()
        },
        "mails": person.subscriptions,
    }


def _none_labeled(person: Person, details: Details) -> int | None:
    return None if person.account is None or details.counted.why_not else 0


def _mails(person: Person) -> str:
    return ", ".join(
        f"{name}: {_MAILS[state]}" for name, state in sorted(person.subscriptions.items())
    )
