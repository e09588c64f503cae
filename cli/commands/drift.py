"""`ground-truth drift`: finds what somebody has changed by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from cli.repository import read_environment
from cli.verb import AsJson, EnvironmentName, end, progress, verb

if TYPE_CHECKING:
    from rich.console import Console

    from cli.aws.drift import Drifted
    from cli.aws.environment_drift import EnvironmentDrift
    from ground_truth.config import Environment

#: Characters of a value that are shown.
_LONGEST: Final = 300


@verb("ground-truth drift dev", "ground-truth drift dev --json")
def drift(environment: EnvironmentName, *, as_json: AsJson = False) -> None:
    """Fail if somebody has changed by hand what is deployed.

    CloudFormation compares each resource with its template, and the portal's addresses and the
    invitation are compared with what was written there. Where nothing differs, accounts and teams
    are compared with the file, and people named by their number in it; who can't come yet, because
    a password has ended or a mail is due, is told and is no difference. A stack that can't be
    compared, such as one whose deployment has failed, is named. It needs credentials that may read
    everything.
    """
    read = read_environment(environment)
    # The SDK starts slowly.
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.environment_drift import environment_drift
    from cli.aws.session import client, unanswered

    try:
        with progress("drift") as say:
            found = environment_drift(
                read,
                client("cloudformation", read.region),
                client("cognito-idp", read.region),
                say=say,
            )
            differs = found.drifted or found.not_compared
            people, waiting = ([], []) if differs else _people(read)
    except (BotoCoreError, ClientError) as error:
        raise unanswered(error) from None

    def show(screen: Console) -> None:
        _show(found, people, screen)
        for sentence in waiting:
            screen.print(f"{sentence}; ground-truth workers {read.name} remind all")

    end(
        {
            "environment": read.name,
            "drifted": [_as_json(each) for each in found.drifted],
            "not_checked": list(found.not_checked),
            "not_compared": [asdict(each) for each in found.not_compared],
            "people": people,
            "waiting": waiting,
        },
        show,
        as_json=as_json,
        status=1 if found.drifted or found.not_compared or people else 0,
        error=_error(read, found, people),
    )


def _error(environment: Environment, found: EnvironmentDrift, people: Sequence[str]) -> str | None:
    said = []
    if found.drifted:
        number = len(found.drifted)
        said.append(f"{number} of the environment's resources differ from what was deployed")
    if found.not_compared:
        names = ", ".join(each.stack for each in found.not_compared)
        said.append(f"not compared: {names}")
    if people:
        said.append(f"people differ; ground-truth workers {environment.name} says who")
    return "; ".join(said) or None


def _people(environment: Environment) -> tuple[list[str], list[str]]:
    """Return how people differ from the file, and who has still to come, which is no difference.

    By number and initials, since logs are public.
    """
    from cli.aws.people import Clients, find
    from cli.aws.repairs import differences, waiting, without_addresses
    from cli.people.store import with_list
    from workforce.oidc_secret import words_for

    clients = Clients.of(environment)
    whole = with_list(environment, clients)
    people = find(whole, clients)
    of_secret = [words_for(people.oidc_version)] if people.oidc_version == "not sent" else []
    found = without_addresses(whole, differences(whole, people))
    return of_secret + found, waiting(whole, people)


def _show(found: EnvironmentDrift, people: Sequence[str], screen: Console) -> None:
    for each in found.drifted:
        was = "was deleted" if each.status == "DELETED" else "was changed"
        screen.print(f"{each.stack}: {each.kind} {each.resource} ({each.physical_id}) {was}")
        for difference in each.differences:
            expected, actual = _words(difference.expected), _words(difference.actual)
            screen.print(f"  {difference.path}: expected {expected}, got {actual}")
    if found.drifted:
        screen.print(
            "Put it back by hand, or write it into the file and deploy: a deployment alone changes"
            " only what the file has changed."
        )
    for stack in found.not_compared:
        screen.print(f"{stack.stack}: not compared, it is {stack.status}; {stack.to_do}")
    for sentence in people:
        screen.print(sentence)
    if not (found.drifted or found.not_compared or people):
        screen.print("Nothing differs from what was deployed.")
    if found.not_checked:
        screen.print(f"CloudFormation can't compare: {', '.join(found.not_checked)}")


def _words(value: Any) -> str:
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _as_json(drifted: Drifted) -> dict[str, Any]:
    return {
        "stack": drifted.stack,
        "resource": drifted.resource,
        "type": drifted.kind,
        "id": drifted.physical_id,
        "status": drifted.status,
        "differences": [asdict(each) for each in drifted.differences],
    }
