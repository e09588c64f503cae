"""Deployed functions that are asked again, as CloudFormation asks them, without a deployment."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


class RefusedError(Exception):
    """What was asked for did not come about; the message is AWS's or the function's own."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Where functions put their answers to CloudFormation's events: as on AWS, a bucket."""

    s3: Any
    bucket: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def place(self) -> str:
        """Return the key of one answer."""
        return str(next(self._numbers))

    def address(self, place: str) -> str:
        """Return the address at which a function may put it."""
        target = {"Bucket": self.bucket, "Key": place}
        return str(self.s3.generate_presigned_url("put_object", Params=target))

    def take(self, place: str) -> dict[str, Any]:
        """Return the answer that has come."""
        found = self.s3.get_object(Bucket=self.bucket, Key=place)["Body"].read()
        answer: dict[str, Any] = json.loads(found)
        return answer


@dataclass(frozen=True, kw_only=True)
class CustomResource:
    """One custom resource of a stack; `event` is what its template says, by `telling_events`."""

    stack_id: str
    event: Mapping[str, Any]
    answers: Answers
    client: Callable[[str], Any]

    @property
    def kind(self) -> str:
        """The type, such as `Workers`."""
        return str(self.event["ResourceType"]).removeprefix("Custom::")

    @property
    def physical_id(self) -> str:
        """The id that CloudFormation knows."""
        return str(self.event["PhysicalResourceId"])

    def properties(self, **changes: Any) -> dict[str, Any]:
        """Return its properties with changes; None takes one away."""
        found = {**self.event["ResourceProperties"], **changes}
        return {name: value for name, value in found.items() if value is not None}

    def ask(
        self,
        kind: str,
        properties: Mapping[str, Any] | None = None,
        *,
        before: Mapping[str, Any] | None = None,
        physical_id: str | None = None,
    ) -> dict[str, Any]:
        """Let the function work on an event; RefusedError with its reason if it fails."""
        place = self.answers.place()
        wanted = self.properties() if properties is None else dict(properties)
        event = {
            **self.event,
            "RequestType": kind,
            "StackId": self.stack_id,
            "RequestId": place,
            "ResponseURL": self.answers.address(place),
            "PhysicalResourceId": physical_id or self.physical_id,
            "ResourceProperties": _as_sent(wanted),
        }
        if kind == "Create":
            del event["PhysicalResourceId"]
        if kind == "Update":
            event["OldResourceProperties"] = _as_sent(wanted if before is None else before)
        function = self.event["ResourceProperties"]["ServiceToken"]
        payload = json.dumps(event).encode()
        self.client("lambda").invoke(FunctionName=function, Payload=payload)["Payload"].read()
        answer = self.answers.take(place)
        if answer["Status"] != "SUCCESS":
            raise RefusedError(answer["Reason"])
        return answer


def _as_sent(value: Any) -> Any:
    """Make texts of scalars, as CloudFormation does."""
    if isinstance(value, Mapping):
        return {name: _as_sent(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_sent(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
