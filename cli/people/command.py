"""What `ground-truth workers ENV import FILE` prints and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from cli.errors import CommandError
from cli.verb import console, end

if TYPE_CHECKING:
    from rich.console import Console

    from cli.people.comparison import Comparison
    from cli.people.imports import Imported, Wanted
    from ground_truth.config import Environment
    from workforce.people_file import Person


def import_people(environment: Environment, wanted: Wanted | None, *, as_json: bool) -> NoReturn:
    """Bring people in and say what came of it."""
    if wanted is None:
        raise CommandError(
            f"say whom: ground-truth workers {environment.name} import people.csv, or - for what is"
            " pasted"
        )
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.people import Clients
    from cli.aws.session import unanswered
    from cli.people.imports import run_import, show_comparison

    def show(found: Comparison, mails: str) -> None:
        # Before the question, and not into what a program reads.
        show_comparison(found, mails, console(errors=as_json))

    try:
        made = run_import(environment, Clients.of(environment), wanted, show)
    except (BotoCoreError, ClientError) as error:
        raise unanswered(error) from None
    end(
        _as_json(environment, made),
        lambda screen: _show(environment, made, screen),
        as_json=as_json,
        status=1 if made.error else 0,
        error=made.error or None,
    )


def _show(environment: Environment, made: Imported, screen: Console) -> None:
    if made.lines:
        screen.print(f"Add these lines to environments/{environment.name}.yaml, and deploy:")
    for line in made.lines:
        screen.print(line)
    if made.is_written:
        screen.print(f"Written to {made.source}.")
    for sentence in filter(None, (made.outcome, made.error)):
        screen.print(sentence)


def _as_json(environment: Environment, made: Imported) -> dict[str, Any]:
    found = made.found
    return {
        "environment": environment.name,
        "new": [_person(each) for each in found.new],
        "changed": [_person(each) for each in found.changed],
        "known": [each.address for each in found.known],
        "gone": [each.address for each in found.gone],
        "in_file": list(found.in_file),
        "doubled": list(found.doubled),
        "faults": [
            {"line": each.line, "expected": each.expected, "got": each.got} for each in found.faults
        ],
        "mails": made.mails or None,
        "list": made.source,
        "written": made.is_written,
        "outcome": made.outcome or None,
        "lines": list(made.lines),
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "address": person.address,
        "teams": sorted(person.teams),
        "name": person.name or None,
        "until": person.until.isoformat() if person.until else None,
    }
