"""Subscriptions by mail of local AWS end as SNS's do, and are no easier to take back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.services.internals import module
from local.services.subscriptions import Subscriptions

_ANA = "ana@example.com"
_HOUR = 3600.0
_PATCHED = (
    "_confirm_subscription",
    "_get_subscription_attributes",
    "_list_subscriptions",
    "_list_subscriptions_by_topic",
    "_subscribe",
    "_unsubscribe",
)


@dataclass
class _Sns:
    """MiniStack's SNS with one topic, its mails and a clock."""

    sns: Any
    now: float = 1_000_000.0
    tokens: list[str] = field(default_factory=list)
    topic: str = ""

    def send(self, *, to: str, sender: str, subject: str, body: str) -> None:
        del to, sender, subject
        found = re.search(r"Token=(\w+)", body)
        self.tokens += [found[1]] if found else []

    def call(self, operation: str, **params: str) -> tuple[int, str]:
        """Call an operation; return status and body."""
        status, _, body = getattr(self.sns, operation)({"TopicArn": self.topic, **params})
        return status, body.decode()

    def subscribe(self, queue: str = "") -> tuple[int, str]:
        more = {}
        if queue:
            policy = json.dumps({"deadLetterTargetArn": queue})
            more = {
                "Attributes.entry.1.key": "RedrivePolicy",
                "Attributes.entry.1.value": policy,
            }
        return self.call("_subscribe", Protocol="email", Endpoint=_ANA, **more)

    def confirm(self, token: str) -> int:
        return self.call("_confirm_subscription", Token=token)[0]

    def shown(self) -> list[str]:
        """Return the ARNs that the list shows, or the words in their place."""
        body = self.call("_list_subscriptions_by_topic")[1]
        return re.findall(r"<SubscriptionArn>(.*?)</SubscriptionArn>", body)


@pytest.fixture
def sns(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Sns]:
    inner = module("services.sns")
    for name in _PATCHED:
        monkeypatch.setattr(inner, name, getattr(inner, name))
    made = _Sns(inner)
    Subscriptions(made, endpoint="https://127.0.0.1:1", clock=lambda: made.now).patch()
    body = made.call("_create_topic", Name="tests-of-subscriptions")[1]
    made.topic = re.findall(r"<TopicArn>(.*?)</TopicArn>", body)[0]
    yield made
    made.call("_delete_topic")


def test_a_request_that_nobody_answers_is_forgotten_after_48_hours(sns: _Sns) -> None:
    sns.subscribe()
    sns.now += 48 * _HOUR - 1
    before = sns.shown()
    sns.now += 1

    assert (before, sns.shown()) == (["PendingConfirmation"], [])
    assert sns.confirm(sns.tokens[0]) == 400


def test_asking_again_sends_the_request_again_and_gives_no_more_time(sns: _Sns) -> None:
    _, said = sns.subscribe()
    sns.now += 47 * _HOUR
    sns.subscribe()

    assert "pending confirmation" in said
    assert len(sns.tokens) == 2
    sns.now += _HOUR
    assert sns.shown() == []


def test_a_pending_subscription_can_t_be_ended_and_may_still_be_confirmed(sns: _Sns) -> None:
    sns.call("_subscribe", Protocol="email", Endpoint=_ANA, ReturnSubscriptionArn="true")
    (pending,) = sns.sns._topics[sns.topic]["subscriptions"]

    status, said = sns.call("_unsubscribe", SubscriptionArn=pending["arn"])

    assert (status, "InvalidParameter" in said) == (400, True)
    assert sns.confirm(sns.tokens[0]) == 200
    assert sns.shown() == [pending["arn"]]


def test_what_is_ended_is_shown_for_some_days_without_its_arn(sns: _Sns) -> None:
    sns.subscribe()
    sns.confirm(sns.tokens[0])
    (arn,) = sns.shown()

    sns.call("_unsubscribe", SubscriptionArn=arn)

    assert sns.shown() == ["Deleted"]
    assert sns.call("_get_subscription_attributes", SubscriptionArn=arn)[0] == 404
    sns.subscribe()
    assert sns.shown() == ["Deleted", "PendingConfirmation"]
    assert sns.confirm(sns.tokens[1]) == 200
    sns.now += 72 * _HOUR
    assert len(sns.shown()) == 1


def test_other_attributes_of_one_that_is_there_are_refused(sns: _Sns) -> None:
    sns.subscribe("arn:aws:sqs:us-east-1:000000000000:ours")

    same, _ = sns.subscribe("arn:aws:sqs:us-east-1:000000000000:ours")
    none, _ = sns.subscribe()
    other, said = sns.subscribe("arn:aws:sqs:us-east-1:000000000000:theirs")

    assert (same, none, other) == (200, 200, 400)
    assert "already exists with different attributes" in said
