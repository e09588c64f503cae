"""`ground-truth drift`: finds what somebody has changed by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from cli.errors import CommandError
from cli.repository import read_environment
from cli.verb import AsJson, EnvironmentName, end, progress, verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from cli.aws.drift import Drifted
    from ground_truth.config import Environment

#: Characters of a value that are shown.
_LONGEST: Final = 300


@verb("ground-truth drift dev", "ground-truth drift dev --json")
def drift(environment: EnvironmentName, *, as_json: AsJson = False) -> None:
    """Fail if somebody has changed by hand what is deployed.

    CloudFormation compares each resource with its template, and the portal's addresses and the
    invitation are compared with what was written there. Where nothing differs, accounts and teams
    are compared with the file, and people named by their number in it. It needs credentials that
    may read everything.
    """
    read = read_environment(environment)
    # The SDK starts slowly.
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.session import unanswered

    try:
        with progress("drift") as say:
            drifted, not_checked = _find(read, say)
            people = [] if drifted else _people(read)
    except (BotoCoreError, ClientError) as error:
        raise unanswered(error) from None

    def show(screen: Console) -> None:
        _show(drifted, people, not_checked, screen)

    end(
        {
            "environment": read.name,
            "drifted": [_as_json(each) for each in drifted],
            "not_checked": not_checked,
            "people": people,
        },
        show,
        as_json=as_json,
        status=1 if drifted or people else 0,
        error=_error(read, drifted, people),
    )


def _error(
    environment: Environment, drifted: Sequence[Drifted], people: Sequence[str]
) -> str | None:
    if drifted:
        return f"{len(drifted)} of the environment's resources differ from what was deployed"
    return f"people differ; ground-truth workers {environment.name} says who" if people else None


def _people(environment: Environment) -> list[str]:
    """Return how people differ from the file; by number and initials, since logs are public."""
    from cli.aws.people import Clients, find
    from cli.aws.repairs import differences, without_addresses
    from cli.people.store import with_list

    clients = Clients.of(environment)
    whole = with_list(environment, clients)
    return without_addresses(whole, differences(whole, find(whole, clients)))


def _find(environment: Environment, say: Callable[[str], None]) -> tuple[list[Drifted], list[str]]:
    """Return what differs, and the types that CloudFormation can't compare."""
    from cli.aws.drift import Drifted, detect, existing, read, stack_names
    from cli.aws.own_changes import without_own
    from cli.aws.session import client

    region = environment.region
    cloudformation, cognito = client("cloudformation", region), client("cognito-idp", region)
    names = stack_names(environment.name)
    there = existing(cloudformation)
    if not there.intersection(names):
        raise CommandError(
            f"expected the stack {names[0]} in {environment.region}, got none; deploy it with"
            f" `ground-truth deploy {environment.name}`"
        )
    drifted, not_checked = [], set[str]()
    for name in names:
        if name not in there:
            stack = "AWS::CloudFormation::Stack"
            drifted.append(
                Drifted(stack=name, resource=name, kind=stack, physical_id=name, status="DELETED")
            )
            continue
        say(name)
        found = detect(name, cloudformation)
        stack_now = read(name, cloudformation)
        drifted += without_own(found, stack_now, cognito)
        not_checked |= stack_now.not_checked
    return drifted, sorted(not_checked)


def _show(
    drifted: Sequence[Drifted], people: Sequence[str], not_checked: Sequence[str], screen: Console
) -> None:
    for each in drifted:
        was = "was deleted" if each.status == "DELETED" else "was changed"
        screen.print(f"{each.stack}: {each.kind} {each.resource} ({each.physical_id}) {was}")
        for difference in each.differences:
            expected, actual = _words(difference.expected), _words(difference.actual)
            screen.print(f"  {difference.path}: expected {expected}, got {actual}")
    if drifted:
        screen.print(
            "Put it back by hand, or write it into the file and deploy: a deployment alone changes"
            " only what the file has changed."
        )
    elif people:
        for sentence in people:
            screen.print(sentence)
    else:
        screen.print("Nothing differs from what was deployed.")
    if not_checked:
        screen.print(f"CloudFormation can't compare: {', '.join(not_checked)}")


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
