"""Who gets the mails of a topic, and who was asked to.

A subscription says itself whose it is: those that the templates and this package make send what
can't be delivered to the environment's own queue, and those that somebody has made by hand don't.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient

#: `pending`: asked, and neither confirmed nor forgotten, which SNS does after 48 hours. `ended`: by
#: the subscriber; SNS shows that for some days
#: (https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html).
State: TypeAlias = Literal["confirmed", "pending", "ended"]

#: What SNS gives as the ARN of a subscription that was ended.
_ENDED: Final = "Deleted"
_EMAIL: Final = "email"
#: The best of several subscriptions of one address counts.
_ORDER: Final = ("confirmed", "pending", "ended")


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What a topic knows of an address."""

    #: In lower case.
    email: str
    state: State
    #: Empty unless it is confirmed: a pending one can't be named, so that nobody can end it.
    arn: str


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic, and the addresses that shall get its mails."""

    arn: str
    addresses: frozenset[str]
    #: Those of them whom CloudFormation does not subscribe.
    direct: frozenset[str] = frozenset()
    #: The group of the pool whose people get them too, whom no template names; empty for none.
    group: str = ""


def subscriptions_of(topic_arn: str, sns: SNSClient) -> list[Subscription]:
    """Return the subscriptions of a topic by mail."""
    return [*_listed(topic_arn, sns)]


def states_of(topic_arn: str, sns: SNSClient) -> dict[str, State]:
    """Return how far each address of a topic is; those that are forgotten are missing."""
    found: dict[str, State] = {}
    for each in sorted(_listed(topic_arn, sns), key=lambda one: -_ORDER.index(one.state)):
        found[each.email] = each.state
    return found


def is_of(queue_arn: str, subscription: Subscription, sns: SNSClient) -> bool:
    """Say whether a confirmed subscription is of the environment with this queue."""
    attributes = sns.get_subscription_attributes(SubscriptionArn=subscription.arn)["Attributes"]
    try:
        policy = json.loads(attributes.get("RedrivePolicy", "{}"))
    except ValueError:
        return False
    return isinstance(policy, dict) and policy.get("deadLetterTargetArn") == queue_arn


def request(topic_arn: str, email: str, queue_arn: str, sns: SNSClient) -> None:
    """Let SNS ask an address that it does not know, or no longer, to confirm."""
    sns.subscribe(
        TopicArn=topic_arn,
        Protocol=_EMAIL,
        Endpoint=email,
        Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn})},
    )


def _listed(topic_arn: str, sns: SNSClient) -> Iterator[Subscription]:
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    for page in pages:
        for each in page["Subscriptions"]:
            if each["Protocol"] == _EMAIL:
                yield _subscription(each)


def _subscription(listed: Mapping[str, Any]) -> Subscription:
    arn, email = listed["SubscriptionArn"], listed["Endpoint"].lower()
    if arn.startswith("arn:"):
        return Subscription(email=email, state="confirmed", arn=arn)
    return Subscription(email=email, state="ended" if arn == _ENDED else "pending", arn="")
