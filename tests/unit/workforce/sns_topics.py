"""SNS's topics and their subscribers by mail, with what is known to surprise.

A request that nobody answers is gone after 48 hours, one that is pending can't be ended by anybody,
a subscription that was ended is shown for some days, and none but its ARN says whose it is.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from tests.unit.fake_services import ACCOUNT, RefusedError

_REGION: Final = "us-east-1"
#: Seconds after which SNS forgets a request, and what was ended
#: (https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html).
_FORGOTTEN: Final = 48 * 3600.0
QUEUE = f"arn:aws:sqs:{_REGION}:{ACCOUNT}:dev-Workforce-DeadLetters"


def topic_arn(name: str) -> str:
    """Return the ARN of a topic."""
    return f"arn:aws:sns:{_REGION}:{ACCOUNT}:dev-Workforce-{name}"


@dataclass
class _Subscription:
    topic: str
    email: str
    arn: str
    since: float
    attributes: dict[str, str]
    state: str = "pending"


@dataclass
class FakeTopics:
    """The subscriptions of all topics; a subclass has the clock, in seconds, in `time`."""

    time: float = 0.0
    subscriptions: list[_Subscription] = field(default_factory=list)
    #: The addresses that were asked to confirm, each with the topic and when.
    requests: list[tuple[str, str, float]] = field(default_factory=list)
    #: Addresses that SNS refuses.
    unknown: set[str] = field(default_factory=set)

    # What CloudFormation and people do.

    def subscribe(self, email: str, topic: str = "readers", *, by_hand: bool = False) -> None:
        """Let an address be asked as a template does, or somebody by hand."""
        policy = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": QUEUE})}
        self._subscribe(
            {
                "TopicArn": topic_arn(topic),
                "Protocol": "email",
                "Endpoint": email,
                "Attributes": {} if by_hand else policy,
            }
        )

    def confirm(self, email: str, topic: str = "readers") -> None:
        """Follow the link of the last request."""
        self._forget()
        self._of(email, topic).state = "confirmed"

    def end(self, email: str, topic: str = "readers") -> None:
        """Follow the link at the end of a mail."""
        found = self._of(email, topic)
        found.state, found.since = "ended", self.time

    def unsubscribe(self, email: str, topic: str = "readers") -> None:
        """End what is confirmed as CloudFormation does, which can't end what is pending."""
        ended = (email, topic_arn(topic), "confirmed")
        self.subscriptions = [
            each for each in self.subscriptions if (each.email, each.topic, each.state) != ended
        ]

    def told(self, topic: str = "readers") -> set[str]:
        """Return who gets what is published."""
        self._forget()
        return {
            each.email
            for each in self.subscriptions
            if each.topic == topic_arn(topic) and each.state == "confirmed"
        }

    def _of(self, email: str, topic: str) -> _Subscription:
        return next(
            each
            for each in reversed(self.subscriptions)
            if (each.email, each.topic) == (email, topic_arn(topic)) and each.state != "ended"
        )

    def _forget(self) -> None:
        self.subscriptions = [
            each
            for each in self.subscriptions
            if each.state == "confirmed" or self.time - each.since < _FORGOTTEN
        ]

    # The service.

    def _list_subscriptions_by_topic(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._forget()
        shown = {"pending": "PendingConfirmation", "ended": "Deleted"}
        found = [each for each in self.subscriptions if each.topic == parameters["TopicArn"]]
        start = int(parameters.get("NextToken", 0))
        page = [
            {
                "SubscriptionArn": shown.get(each.state, each.arn),
                "Owner": ACCOUNT,
                "Protocol": "email",
                "Endpoint": each.email,
                "TopicArn": each.topic,
            }
            for each in found[start : start + 2]
        ]
        more = {"NextToken": str(start + 2)} if start + 2 < len(found) else {}
        return {"Subscriptions": page, **more}

    def _subscribe(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._forget()
        topic, email = parameters["TopicArn"], parameters["Endpoint"]
        if email in self.unknown:
            raise RefusedError("InvalidParameter", "Invalid parameter: Email address")
        attributes = parameters.get("Attributes", {})
        for each in self.subscriptions:
            if (each.topic, each.email) == (topic, email) and each.state != "ended":
                if attributes not in ({}, each.attributes):
                    raise RefusedError(
                        "InvalidParameter",
                        "Invalid parameter: Attributes Reason: Subscription already exists with "
                        "different attributes",
                    )
                if each.state == "confirmed":
                    return {"SubscriptionArn": each.arn}
                break
        else:
            arn = f"{topic}:{uuid.uuid4()}"
            self.subscriptions.append(_Subscription(topic, email, arn, self.time, attributes))
        self.requests.append((email, topic.rpartition("-")[2], self.time))
        return {"SubscriptionArn": "pending confirmation"}

    def _unsubscribe(self, parameters: dict[str, Any]) -> dict[str, Any]:
        for each in self.subscriptions:
            if each.arn == parameters["SubscriptionArn"]:
                if each.state == "pending":
                    raise RefusedError("InvalidParameter", "the subscription is pending")
                each.state, each.since = "ended", self.time
        return {}

    def _get_subscription_attributes(self, parameters: dict[str, Any]) -> dict[str, Any]:
        for each in self.subscriptions:
            if each.arn == parameters["SubscriptionArn"] and each.state == "confirmed":
                return {"Attributes": {**each.attributes, "PendingConfirmation": "false"}}
        raise RefusedError("NotFound", "Subscription does not exist")
