"""Services of AWS in memory, behind real clients: botocore checks every request by its model."""

from __future__ import annotations

import copy
import functools
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config

ACCOUNT = "111122223333"
#: botocore makes its own user agent anew for each call, a quarter of what a call takes here.
PLAIN = Config(user_agent="tests")


class RefusedError(Exception):
    """What AWS answers instead of a result."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass
class FakeServices:
    """Services and a clock that never waits; a subclass has a method for every operation."""

    #: Operation and parameters of every call, refused ones included.
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    time: float = 0.0
    #: Operation to the seconds that each of its calls takes.
    durations: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._refusals: dict[str, list[Exception]] = defaultdict(list)
        self._lock = threading.Lock()

    def refuse(self, operation: str, code: str, message: str, *, times: int = 1) -> None:
        """Let the next calls of an operation fail with an error of AWS."""
        self.disturb(operation, *[RefusedError(code, message)] * times)

    def disturb(self, operation: str, *errors: Exception) -> None:
        """Let the next calls of an operation raise these errors."""
        self._refusals[operation].extend(errors)

    def called(self, operation: str) -> list[dict[str, Any]]:
        """Return the parameters of all calls of an operation."""
        return [parameters for name, parameters in self.calls if name == operation]

    def _sleep(self, seconds: float) -> None:
        self.time += seconds

    def _client(self, service: str) -> Any:
        made = _client(service, self._config(service))
        client = object.__new__(type(made))
        vars(client).update(vars(made))
        client.meta = copy.copy(made.meta)
        client.meta.events = copy.copy(made.meta.events)
        client.meta.events.register_last("before-parameter-build", _remember)
        client.meta.events.register_first("before-call", self._answer)
        return client

    def _config(self, service: str) -> Config:
        """Return how a client of this service is configured."""
        del service
        return PLAIN

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        try:
            answer = self._serve(model.name, context["remembered"])
        except RefusedError as refusal:
            error = {"Code": refusal.code, "Message": refusal.message}
            return SimpleNamespace(status_code=400, headers={}), {"Error": error}
        return SimpleNamespace(status_code=200, headers={}), answer

    def _serve(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.calls.append((operation, parameters))
            self.time += self.durations.get(operation, 0.0)
            if self._refusals[operation]:
                raise self._refusals[operation].pop(0)
            method: Callable[[dict[str, Any]], dict[str, Any]]
            method = getattr(self, f"_{xform_name(operation)}")
            return method(parameters)


@functools.cache
def _client(service: str, config: Config) -> Any:
    """Return what clients of a service are copied from: making one takes longer than most tests."""
    untyped: Any = boto3
    return untyped.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="example",
        aws_secret_access_key="example",  # noqa: S106  # nothing is signed for anybody
        config=config,
    )


def _remember(params: Any, context: dict[str, Any], **_: Any) -> None:
    context["remembered"] = dict(params)
