"""EventBridge of MiniStack: sends Ground Truth's events, and asks what a rule may deliver."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from local.ground_truth.cloud import Denied, Missing, Scope
from local.services.iam import Rights
from local.services.internals import module
from local.services.sns import Topics

_LOG: Final = logging.getLogger("ground-truth")
_EVENTS: Final = "events.amazonaws.com"


class Events:
    """MiniStack's events, and the rules that deliver them."""

    def __init__(self, rights: Rights, topics: Topics) -> None:
        self._events = module("services.eventbridge")
        self._rights = rights
        self._topics = topics

    def put_event(self, scope: Scope, event: Mapping[str, Any]) -> None:
        with self._rights.as_service(scope):
            # Inside, because the API refuses sources that begin with "aws.".
            self._events._put_events({"Entries": [dict(event)]}, allow_aws_source=True)

    def install(self) -> None:
        """Patch the targets of rules and their input transformers."""
        self._patch_targets()
        self._patch_input_paths()

    def _patch_targets(self) -> None:
        """Let a rule publish to a topic only with the right to; else the dead-letter queue gets it.

        The right is the target's role's, or the topic's policy gives it to EventBridge:
        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
        """
        deliver = self._events._invoke_target

        def checked(target: Any, event: Any, rule: Any, view: Any = None) -> None:
            if ":sns:" in target.get("Arn", ""):
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
            self._topics.require_service(scope, topic, _EVENTS, rule.get("Arn", ""))
            return
        if not self._rights.role_trusts(scope, role, _EVENTS):
            raise Denied("sts:AssumeRole", role, _EVENTS)
        self._topics.require_role(scope, topic, role)

    def _give_up(
        self, deliver: Callable[..., None], target: Any, event: Any, rule: Any, view: Any
    ) -> None:
        """Send what can't be delivered to the target's dead-letter queue, if its policy allows it.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
        """
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue:
            return
        scope = self._rights.current_scope()
        context = {"aws:sourcearn": rule.get("Arn", ""), "aws:sourceaccount": scope.account}
        try:
            policy = self._rights.policy_of("sqs", queue)
            self._rights.require_service(scope, policy, "sqs:SendMessage", queue, _EVENTS, context)
        except Denied as problem:
            _LOG.warning("rule %s has no dead-letter queue: %s", rule.get("Name"), problem)
            return
        deliver({"Id": target.get("Id"), "Arn": queue}, event, rule, view)

    def _patch_input_paths(self) -> None:
        """Let an input transformer's path have an index, such as `$.resources[0]`."""
        transform = self._events._apply_input_transformer

        def with_indexes(transformer: Any, rule: Any, view: Any) -> Any:
            return transform(transformer, rule, _IndexedView(view))

        self._events._apply_input_transformer = with_indexes


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
