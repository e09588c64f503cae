"""SNS of MiniStack: who may publish, and who gets it by mail."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from local.ground_truth.cloud import SERVICE, Missing, Scope
from local.services.iam import Rights
from local.services.internals import after_create, after_update, module
from local.services.ses import Mails

_BY_MAIL: Final = ("email", "email-json")
#: Where SNS's mails come from.
_SNS: Final = "no-reply@sns.amazonaws.com"


class Topics:
    """MiniStack's topics."""

    def __init__(self, rights: Rights, mails: Mails, *, endpoint: str) -> None:
        self._sns = module("services.sns")
        self._kms = module("services.kms")
        self._rights = rights
        self._mails = mails
        self._endpoint = endpoint

    def publish(
        self, scope: Scope, topic: str, *, subject: str, message: str, source_arn: str
    ) -> None:
        with self._rights.as_service(scope):
            self.require_service(scope, topic, SERVICE, source_arn)
            self._sns.publish_internal(topic, message, subject)

    def install(self) -> None:
        """Patch keys of topics, and subscriptions by mail."""
        # MiniStack ignores a topic's KmsMasterKeyId.
        after_create("AWS::SNS::Topic", self._keep_key)
        after_update("AWS::SNS::Topic", self._keep_key)
        self._patch_subscriptions()
        self._patch_delivery()

    def _keep_key(self, topic: str, properties: Mapping[str, Any]) -> None:
        attributes = self._record(topic)["attributes"]
        attributes.pop("KmsMasterKeyId", None)
        if key := properties.get("KmsMasterKeyId"):
            attributes["KmsMasterKeyId"] = key

    def _patch_subscriptions(self) -> None:
        """Send nothing to a subscriber by mail who has not opened the link of the first mail.

        https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
        """
        sns = self._sns
        subscribe, of_topic, of_all = (
            sns._subscribe,
            sns._list_subscriptions_by_topic,
            sns._list_subscriptions,
        )

        def subscribe_pending(params: Any) -> Any:
            topic = sns._topic_by_arn_any_scope(sns._p(params, "TopicArn")) or {}
            known = [each["arn"] for each in topic.get("subscriptions", ())]
            answer = subscribe(params)
            new = [each for each in topic.get("subscriptions", ()) if each["arn"] not in known]
            for each in new:
                self._ask(each)
            is_pending = any(not each["confirmed"] for each in new)
            if not is_pending or sns._p(params, "ReturnSubscriptionArn") == "true":
                return answer
            return _replaced(answer, new[0]["arn"], "pending confirmation")

        def with_pending(operation: Callable[[Any], Any]) -> Callable[[Any], Any]:
            def run(params: Any) -> Any:
                answer = operation(params)
                for topic in sns._topics.values():
                    for each in topic["subscriptions"]:
                        if not each["confirmed"]:
                            answer = _replaced(answer, each["arn"], "PendingConfirmation")
                return answer

            return run

        sns._subscribe = subscribe_pending
        sns._list_subscriptions_by_topic = with_pending(of_topic)
        sns._list_subscriptions = with_pending(of_all)

        def ask(subscription: str, properties: Mapping[str, Any]) -> None:
            topic = sns._topic_by_arn_any_scope(properties["TopicArn"]) or {}
            for each in topic.get("subscriptions", ()):
                if each["arn"] == subscription:
                    self._ask(each)

        after_create("AWS::SNS::Subscription", ask)

    def _ask(self, subscription: dict[str, Any]) -> None:
        """Let a subscription by mail wait for its confirmation."""
        if subscription["protocol"] not in _BY_MAIL:
            return
        token = secrets.token_hex(32)
        pending = {"PendingConfirmation": "true", "ConfirmationWasAuthenticated": "false"}
        subscription.update(confirmed=False, token=token)
        subscription["attributes"].update(pending)
        topic = subscription["topic_arn"]
        query = {"Action": "ConfirmSubscription", "TopicArn": topic, "Token": token}
        self._mails.send(
            to=subscription["endpoint"],
            sender=_SNS,
            subject="AWS Notification - Subscription Confirmation",
            body=(
                f"Open this address to get what is published to {topic}:\n\n"
                f"{self._endpoint}/?{urlencode(query)}\n"
            ),
        )

    def _patch_delivery(self) -> None:
        """Deliver by mail, too."""
        sns = self._sns
        deliver = sns._fanout

        def deliver_all(
            topic_arn: str,
            message_id: str,
            message: str,
            subject: str,
            message_structure: str = "",
            message_attributes: Any = None,
            **more: Any,
        ) -> None:
            deliver(
                topic_arn,
                message_id,
                message,
                subject,
                message_structure,
                message_attributes,
                **more,
            )
            topic = sns._topic_by_arn_any_scope(topic_arn) or {}
            for each in topic.get("subscriptions", ()):
                if each["protocol"] not in _BY_MAIL or not each["confirmed"]:
                    continue
                text = sns._resolve_message_for_protocol(
                    message, message_structure, each["protocol"]
                )
                if sns._matches_filter_policy(each, message_attributes or {}, text):
                    self._mails.send(
                        to=each["endpoint"],
                        sender=_SNS,
                        subject=subject or "AWS Notification Message",
                        body=text,
                    )

        sns._fanout = deliver_all

    def require_service(self, scope: Scope, topic: str, service: str, source_arn: str) -> None:
        """Raise Denied unless the topic's and its key's policies let a service publish.

        The key is asked for without `aws:SourceArn` and `aws:SourceAccount`, which not every
        service sends then: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        """
        key = self._key(scope, topic)
        context = {"aws:sourcearn": source_arn, "aws:sourceaccount": scope.account}
        policy = self._record(topic).get("attributes", {}).get("Policy")
        self._rights.require_service(scope, policy, "sns:Publish", topic, service, context)
        for action in _actions(key):
            self._rights.require_service(scope, key.get("Policy"), action, key["Arn"], service, {})

    def require_role(self, scope: Scope, topic: str, role: str) -> None:
        """Raise Denied unless the role may publish, and use the topic's key."""
        key = self._key(scope, topic)
        self._rights.require(scope, role, "sns:Publish", topic, {})
        use = {"kms:ViaService": f"sns.{scope.region}.amazonaws.com"}
        for action in _actions(key):
            self._rights.require(scope, role, action, key["Arn"], use)

    def _record(self, topic: str) -> Any:
        record = self._sns._topic_by_arn_any_scope(topic)
        if record is None:
            raise Missing(topic)
        return record

    def _key(self, scope: Scope, topic: str) -> dict[str, Any]:
        """Return the key that the topic is encrypted with, or an empty one."""
        name = self._record(topic).get("attributes", {}).get("KmsMasterKeyId")
        if not name:
            return {}
        with self._rights.as_service(scope):
            # SNS's own key lets no other service use it.
            return self._kms._resolve_key(name) or {"Arn": name}


def _actions(key: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a publisher needs of the key of a topic.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    return ("kms:GenerateDataKey", "kms:Decrypt") if key else ()


def _replaced(answer: Any, old: str, new: str) -> Any:
    status, headers, body = answer
    element = "<SubscriptionArn>{}</SubscriptionArn>"
    return status, headers, body.replace(element.format(old).encode(), element.format(new).encode())
