"""`make workers ENV=dev`: who is invited, has signed in, is in which team, has confirmed mails."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from cli.aws.people import Clients, People, PeopleError, Person, find, remind
from ground_truth.config import Environment, EnvironmentFileError, load

_ENVIRONMENTS: Final = Path(__file__).parents[2] / "environments"


def main() -> None:
    """Print a table; with an address to remind, send again what it has not answered."""
    parser = argparse.ArgumentParser(prog="python -m cli.commands.workers", description=__doc__)
    parser.add_argument("environment", help="a file's name in environments/, such as dev")
    parser.add_argument("--remind", metavar="ADDRESS", help="send unanswered mails again")
    arguments = parser.parse_args()
    console = Console()
    try:
        environment = load(_ENVIRONMENTS / f"{arguments.environment}.yaml")
        with console.status("asking AWS"):
            clients = Clients.of(environment)
            sent = (
                remind(environment, clients, arguments.remind.lower()) if arguments.remind else []
            )
            people = find(environment, clients)
    except (EnvironmentFileError, PeopleError) as error:
        sys.exit(f"workers: {error}")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"workers: AWS did not answer as expected: {error}")
    for each in sent:
        console.print(f"Sent to {arguments.remind}: {each}", highlight=False)
    show(environment, people, console)


def show(environment: Environment, people: People, console: Console) -> None:
    """Print the table, and below it what somebody has to do."""
    table = Table("address", "account", "teams", "mails confirmed", title=f"{environment.name}")
    for person in people.persons.values():
        table.add_row(person.email, _state(person), ", ".join(person.teams), _mails(person))
    console.print(table)
    console.print(f"Worker portal: {people.portal_url}", highlight=False, soft_wrap=True)
    for sentence in to_do(environment, people):
        console.print(sentence, highlight=False, soft_wrap=True)


def to_do(environment: Environment, people: People) -> list[str]:
    """Return what somebody has to do so that all can work, a sentence each."""
    persons = people.persons.values()
    sentences = [people.login_problem] if people.login_problem else []
    for state, words in (
        ("not invited", "in the file, not invited yet: deploy"),
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
        sentences.append(f"To remind someone: make workers ENV={environment.name} REMIND=<address>")
    return sentences


def _state(person: Person) -> str:
    return person.state if person.is_listed else f"{person.state}, not in the file"


def _mails(person: Person) -> str:
    return ", ".join(
        f"{name}: {'yes' if confirmed else 'NO'}"
        for name, confirmed in sorted(person.subscriptions.items())
    )


if __name__ == "__main__":
    main()
