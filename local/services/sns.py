"""SNS and EventBridge of MiniStack: who may publish, who gets it, and what is mended there."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from local.ground_truth.cloud import SERVICE, Denied, Missing, Scope
from local.services.iam import Rights, module
from local.services.ses import Mails

_LOG: Final = logging.getLogger("ground-truth")
_EVENTS: Final = "events.amazonaws.com"
_BY_MAIL: Final = ("email", "email-json")
#: Where SNS's mails come from.
_SNS: Final = "no-reply@sns.amazonaws.com"


class Topics:
    """MiniStack's topics, and the rules that publish to them."""

    def __init__(self, rights: Rights, mails: Mails, *, endpoint: str) -> None:
        self._sns = module("services.sns")
        self._kms = module("services.kms")
        self._events = module("services.eventbridge")
        self._provisioners = module("services.cloudformation.provisioners")
        self._rights = rights
        self._mails = mails
        self._endpoint = endpoint

    def publish(
        self, scope: Scope, topic: str, *, subject: str, message: str, source_arn: str
    ) -> None:
        """Publish as SageMaker on behalf of `source_arn`; Denied or Missing."""
        with self._rights.as_service(scope):
            self._require_topic(scope, topic, SERVICE, source_arn)
            self._sns.publish_internal(topic, message, subject)

    def put_event(self, scope: Scope, event: Mapping[str, Any]) -> None:
        """Send an EventBridge event, in the form of PutEvents' entries."""
        with self._rights.as_service(scope):
            # Inside, because the API refuses sources that begin with "aws.".
            self._events._put_events({"Entries": [dict(event)]}, allow_aws_source=True)

    def install(self) -> None:
        """Mend targets of rules, keys of topics, and subscriptions by mail."""
        self._mend_keys()
        self._mend_topic_targets()
        self._mend_input_paths()
        self._mend_subscriptions()
        self._mend_delivery()

    def _mend_keys(self) -> None:
        """Keep a topic's `KmsMasterKeyId`, which MiniStack's handlers ignore."""
        handlers = self._provisioners._RESOURCE_HANDLERS["AWS::SNS::Topic"]
        create, update = handlers["create"], handlers["update"]

        def encrypt(made: Any, properties: Mapping[str, Any]) -> Any:
            attributes = self._record(made[0])["attributes"]
            attributes.pop("KmsMasterKeyId", None)
            if key := properties.get("KmsMasterKeyId"):
                attributes["KmsMasterKeyId"] = key
            return made

        def create_encrypted(logical_id: str, properties: Any, *more: Any) -> Any:
            return encrypt(create(logical_id, properties, *more), properties)

        def update_encrypted(topic: str, old: Any, new: Any, *more: Any) -> Any:
            return encrypt(update(topic, old, new, *more), new)

        handlers.update(create=create_encrypted, update=update_encrypted)

    def _mend_topic_targets(self) -> None:
        """Let a rule publish to a topic only with the right to; else the dead-letter queue gets it.

        The right is the target's role's, or the topic's policy gives it to EventBridge:
        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
        """
        deliver = self._events._invoke_target

        def checked(target: Any, event: Any, rule: Any, view: Any = None) -> None:
            topic = target.get("Arn", "")
            if ":sns:" in topic:
                try:
                    self._require_target(target, rule)
                except (Denied, Missing) as problem:
                    _LOG.warning("rule %s delivers nothing: %s", rule.get("Name"), problem)
                    self._give_up(deliver, target, event, rule, view)
                    return
            deliver(target, event, rule, view)

        self._events._invoke_target = checked

    def _require_target(self, target: Mapping[str, Any], rule: Mapping[str, Any]) -> None:
        scope, topic, role = self._rights.current_scope(), target["Arn"], target.get("RoleArn")
        if not role:
            self._require_topic(scope, topic, _EVENTS, rule.get("Arn", ""))
            return
        if not self._rights.role_trusts(scope, role, _EVENTS):
            raise Denied("sts:AssumeRole", role, _EVENTS)
        key = self._key(scope, topic)
        self._rights.require(scope, role, "sns:Publish", topic, {})
        for action in _actions(key):
            self._rights.require(scope, role, action, key["Arn"], {})

    def _give_up(
        self, deliver: Callable[..., None], target: Any, event: Any, rule: Any, view: Any
    ) -> None:
        """Send what can't be delivered to the target's dead-letter queue, if that lets us.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
        """
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue:
            return
        scope, context = self._rights.current_scope(), {"aws:sourcearn": rule.get("Arn", "")}
        try:
            policy = self._rights.policy_of("sqs", queue)
            self._rights.require_service(scope, policy, "sqs:SendMessage", queue, _EVENTS, context)
        except Denied as problem:
            _LOG.warning("rule %s has no dead-letter queue: %s", rule.get("Name"), problem)
            return
        deliver({"Id": target.get("Id"), "Arn": queue}, event, rule, view)

    def _mend_input_paths(self) -> None:
        """Let an input transformer's path have an index, such as `$.resources[0]`."""
        transform = self._events._apply_input_transformer

        def with_indexes(transformer: Any, rule: Any, view: Any) -> Any:
            return transform(transformer, rule, _IndexedView(view))

        self._events._apply_input_transformer = with_indexes

    def _mend_subscriptions(self) -> None:
        """Let who is subscribed by mail confirm it, by the link of a mail, before anything comes.

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
        handlers = self._provisioners._RESOURCE_HANDLERS["AWS::SNS::Subscription"]
        create = handlers["create"]

        def create_pending(logical_id: str, properties: Any, stack_name: str) -> Any:
            made = create(logical_id, properties, stack_name)
            topic = sns._topic_by_arn_any_scope(properties["TopicArn"]) or {}
            for each in topic.get("subscriptions", ()):
                if each["arn"] == made[0]:
                    self._ask(each)
            return made

        handlers["create"] = create_pending

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

    def _mend_delivery(self) -> None:
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

    def _require_topic(self, scope: Scope, topic: str, service: str, source_arn: str) -> None:
        key = self._key(scope, topic)
        context = {"aws:sourcearn": source_arn, "aws:sourceaccount": scope.account}
        policy = self._record(topic).get("attributes", {}).get("Policy")
        self._rights.require_service(scope, policy, "sns:Publish", topic, service, context)
        for action in _actions(key):
            self._rights.require_service(
                scope, key.get("Policy"), action, key["Arn"], service, context
            )

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


class _Indexed(dict[str, Any]):
    """A mapping that also has `name[0]` for the first item of its list `name`."""

    def __missing__(self, name: str) -> Any:
        match = re.fullmatch(r"(.+)\[(\d+)\]", name)
        if match is None:
            raise KeyError(name)
        return self[match.group(1)][int(match.group(2))]


class _IndexedView:
    """An event as EventBridge sees it, with indexed names."""

    def __init__(self, view: Any) -> None:
        self._view = view

    def event_with_detail(self) -> Any:
        return _indexed(self._view.event_with_detail())

    def envelope(self) -> Any:
        return self._view.envelope()


def _indexed(value: Any) -> Any:
    if isinstance(value, dict):
        return _Indexed({name: _indexed(item) for name, item in value.items()})
    return [_indexed(item) for item in value] if isinstance(value, list) else value
