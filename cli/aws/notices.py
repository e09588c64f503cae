"""Who gets mails about work and the end of jobs, and who is asked to confirm them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from cli.errors import CommandError
from ground_truth.config import Environment
from workforce.last_days import has_ended
from workforce.subscribers import State, states_of

if TYPE_CHECKING:
    from cli.aws.people import Clients

#: How far somebody is with a topic's mails; `forgotten` is whose request nobody has answered in 48
#: hours, and who was not asked yet.
Notice: TypeAlias = State | Literal["forgotten"]

#: Before the team's name, in what a topic is called.
_WORK: Final = "Labeling work for "
#: What the topic of the jobs' ends is called.
_JOBS: Final = "Labeling jobs"


def notices(environment: Environment, clients: Clients) -> dict[str, dict[str, Notice]]:
    """Return by address and by topic's name how far everybody is who gets, or is to get, mails."""
    found: dict[str, dict[str, Notice]] = defaultdict(dict)
    for name, arn in _topics(environment, clients):
        to_be_told = _to_be_told(environment, name)
        for email, state in states_of(arn, clients.sns).items():
            if state != "ended" or email in to_be_told:
                found[email][name] = state
        for email in to_be_told:
            found[email].setdefault(name, "forgotten")
    return dict(found)


def topics(environment: Environment, clients: Clients) -> dict[str, str]:
    """Return what each topic is about, with its ARN."""
    return dict(_topics(environment, clients))


def dead_letters(environment: Environment, clients: Clients) -> str:
    """Return the ARN of the queue by which the environment's subscriptions are known.

    Raises CommandError if there is none.
    """
    kinds = {"AWS::SQS::Queue": "", "AWS::SNS::Topic": ""}
    for resource in _resources(environment, clients):
        if resource["ResourceType"] in kinds:
            kinds[resource["ResourceType"]] = resource["PhysicalResourceId"]
    queue, topic = kinds.values()
    if not queue or not topic:
        raise CommandError(
            f"expected topics and their queue in the stack {environment.name}-Workforce, got none;"
            f" deploy it with `ground-truth deploy {environment.name}`"
        )
    # Its id is its address.
    _, partition, _, region, account, _ = topic.split(":", 5)
    return f"arn:{partition}:sqs:{region}:{account}:{queue.rpartition('/')[2]}"


def _to_be_told(environment: Environment, topic: str) -> set[str]:
    """Return the addresses of the file that are to get a topic's mails today."""
    workforce, today = environment.workforce, datetime.now(UTC).date()
    if topic == _JOBS:
        return {email for team in workforce.teams.values() for email in team.notify}
    return {
        email
        for key, team in workforce.teams.items()
        if environment.team_name(key) == topic
        for email in team.addresses
        if not has_ended(workforce.last_days_of_notices(key).get(email), today)
    }


def _topics(environment: Environment, clients: Clients) -> Iterator[tuple[str, str]]:
    for resource in _resources(environment, clients):
        if resource["ResourceType"] == "AWS::SNS::Topic":
            arn = resource["PhysicalResourceId"]
            attributes = clients.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
            yield attributes["DisplayName"].removeprefix(_WORK), arn


def _resources(environment: Environment, clients: Clients) -> Iterator[Mapping[str, Any]]:
    pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(
        StackName=f"{environment.name}-Workforce"
    )
    for page in pages:
        yield from page["StackResourceSummaries"]
