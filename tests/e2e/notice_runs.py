"""What the function of people is for beside accounts: who gets the mails of topics."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.deployed import CustomResource, RefusedError


@dataclass(frozen=True, kw_only=True)
class Notices:
    """Who gets the mails of an environment's topics."""

    client: Callable[[str], Any]
    #: The custom resource that knows who shall.
    subscriptions: CustomResource
    #: Follows the links of all mails.
    open_mails: Callable[[], None]
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ask_again_and_end(self) -> None:
        """Ask somebody to confirm all topics, and end what was confirmed, by an event."""
        email = self._tell_somebody()
        self.subscriptions.ask("Update")
        self._is_told_nothing(email)

    def go_round(self) -> None:
        """Ask somebody, and let the round of an hour end what was confirmed."""
        email = self._tell_somebody()
        answer = self.client("lambda").invoke(
            FunctionName=self.subscriptions.properties()["ServiceToken"],
            Payload=json.dumps({"Round": {"StackId": self.subscriptions.stack_id}}).encode(),
        )
        said = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            raise RefusedError(said)
        self._is_told_nothing(email)

    def _tell_somebody(self) -> str:
        """Subscribe somebody whom no file names, as a deployment does."""
        email = f"dan{next(self._numbers)}@example.com"
        topics = [
            {**topic, "Addresses": [*topic["Addresses"], email]}
            for topic in self.subscriptions.properties()["Topics"]
        ]
        named = self.subscriptions.properties(Topics=topics)
        self.subscriptions.ask("Update", named, before=named)
        self.open_mails()
        return email

    def _is_told_nothing(self, email: str) -> None:
        for topic in self.subscriptions.properties()["Topics"]:
            found = self.client("sns").list_subscriptions_by_topic(TopicArn=topic["TopicArn"])
            for each in found["Subscriptions"]:
                if each["Endpoint"] == email and each["SubscriptionArn"].startswith("arn:"):
                    raise RefusedError("somebody is still told, whom no file names")
