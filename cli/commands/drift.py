"""`ground-truth drift`: finds what somebody has changed by hand."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from cli.repository import read_environment
from cli.verb import AsJson, EnvironmentName, end, progress, verb

if TYPE_CHECKING:
    from rich.console import Console

    from cli.aws.drift import Drifted
    from cli.aws.environment_drift import EnvironmentDrift
    from cli.aws.people_drift import PeopleDrift
    from ground_truth.config import Environment

#: Characters of a value that are shown.
_LONGEST: Final = 300


@verb("ground-truth drift dev", "ground-truth drift dev --json")
def drift(environment: EnvironmentName, *, as_json: AsJson = False) -> None:
    """Fail if somebody has changed by hand what is deployed.

    CloudFormation compares each resource with its template, and the portal's addresses and the
    invitation are compared with what was written there. Accounts and teams are compared with the
    file, and people named by their number in it; who can't come yet, because a password has ended
    or a mail is due, is told and is no difference. A stack that can't be compared, such as one
    whose deployment has failed, is named. It needs credentials that may read everything.
    """
    read = read_environment(environment)
    # The SDK starts slowly.
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.environment_drift import environment_drift
    from cli.aws.people import Clients
    from cli.aws.people_drift import people_drift
    from cli.aws.session import client, unanswered

    try:
        with progress("drift") as say:
            found = environment_drift(
                read,
                client("cloudformation", read.region),
                client("cognito-idp", read.region),
                say=say,
            )
            say("people")
            differs = bool(found.drifted or found.not_compared)
            people = people_drift(read, Clients.of(read), differs=differs)
    except (BotoCoreError, ClientError) as error:
        raise unanswered(error) from None

    def show(screen: Console) -> None:
        _show(found, people, screen)
        for sentence in people.waiting:
            screen.print(f"{sentence}; ground-truth workers {read.name} remind all")

    end(
        {
            "environment": read.name,
            "drifted": [_as_json(each) for each in found.drifted],
            "not_checked": list(found.not_checked),
            "not_compared": [asdict(each) for each in found.not_compared],
            "people": list(people.differences),
            "people_not_compared": people.not_compared or None,
            "waiting": list(people.waiting),
        },
        show,
        as_json=as_json,
        status=1 if found.drifted or found.not_compared or people.differences else 0,
        error=_error(read, found, people),
    )


def _error(environment: Environment, found: EnvironmentDrift, people: PeopleDrift) -> str | None:
    said = []
    if found.drifted:
        number = len(found.drifted)
        said.append(f"{number} of the environment's resources differ from what was deployed")
    if found.not_compared:
        names = ", ".join(each.stack for each in found.not_compared)
        said.append(f"not compared: {names}")
    if people.differences:
        said.append(f"people differ; ground-truth workers {environment.name} says who")
    return "; ".join(said) or None


def _show(found: EnvironmentDrift, people: PeopleDrift, screen: Console) -> None:
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
    for sentence in people.differences:
        screen.print(sentence)
    if people.not_compared:
        screen.print(f"People could not be compared: {people.not_compared}")
    if not (found.drifted or found.not_compared or people.differences):
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
