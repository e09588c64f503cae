"""`ground-truth workers`: who is invited, has signed in, is in which team, has confirmed mails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.people.command import import_people
from cli.repository import find_job, read_environment
from cli.verb import AsJson, EnvironmentName, JobName, end, print_table, progress, verb

if TYPE_CHECKING:
    from rich.console import Console

    from cli.aws.people import People, Person
    from ground_truth.config import Environment


#: Stands for an address, of which it is none.
_ALL: Final = "all"
#: Stands for a job.
_IMPORT: Final = "import"
#: How far somebody is with the mails of a topic.
_MAILS: Final = {"confirmed": "yes", "pending": "asked", "ended": "ENDED", "forgotten": "NO"}
#: State of a worker → what somebody has to do.
_WAITING: Final = (
    (
        "not invited",
        "in the file, without an account: ground-truth deploy {environment}, or, if that changes"
        " nothing, ground-truth workers {environment} --fix",
    ),
    ("invited", "not signed in yet; a temporary password is good for {days} days"),
    ("mail due", "no invitation has gone yet, remind them"),
    (
        "mail unclear",
        "nobody knows whether the invitation has gone; for a day it counts as sent",
    ),
    ("password ended", "the temporary password has ended, remind them"),
    ("disabled by hand", "disabled by somebody, and left so; who may work is enabled in Cognito"),
)


@verb(
    "ground-truth workers dev",
    "ground-truth workers dev even-odd",
    "ground-truth workers dev --remind ana@example.com",
    "ground-truth workers dev --remind all",
    "ground-truth workers dev --fix",
    "ground-truth workers dev import people.csv",
    "ground-truth workers dev import - --team number-readers --yes",
)
def workers(
    environment: EnvironmentName,
    job: JobName = None,
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE", help="After the word `import`: people, or - for pasted ones."
        ),
    ] = None,
    *,
    remind: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Send again what somebody, or all, have not answered."
        ),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Put right what was done to people by hand.")
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
    """Say who is invited, has signed in, and has confirmed mails.

    With JOB, of the job's team only. It asks AWS with the credentials of the shell. `--remind all`
    sends every invitation that is due, was refused, or whose temporary password has ended. `--fix`
    does what a deployment does: who has lost an account is invited again, who was put into a team
    by hand leaves it. `import FILE` brings people into the list that `workers_from` names: of a
    table, a pasted list, YAML, or what a console gives.
    """
    read = read_environment(environment)
    if job == _IMPORT:
        from cli.people.imports import Wanted

        wanted = None
        if file is not None:
            teams = tuple(team_key or ())
            wanted = Wanted(
                file=Path(file), teams=teams, replaces=replace, leaving=leaving, yes=yes
            )
        import_people(read, wanted, as_json=as_json)
    if file is not None:
        raise typer.BadParameter(f"expected `import` before a file, got {job!r} before {file!r}")
    if team_key or replace or leaving or yes:
        raise typer.BadParameter(
            "expected `import FILE` beside --team, --replace, --leaving and --yes, got none"
        )
    team = find_job(read, job).team if job else None
    # The SDK starts slowly.
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.people import Clients, find
    from cli.aws.reminders import remind as send
    from cli.aws.reminders import remind_all
    from cli.aws.repairs import fix as put_right
    from cli.aws.session import unanswered
    from cli.people.store import with_list

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
    except (BotoCoreError, ClientError) as error:
        raise unanswered(error) from None
    if team is not None:
        people = people.of_team(read, team)

    def show(screen: Console) -> None:
        if fixed:
            screen.print(fixed)
        for each in sent:
            screen.print(f"Sent to {remind}: {each}")
        for email, words in said.items():
            screen.print(f"{email}: {', '.join(words)}")
        show_people(read, people, screen)

    end(
        {
            "environment": read.name,
            "portal_url": people.portal_url,
            "sent": sent,
            "reminded": said,
            "fixed": fixed,
            "to_do": to_do(read, people),
            "workers": [_as_json(each) for each in people.persons.values()],
        },
        show,
        as_json=as_json,
    )


def show_people(environment: Environment, people: People, screen: Console) -> None:
    """Print a table, and below it what somebody has to do."""
    rows = [
        (each.email, _state(each), ", ".join(each.teams), _mails(each))
        for each in people.persons.values()
    ]
    columns = ("address", "account", "teams", "mails confirmed")
    print_table(screen, columns, rows, title=environment.name)
    screen.print(f"Worker portal: {people.portal_url}")
    sentences = to_do(environment, people)
    for sentence in sentences:
        screen.print(sentence)
    if sentences:
        screen.print(
            f"To remind someone: ground-truth workers {environment.name} --remind <address>, or all"
        )


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
    from cli.aws.repairs import differences

    for email, said in differences(environment, people).items():
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
    asked = [each.email for each in persons if "pending" in each.subscriptions.values()]
    if asked:
        sentences.append(
            f"{', '.join(asked)}: get no mail before they follow the link in SNS's request"
        )
    silent = [each.email for each in persons if each.is_listed and each.is_silent]
    if silent:
        sentences.append(
            f"{', '.join(silent)}: get no mail, and are not asked any more: they have not followed"
            " the link within 48 hours, or have ended their subscription; ground-truth workers"
            f" {environment.name} --remind all asks again"
        )
    unnamed = [
        each.email
        for each in persons
        if not each.is_listed and "confirmed" in each.subscriptions.values()
    ]
    if unnamed:
        sentences.append(
            f"{', '.join(unnamed)}: get mails, which the file does not say; what was confirmed"
            " after its address had left the file ends within an hour, and what somebody has made"
            " by hand stays"
        )
    return sentences


def _as_json(person: Person) -> dict[str, Any]:
    record = person.account.record if person.account else None
    return {
        "email": person.email,
        "account": person.state,
        "invited_on": f"{record.at:%Y-%m-%d}" if record and record.was_mailed else None,
        "mail_refused": record.why if record and record.why else None,
        "in_file": person.is_listed,
        "teams": person.teams,
        "until": f"{person.until}" if person.until else None,
        "mails_confirmed": {
            name: state == "confirmed" for name, state in person.subscriptions.items()
        },
        "mails": person.subscriptions,
    }


def _state(person: Person) -> str:
    if not person.is_listed:
        return f"{person.state}, not in the file"
    return f"{person.state}, until {person.until}" if person.until else person.state


def _mails(person: Person) -> str:
    return ", ".join(
        f"{name}: {_MAILS[state]}" for name, state in sorted(person.subscriptions.items())
    )
