"""Lets people know of their teams' work whom CloudFormation does not subscribe.

Those are the people of a list outside of the template, and those for whom a stack has no room. SNS
asks each of them to confirm, once: who is asked already, or has confirmed, is not asked again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from custom_resource.errors import code_of
from workforce.membership import old_teams_of, teams_of
from workforce.scope import old_members_of
from workforce.waiting import ask, is_passing

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event
    from workforce.summary import Summary

#: Of subscriptions that can be ended; others are `PendingConfirmation` or `Deleted`.
_ARN: Final = "arn:"
#: SNS's words for a topic, or a subscription, that is gone (botocore: NotFoundException).
_GONE: Final = frozenset({"NotFound", "NotFoundException"})
#: Seconds kept for one person.
_ONE_PERSON: Final = 15.0


@dataclass(frozen=True, kw_only=True)
class _Topic:
    arn: str
    #: Addresses that are subscribed here.
    wanted: frozenset[str]
    #: All addresses of the team, whoever subscribes them.
    staying: frozenset[str]
    #: Those of `wanted` whose subscriptions CloudFormation ends when everything else is done.
    moved: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Subscribers:
    """The subscriptions of an event that are not CloudFormation's."""

    topics: tuple[_Topic, ...]
    #: Where SNS puts what can't be delivered, as for CloudFormation's: SNS refuses one address with
    #: two sets of attributes.
    dead_letters: str
    #: Addresses that were subscribed here, as far as properties tell.
    before: frozenset[str]
    aws: Clients

    def leave(self, known: Collection[str]) -> None:
        """End what those have who are in a team no more; `known` are addresses of workers.

        Whoever else has subscribed is nobody of ours. A subscription that CloudFormation would end
        at last is ended now, so that the person can be asked again.
        """
        ours = self.before.union(known)
        for topic in self.topics:
            for address, arn in self._found(topic):
                is_out = address in ours and address not in topic.staying
                if (is_out or address in topic.moved) and arn.startswith(_ARN):
                    self._end(arn)

    def join(self, summary: Summary) -> None:
        """Ask everybody to confirm who was not asked; a refusal decides over nobody else."""
        asked, clock = 0, self.aws.clock
        for topic in self.topics:
            there = {address for address, _ in self._found(topic)} if topic.wanted else set()
            for address in sorted(topic.wanted - there):
                if clock.now() + _ONE_PERSON > clock.deadline:
                    summary.notes.append("the time was too short to subscribe everybody")
                    return
                try:
                    self._ask(topic.arn, address)
                    asked += 1
                except ClientError as error:
                    if is_passing(error):
                        summary.notes.append("SNS was too busy to subscribe everybody")
                        return
                    self.aws.log.warning("not subscribed: %s", code_of(error))
                    summary.not_subscribed(address, code_of(error))
        if asked:
            summary.notes.append(f"{asked} requests to confirm mails about work")

    def _found(self, topic: _Topic) -> Iterator[tuple[str, str]]:
        """Yield address and ARN, or what stands for one, of the subscriptions by mail."""
        request: dict[str, Any] = {"TopicArn": topic.arn}
        sns = self.aws.sns
        while True:
            try:
                page = ask(lambda: sns.list_subscriptions_by_topic(**request), self.aws)
            except ClientError as error:
                if code_of(error) not in _GONE:
                    raise
                return
            for each in page.get("Subscriptions", ()):
                if each.get("Protocol") == "email":
                    yield each.get("Endpoint", "").lower(), each.get("SubscriptionArn", "")
            if not page.get("NextToken"):
                return
            request["NextToken"] = page["NextToken"]

    def _ask(self, topic: str, address: str) -> None:
        more: dict[str, Any] = {}
        if self.dead_letters:
            redrive = json.dumps({"deadLetterTargetArn": self.dead_letters})
            more["Attributes"] = {"RedrivePolicy": redrive}
        ask(
            lambda: self.aws.sns.subscribe(
                TopicArn=topic, Protocol="email", Endpoint=address, **more
            ),
            self.aws,
        )

    def _end(self, arn: str) -> None:
        self.aws.log.info("%s ends", arn)
        try:
            ask(lambda: self.aws.sns.unsubscribe(SubscriptionArn=arn), self.aws)
        except ClientError as error:
            if code_of(error) not in _GONE:
                raise


def subscribers_of(event: Event, members: Mapping[str, set[str]], aws: Clients) -> Subscribers:
    """Return what the properties of an event say, for everybody who is in a team."""
    now, old = teams_of(event.properties), old_teams_of(event.before)
    topics = []
    for name, team in {**old, **now}.items():
        named = {address for address, teams in members.items() if name in teams}
        more = team.more if name in now else frozenset()
        wanted = (named | more) - team.subscribed if name in now else frozenset()
        topics.append(
            _Topic(
                arn=team.topic,
                wanted=frozenset(wanted),
                staying=team.subscribed | named | more,
                moved=frozenset(wanted) & _by_template(name, event),
            )
        )
    return Subscribers(
        topics=tuple(topics),
        dead_letters=str(event.properties.get("DeadLetters", "")),
        before=frozenset().union(*(team.more for team in old.values())),
        aws=aws,
    )


def _by_template(name: str, event: Event) -> set[str]:
    """Return whom the template before has subscribed to the topic of a team."""
    old = old_teams_of(event.before)
    if old:
        return set(old[name].subscribed) if name in old else set()
    return {address for address, teams in old_members_of(event.before).items() if name in teams}
