"""`ground-truth workers`: who is invited, has signed in, is in which team, has confirmed mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import CommandError
from cli.repository import find_job, read_environment
from cli.verb import AsJson, EnvironmentName, JobName, end, print_table, progress, verb

if TYPE_CHECKING:
    from rich.console import Console

    from cli.aws.people import People, Person
    from ground_truth.config import Environment


@verb(
    "ground-truth workers dev",
    "ground-truth workers dev even-odd",
    "ground-truth workers dev --remind ana@example.com",
)
def workers(
    environment: EnvironmentName,
    job: JobName = None,
    *,
    remind: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Send again what somebody has not answered."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say who is invited, has signed in, and has confirmed mails.

    With JOB, of the job's team only. It asks AWS with the credentials of the shell.
    """
    read = read_environment(environment)
    team = find_job(read, job).team if job else None
    # The SDK starts slowly.
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.people import Clients, find
    from cli.aws.people import remind as send

    try:
        with progress("workers") as say:
            say("asking AWS")
            clients = Clients.of(read)
            sent = send(read, clients, remind.lower()) if remind else []
            people = find(read, clients)
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWS did not answer as expected: {error}") from None
    if team is not None:
        people = people.of_team(read, team)

    def show(screen: Console) -> None:
        for each in sent:
            screen.print(f"Sent to {remind}: {each}")
        show_people(read, people, screen)

    end(
        {
            "environment": read.name,
            "portal_url": people.portal_url,
            "sent": sent,
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
    for sentence in to_do(environment, people):
        screen.print(sentence)


def to_do(environment: Environment, people: People) -> list[str]:
    """Return what somebody has to do so that all can work, a sentence each."""
    persons = people.persons.values()
    sentences = [people.login_problem] if people.login_problem else []
    for state, words in (
        ("not invited", f"in the file, not invited yet: ground-truth deploy {environment.name}"),
        ("invited", "never signed in: the temporary password may have ended, remind them"),
    ):
        waiting = [each.email for each in persons if each.is_worker and each.state == state]
        if waiting:
            sentences.append(f"{', '.join(waiting)}: {words}")
    silent = [each.email for each in persons if not all(each.subscriptions.values())]
    if silent:
        sentences.append(
            f"{', '.join(silent)}: get no mail before they follow the link in SNS's request"
        )
    if sentences:
        sentences.append(
            f"To remind someone: ground-truth workers {environment.name} --remind <address>"
        )
    return sentences


def _as_json(person: Person) -> dict[str, Any]:
    return {
        "email": person.email,
        "account": person.state,
        "in_file": person.is_listed,
        "teams": person.teams,
        "mails_confirmed": person.subscriptions,
    }


def _state(person: Person) -> str:
    return person.state if person.is_listed else f"{person.state}, not in the file"


def _mails(person: Person) -> str:
    return ", ".join(
        f"{name}: {'yes' if confirmed else 'NO'}"
        for name, confirmed in sorted(person.subscriptions.items())
    )
