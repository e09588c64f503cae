"""Subscriptions by mail: asked for, confirmed, forgotten and ended as SNS does it.

https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from local.services.internals import after_create, module, resource_handlers

BY_MAIL: Final = ("email", "email-json")
#: Where SNS's mails come from.
SENDER: Final = "no-reply@sns.amazonaws.com"
#: Seconds after which SNS forgets a request that nobody has answered; before that, nobody can take
#: it back (https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html).
_PENDING_FOR: Final = 48 * 3600
#: Seconds for which one that was ended is shown. No document says how long.
_SHOWN_FOR: Final = 72 * 3600
_KIND: Final = "AWS::SNS::Subscription"


class Sender(Protocol):
    """Where mails go."""

    def send(self, *, to: str, sender: str, subject: str, body: str) -> None:
        """Send a text."""


class Subscriptions:
    """What MiniStack keeps of subscriptions by mail, with when each was asked for or ended."""

    def __init__(
        self, mails: Sender, *, endpoint: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._sns = module("services.sns")
        self._mails = mails
        self._endpoint = endpoint
        self._clock = clock

    def install(self) -> None:
        """Patch the API, and what CloudFormation does."""
        self.patch()
        after_create(_KIND, self._ask_for_template)
        handlers = resource_handlers(_KIND)
        delete = handlers["delete"]

        def delete_confirmed(physical_id: str, *more: Any) -> Any:
            found = self._of(physical_id)
            if found is not None and _is_pending(found):
                return None  # it stays, and may still be confirmed
            if found is not None and found["protocol"] in BY_MAIL:
                self._end(found)
                return None
            return delete(physical_id, *more)

        handlers["delete"] = delete_confirmed

    def patch(self) -> None:
        """Patch the operations."""
        sns = self._sns
        confirm, unsubscribe, attributes = (
            sns._confirm_subscription,
            sns._unsubscribe,
            sns._get_subscription_attributes,
        )
        subscribe = sns._subscribe

        def confirm_in_time(params: Any) -> Any:
            self._forget()
            return confirm(params)

        def unsubscribe_confirmed(params: Any) -> Any:
            self._forget()
            found = self._of(sns._p(params, "SubscriptionArn"))
            if found is None or found["protocol"] not in BY_MAIL:
                return unsubscribe(params)
            if _is_pending(found):
                words = "Invalid parameter: SubscriptionArn Reason: it is pending confirmation"
                return sns._error("InvalidParameter", words, 400)
            self._end(found)
            return sns._xml(200, "UnsubscribeResponse", "")

        def attributes_unless_ended(params: Any) -> Any:
            self._forget()
            found = self._of(sns._p(params, "SubscriptionArn"))
            if found is not None and "ended" in found:
                return sns._error("NotFound", "Subscription does not exist", 404)
            return attributes(params)

        def subscribe_pending(params: Any) -> Any:
            self._forget()
            topic = sns._topic_by_arn_any_scope(sns._p(params, "TopicArn")) or {}
            known = list(topic.get("subscriptions", ()))
            if topic:
                # One that was ended is no obstacle to another.
                topic["subscriptions"] = [each for each in known if "ended" not in each]
            answer = subscribe(params)
            there = topic.get("subscriptions", [])
            new = [each for each in there if each not in known]
            topic["subscriptions"] = [*known, *new]
            if sns._p(params, "Protocol") not in BY_MAIL or answer[0] != 200:
                return answer
            endpoint = sns._p(params, "Endpoint")
            (found,) = (each for each in there if each["endpoint"] == endpoint)
            if not new and _differs(found["attributes"], params, sns):
                words = (
                    "Invalid parameter: Attributes Reason: Subscription already exists with"
                    " different attributes"
                )
                return sns._error("InvalidParameter", words, 400)
            if new or not found["confirmed"]:
                self._ask(found)
            if found["confirmed"] or sns._p(params, "ReturnSubscriptionArn") == "true":
                return answer
            return _replaced(answer, found["arn"], "pending confirmation")

        sns._confirm_subscription = confirm_in_time
        sns._unsubscribe = unsubscribe_confirmed
        sns._get_subscription_attributes = attributes_unless_ended
        sns._subscribe = subscribe_pending
        sns._list_subscriptions_by_topic = self._shown(sns._list_subscriptions_by_topic)
        sns._list_subscriptions = self._shown(sns._list_subscriptions)

    def _shown(self, operation: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Show a word in place of the ARN of whatever is not confirmed."""

        def run(params: Any) -> Any:
            self._forget()
            answer = operation(params)
            for each in self._all():
                if not each["confirmed"]:
                    word = "Deleted" if "ended" in each else "PendingConfirmation"
                    answer = _replaced(answer, each["arn"], word)
            return answer

        return run

    def _ask_for_template(self, subscription: str, properties: Mapping[str, Any]) -> None:
        del properties
        found = self._of(subscription)
        if found is not None:
            self._ask(found)

    def _ask(self, subscription: dict[str, Any]) -> None:
        """Let a subscription by mail wait for its confirmation."""
        if subscription["protocol"] not in BY_MAIL:
            return
        token = secrets.token_hex(32)
        pending = {"PendingConfirmation": "true", "ConfirmationWasAuthenticated": "false"}
        asked = subscription.get("asked", self._clock())
        subscription.update(confirmed=False, token=token, asked=asked)
        subscription["attributes"].update(pending)
        topic = subscription["topic_arn"]
        query = {"Action": "ConfirmSubscription", "TopicArn": topic, "Token": token}
        self._mails.send(
            to=subscription["endpoint"],
            sender=SENDER,
            subject="AWS Notification - Subscription Confirmation",
            body=(
                f"Open this address to get what is published to {topic}:\n\n"
                f"{self._endpoint}/?{urlencode(query)}\n"
            ),
        )

    def _end(self, subscription: dict[str, Any]) -> None:
        subscription.update(confirmed=False, token=None, ended=self._clock())

    def _forget(self) -> None:
        """Forget requests that nobody has answered, and what was ended some days ago."""
        now = self._clock()
        for topic in self._sns._topics.values():
            topic["subscriptions"] = [
                each
                for each in topic["subscriptions"]
                if not (_is_pending(each) and now - each["asked"] >= _PENDING_FOR)
                and now - each.get("ended", now) < _SHOWN_FOR
            ]

    def _all(self) -> Iterator[dict[str, Any]]:
        for topic in self._sns._topics.values():
            yield from topic["subscriptions"]

    def _of(self, arn: str) -> dict[str, Any] | None:
        topic = self._sns._topic_by_arn_any_scope(arn.rpartition(":")[0]) or {}
        found = (each for each in topic.get("subscriptions", ()) if each["arn"] == arn)
        return next(found, None)


def _is_pending(subscription: Mapping[str, Any]) -> bool:
    return "asked" in subscription and not subscription["confirmed"] and "ended" not in subscription


def _differs(attributes: Mapping[str, Any], params: Any, sns: Any) -> bool:
    """Say whether a request names attributes that are not those of the subscription."""
    number = 1
    while name := sns._p(params, f"Attributes.entry.{number}.key"):
        if _parsed(sns._p(params, f"Attributes.entry.{number}.value")) != _parsed(
            attributes.get(name)
        ):
            return True
        number += 1
    return False


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


def _replaced(answer: Any, old: str, new: str) -> Any:
    status, headers, body = answer
    element = "<SubscriptionArn>{}</SubscriptionArn>"
    return status, headers, body.replace(element.format(old).encode(), element.format(new).encode())
