"""`Custom::Subscriptions`: asks again who is no longer asked, and ends what nobody can end earlier.

CloudFormation subscribes people, once; here those are subscribed for whom a stack has no room, or
whom no template names. Of a request that nobody has answered in 48 hours, or a
subscription that its owner has ended, it knows nothing; one that is pending can't be taken back,
and may be confirmed after its address has left the file.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError, code_of, is_denied
from workforce.accounts import Accounts
from workforce.last_days import has_ended, last_days_of
from workforce.late import is_late
from workforce.rollback import is_rolling_back
from workforce.subscribers import Topic, is_of, request, states_of, subscriptions_of
from workforce.waiting import ask, is_passing

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event

_WHERE: Final = "ResourceProperties"
#: SNS's word for a subscription, or a topic, that is gone (botocore: NotFoundException).
_GONE: Final = "NotFound"


@dataclass(kw_only=True)
class _Done:
    """What a run has done."""

    first: int = 0
    asked: int = 0
    refused: int = 0
    ended: int = 0

    def text(self, topics: int) -> str:
        said = [f"{topics} topics"]
        said += [f"{self.first} asked to confirm"] if self.first else []
        said += [f"{self.asked} asked again to confirm"] if self.asked else []
        said += [f"{self.refused} could not be asked again"] if self.refused else []
        said += [f"{self.ended} subscriptions ended that no file names"] if self.ended else []
        return "; ".join(said)


def physical_id(event: Event) -> str:
    """Return an id that never changes."""
    return f"{event.stack_id.split('/')[1]}-subscriptions"


def create(event: Event, aws: Clients) -> dict[str, str]:
    """End what an address that was taken out has confirmed late; CloudFormation has just asked."""
    _refuse_late(event, aws)
    return _settle(event, aws, {})


def update(event: Event, aws: Clients) -> dict[str, str]:
    """Ask again who was named before, and is no longer asked; nobody whose request is pending.

    Who was not named before is asked by CloudFormation, and who is no longer named is taken out by
    it when nothing can be taken back any more.
    """
    before = {topic.arn: topic for topic in _tolerantly(event.before, None)}
    _refuse_late(event, aws)
    return _settle(event, aws, before)


def _refuse_late(event: Event, aws: Clients) -> None:
    """Raise CustomResourceError for an event that would end what a later one has asked for."""
    if is_late(event, aws):
        raise CustomResourceError(
            f"this {event.kind} came after CloudFormation had gone on, and is not obeyed; deploy "
            "again if it is wanted"
        )


def delete(event: Event, aws: Clients) -> None:
    """Do nothing: a topic ends with its subscriptions."""
    del event, aws


def put_right(event: Event, aws: Clients) -> str:
    """Ask again who is no longer asked, end what no file names; return what was done."""
    topics = _whole(event, aws)
    return _settle(event, aws, {topic.arn: topic for topic in topics})["Summary"]


def end_late(event: Event, aws: Clients, is_current: Callable[[], bool]) -> int:
    """End what was confirmed late, or belongs to somebody whose last day is over; return how many.

    `is_current` says whether the event still says what is deployed.
    """
    return _end(event, _whole(event, aws), aws, is_current)


def topics_of(properties: Mapping[str, Any], today: date | None) -> list[Topic]:
    """Return the topics with who shall get their mails on a day, or on any.

    Raises CustomResourceError for what is no list of topics.
    """
    topics = properties.get("Topics")
    if not isinstance(topics, list) or not all(isinstance(each, Mapping) for each in topics):
        raise CustomResourceError(f"expected a list of topics, got {topics!r} in {_WHERE}.Topics")
    where = f"{_WHERE}.Topics"
    found = []
    for each in topics:
        last_days = last_days_of(each.get("LastDays"), f"{where}.LastDays")
        told, more = (
            frozenset(
                email.lower()
                for email in read.texts(each, name, where)
                if today is None or not has_ended(last_days.get(email.lower()), today)
            )
            for name in ("Addresses", "More")
        )
        found.append(
            Topic(
                arn=read.text(each, "TopicArn", where),
                addresses=told | more,
                direct=more - told,
                group=read.optional_text(each, "Group", where) or "",
            )
        )
    return found


def _whole(event: Event, aws: Clients) -> list[Topic]:
    """Return the topics with the people of their groups, who may stand in no template.

    Those are in their groups for as long as they work: `Custom::Workers` has seen to it.
    """
    topics = topics_of(event.properties, aws.today().date())
    if not any(topic.group for topic in topics):
        return topics
    accounts = Accounts(pool=event.text("UserPoolId"), aws=aws)
    whole = []
    for topic in topics:
        people = accounts.members(topic.group) if topic.group else []
        emails = {
            (each.record.named if each.record else "") or each.email
            for each in people
            if each.is_enabled
        } - {""}
        direct = topic.direct | (emails - topic.addresses)
        whole.append(replace(topic, addresses=topic.addresses | emails, direct=direct))
    return whole


def _tolerantly(properties: Mapping[str, Any], today: date | None) -> list[Topic]:
    try:
        return topics_of(properties, today)
    except CustomResourceError:
        # Old properties may be of another version: those stop nothing.
        return []


def _settle(event: Event, aws: Clients, before: Mapping[str, Topic]) -> dict[str, str]:
    topics = _whole(event, aws)
    queue, done = event.text("DeadLetters"), _Done()
    if not is_rolling_back(event.stack_id, aws):
        for topic in topics:
            known = before.get(topic.arn, Topic(arn=topic.arn, addresses=frozenset()))
            _end_moved(event, topic, known, aws)
            _ask(topic, known, queue, done, aws)
    kept = [
        Topic(arn=each.arn, addresses=each.addresses | _addresses(before.get(each.arn)))
        for each in topics
    ]
    done.ended = _end(event, kept, aws, lambda: True)
    return {"Summary": done.text(len(topics))}


def _addresses(topic: Topic | None) -> frozenset[str]:
    return frozenset() if topic is None else topic.addresses


def _end_moved(event: Event, topic: Topic, before: Topic, aws: Clients) -> None:
    """End what CloudFormation would end at last, so that the same addresses can be asked again."""
    moved = topic.direct & (before.addresses - before.direct)
    if moved:
        others = (topic.addresses | before.addresses) - moved
        _end(event, [replace(topic, addresses=others)], aws, lambda: True)


def _ask(topic: Topic, before: Topic, queue: str, done: _Done, aws: Clients) -> None:
    """Ask whoever is not subscribed and not being asked; no refusal stops the rest.

    Of those whom CloudFormation subscribes, whom it has asked before.
    """
    addresses = topic.direct | (topic.addresses & before.addresses)
    if not addresses:
        return
    states = ask(lambda: states_of(topic.arn, aws.sns), aws)
    missing = [each for each in sorted(addresses) if states.get(each, "ended") == "ended"]
    asked = aws.together(lambda email: _is_asked(topic.arn, email, queue, aws), missing)
    for email, is_asked in zip(missing, asked, strict=True):
        if not is_asked:
            done.refused += 1
        elif email in topic.direct - before.addresses:
            done.first += 1
        else:
            done.asked += 1


def _is_asked(topic_arn: str, email: str, queue: str, aws: Clients) -> bool:
    """Ask an address, and say whether SNS takes it."""
    try:
        _request(topic_arn, email, queue, aws)
    except ClientError as error:
        if is_denied(error) or is_passing(error):
            raise
        aws.log.warning("somebody could not be asked to confirm: %s", code_of(error))
        return False
    return True


def _request(topic_arn: str, email: str, queue: str, aws: Clients) -> None:
    """Let SNS ask an address once: a request without an answer is looked for before another one."""
    attempts = itertools.count()

    def once() -> None:
        is_first = next(attempts) == 0
        if is_first or states_of(topic_arn, aws.sns).get(email, "ended") == "ended":
            request(topic_arn, email, queue, aws.notifier)

    ask(once, aws)


def _end(
    event: Event, topics: Iterable[Topic], aws: Clients, is_current: Callable[[], bool]
) -> int:
    queue, count = event.text("DeadLetters"), 0
    for topic in topics:
        for each in ask(lambda arn=topic.arn: subscriptions_of(arn, aws.sns), aws):  # type: ignore[misc]
            if each.state != "confirmed" or each.email in topic.addresses:
                continue
            try:
                if not ask(lambda one=each: is_of(queue, one, aws.sns), aws):  # type: ignore[misc]
                    continue
                if not is_current():
                    return count
                ask(lambda one=each: aws.sns.unsubscribe(SubscriptionArn=one.arn), aws)  # type: ignore[misc]
                count += 1
            except ClientError as error:
                if code_of(error) != _GONE:
                    raise
    return count
