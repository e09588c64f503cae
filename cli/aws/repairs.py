"""Finds what somebody has done to people by hand, and puts right what is the environment's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cli.aws.people import Clients, People, PeopleError, stack_of
from cli.aws.person import Person
from cli.aws.reminders import OPEN
from ground_truth.config import Environment
from workforce import subscriptions, workers
from workforce.deployed import deployed
from workforce.names import names_of
from workforce.people_source import ListError


def differences(environment: Environment, people: People) -> dict[str, list[str]]:
    """Return by address how accounts, teams and notices differ from the file, if they do."""
    found = {
        email: [*_of_person(environment, people, email)]
        for email in sorted({*people.persons, *environment.workforce.workers})
    }
    return {email: said for email, said in found.items() if said}


def _of_person(environment: Environment, people: People, email: str) -> Iterator[str]:
    person = people.persons.get(email)
    if people.pool_id is not None:
        yield from _of_account(environment, person, email)
    if person is not None and person.is_listed:
        for topic, state in sorted(person.subscriptions.items()):
            if state in ("ended", "forgotten"):
                yield f"is not told of {topic} by mail"


def _of_account(environment: Environment, person: Person | None, email: str) -> Iterator[str]:
    has_ended = person is not None and person.has_ended
    keys = () if has_ended else environment.workforce.workers.get(email, ())
    wanted = {environment.team_name(key) for key in keys}
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
        if each.is_worker and each.state in OPEN and not each.has_ended
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


def fix(environment: Environment, clients: Clients, *, may_leave: int = 0) -> str:
    """Do what a deployment of the people that are deployed would do; return what came of it.

    Who has lost their account is invited again, who was put into a team by hand leaves it, mails
    that are due go out. What others have made, or disabled, stays as it is. So many as `may_leave`
    may leave though that is most. Raises PeopleError if there is nothing to go by, or a deployment
    is under way.
    """
    stack, aws = stack_of(environment, clients), clients.of_function()
    found = deployed(stack["StackId"], aws)
    if found is None:
        raise PeopleError(
            f"wait for the deployment of {stack['StackName']}, which is {stack['StackStatus']}; if"
            " it has failed, deploy again"
        )
    agreed = {"MayLeave": f"{may_leave}"}
    try:
        said = [
            workers.create(replace(each, properties={**each.properties, **agreed}), aws)["Summary"]
            for each in found.events("Custom::Workers")
        ]
    except ListError as error:
        raise PeopleError(str(error)) from None
    said += [subscriptions.put_right(each, aws) for each in found.events("Custom::Subscriptions")]
    if not said:
        raise PeopleError(
            f"{stack['StackName']} has no accounts; its people are those of an identity provider"
        )
    return "; ".join(said)
