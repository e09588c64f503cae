"""Finds what somebody has done to people by hand, and puts right what is the environment's own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cli.aws.people import Clients, People, PeopleError, stack_of
from cli.aws.reminders import OPEN
from ground_truth.config import Environment
from workforce import workers
from workforce.event import Event
from workforce.names import names_of

_KIND: Final = "Custom::Workers"


def differences(environment: Environment, people: People) -> dict[str, list[str]]:
    """Return by address how accounts and teams differ from the file, if they do."""
    if people.pool_id is None:
        return {}
    found = {
        email: [*_of_person(environment, people, email)]
        for email in sorted({*people.persons, *environment.workforce.workers})
    }
    return {email: said for email, said in found.items() if said}


def _of_person(environment: Environment, people: People, email: str) -> Iterator[str]:
    keys = environment.workforce.workers.get(email, ())
    wanted = {environment.team_name(key) for key in keys}
    person = people.persons.get(email)
    if person is None or person.account is None:
        if wanted:
            yield "has no account"
        return
    if wanted and (not person.account.is_enabled or person.state == "unconfirmed"):
        yield f"is {person.state}"
    for team in sorted(wanted - {*person.teams}):
        yield f"is not in {team}"
    for team in sorted({*person.teams} - wanted):
        yield f"is in {team}, which the file does not say"


def waiting(environment: Environment, people: People) -> list[str]:
    """Return who can't come yet though nobody has done anything by hand, without addresses."""
    found = {
        email: [f"has not come yet: {each.state}"]
        for email, each in people.persons.items()
        if each.is_worker and each.state in OPEN
    }
    return without_addresses(environment, found)


def without_addresses(environment: Environment, found: Mapping[str, list[str]]) -> list[str]:
    """Return differences where anybody may read them: by number in the file and initials."""
    names = names_of(environment.workforce.workers)
    return [
        f"worker {names[email]} {', '.join(said)}"
        if email in names
        else f"somebody whom the file does not name {', '.join(said)}"
        for email, said in found.items()
    ]


def fix(environment: Environment, clients: Clients) -> str:
    """Do what a deployment of the people that are deployed would do; return what came of it.

    Who has lost their account is invited again, who was put into a team by hand leaves it, mails
    that are due go out. What others have made, or disabled, stays as it is. Raises PeopleError if
    there is nothing to go by, or a deployment is under way.
    """
    stack = stack_of(environment, clients)
    if stack["StackStatus"].endswith("_IN_PROGRESS"):
        raise PeopleError(
            f"wait for the deployment of {stack['StackName']}, which is {stack['StackStatus']}"
        )
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    logical_id, resource = _resource(stack["StackName"], clients)
    pool = {"UserPoolId": outputs.get("UserPoolId")}
    event = Event(
        # As for a Create, nothing depends on what a deployment before has done.
        kind="Create",
        stack_id=stack["StackId"],
        logical_id=logical_id,
        physical_id=None,
        properties={**resource["Properties"], **pool},
        before={},
    )
    return workers.create(event, clients.of_function())["Summary"]


def _resource(stack: str, clients: Clients) -> tuple[str, Mapping[str, Any]]:
    body = clients.cloudformation.get_template(StackName=stack)["TemplateBody"]
    template = json.loads(body) if isinstance(body, str) else body
    found = [(name, each) for name, each in template["Resources"].items() if each["Type"] == _KIND]
    if not found:
        raise PeopleError(f"{stack} has no accounts; its people are those of an identity provider")
    return found[0]
