"""AWS as a function sees it: Lambda that kills and tries again, time, and who takes its answers."""

from __future__ import annotations

import functools
import io
import threading
import urllib.error
import urllib.request
import urllib.response
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from types import SimpleNamespace
from typing import Any, ClassVar
from unittest.mock import patch

import labeling_job.clients
import workforce.clients
from custom_resource import response
from tests.lifecycle.stage import Stage
from tests.unit.fake_services import FakeServices

#: Seconds of one run, and those before Lambda's second and third run of an event
#: (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
FUNCTION_TIMEOUT = 900.0
RETRY_PAUSES = (60.0, 120.0)


class KilledError(BaseException):
    """The end of a run, as by SIGKILL: no code of the function sees it coming."""


@dataclass
class Run:
    """One run of the function."""

    event: Mapping[str, Any]
    ends: float
    #: Dies when this number of calls has been answered; never where it is None.
    dies_after: int | None
    calls: int = 0
    dead: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, now: float) -> None:
        """Die if it is time to: whoever is dead stays so, whatever is cleaned up meanwhile."""
        enough = self.dies_after is not None and self.calls >= self.dies_after
        if self.dead or enough or now >= self.ends:
            self.dead = True
            raise KilledError

    def count(self, now: float) -> None:
        """Count a call that was answered, of any of the function's threads."""
        with self._lock:
            self.calls += 1
        self.check(now)


@dataclass
class Simulation(FakeServices):
    """Everything that outlives a run of a function. Only the newest one is alive."""

    #: By the address that an event came with: when an answer arrived, and its body.
    answers: dict[str, list[tuple[float, bytes]]] = field(default_factory=lambda: defaultdict(list))
    #: What the next attempts to answer meet: an HTTP status, or an error.
    answer_faults: list[int | Exception] = field(default_factory=list)
    #: RequestType to the numbers of calls after which its next runs die; None lets one live.
    deaths: dict[str, list[int | None]] = field(default_factory=lambda: defaultdict(list))
    #: RequestType to how many of its next events are late, lost on their way, or come once more.
    delayed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lost: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    duplicated: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    #: Who takes the next step where an event comes twice at the same time; empty: by turns.
    #: Where it is None, the second comes after the first.
    order: list[int] | None = None
    #: Runs of events that CloudFormation no longer waits for.
    late: list[Callable[[], object]] = field(default_factory=list)
    #: Every run that has begun.
    runs: list[Run] = field(default_factory=list)
    #: Operation to the error that the function sees instead of the next answer.
    unanswered: dict[str, Exception] = field(default_factory=dict)
    #: What CloudFormation says that it does with the stack.
    stack_status: str = ""
    #: Stack and logical id to when it has begun or ended something with the resource, and what.
    resource_changed: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)

    alive: ClassVar[Simulation]
    #: Clients are made once for each actor: they take longer than all the rest.
    _clients: ClassVar[dict[tuple[int, str], Any]] = {}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.stage = Stage()
        self._running: dict[int, Run] = {}
        Simulation.alive = self

    def deliver(self, event: Mapping[str, Any], *, until: float = float("inf")) -> None:
        """Bring an event to the function as Lambda does: run it again twice if it dies.

        What has to be run later than `until` is late.
        """
        if self.lost[event["RequestType"]]:
            self.lost[event["RequestType"]] -= 1
            return
        if self.delayed[event["RequestType"]]:
            self.delayed[event["RequestType"]] -= 1
            self.late.append(lambda: self.deliver(event))
            return
        self._run_until_it_lives(event, list(RETRY_PAUSES), until)

    def end_of_late_runs(self) -> None:
        """Let all that is still under way in Lambda come to its end."""
        while self.late:
            self.late.pop(0)()

    def forgive(self) -> None:
        """Take back all refusals to come."""
        self._refusals.clear()

    def receive(self, url: str, body: bytes) -> int:
        """Take an answer for CloudFormation and return the HTTP status."""
        if self.answer_faults:
            fault = self.answer_faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault
        self.answers[url].append((self.time, body))
        return 200

    def _run_until_it_lives(
        self, event: Mapping[str, Any], pauses: list[float], until: float
    ) -> None:
        while not self._lives(event) and pauses:
            pause = pauses.pop(0)
            if self.time + pause > until:
                self.late.append(lambda: self._run_until_it_lives(event, pauses, float("inf")))
                return
            self._sleep(pause)

    def _lives(self, event: Mapping[str, Any]) -> bool:
        """Run the function; say whether it came to its end."""
        plan = self.deaths[event["RequestType"]]
        run = Run(
            event=event,
            ends=self.time + FUNCTION_TIMEOUT,
            dies_after=plan.pop(0) if plan else None,
        )
        self.runs.append(run)
        self._running[self.stage.actor] = run
        left = SimpleNamespace(
            get_remaining_time_in_millis=lambda: int((run.ends - self.time) * 1000)
        )
        try:
            self.handle(dict(event), left)
        except KilledError:
            return False
        finally:
            del self._running[self.stage.actor]
        return True

    def handle(self, event: dict[str, Any], context: Any) -> None:
        """Run the function's entry point."""
        raise NotImplementedError

    def connect(self, *, step: str, seconds: float) -> Any:
        """Stand in for the function's real clients."""
        raise NotImplementedError

    def _sleep(self, seconds: float) -> None:
        wakes = self.time + seconds
        self.stage.pause()
        self.time = max(self.time, wakes)
        if run := self._running.get(self.stage.actor):
            run.check(self.time)

    def _client(self, service: str) -> Any:
        key = self.stage.actor, service
        if key not in self._clients:
            client = super()._client(service)
            begins = functools.partial(begin_call, key[0])
            client.meta.events.register_first("before-parameter-build", begins)
            client.meta.events.register_first("after-call", functools.partial(end_call, key[0]))
            self._clients[key] = client
        return self._clients[key]

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        return super(Simulation, Simulation.alive)._answer(model, context)

    def _serve(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        answer = super()._serve(operation, parameters)
        if error := self.unanswered.pop(operation, None):
            raise error
        return answer


class _Transport(urllib.request.BaseHandler):
    def https_open(self, request: urllib.request.Request) -> urllib.response.addinfourl:
        body = request.data
        assert isinstance(body, bytes)
        status = Simulation.alive.receive(request.full_url, body)
        answer = urllib.response.addinfourl(io.BytesIO(), Message(), request.full_url, status)
        answer.msg = "said by the simulator"  # type: ignore[attr-defined]  # urllib wants it
        return answer


@contextmanager
def simulated() -> Iterator[None]:
    """Let the functions work in the simulation that is alive, and answer to it."""
    opener = urllib.request.OpenerDirector()
    for part in (
        _Transport(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(part)

    def connect(**how: Any) -> Any:
        return Simulation.alive.connect(**how)

    with (
        patch.object(urllib.request, "_opener", opener),
        patch.object(labeling_job.clients, "connect", connect),
        patch.object(workforce.clients, "connect", connect),
        patch.dict(
            response.send.__kwdefaults__,
            {"sleep": lambda seconds: Simulation.alive._sleep(seconds)},
        ),
    ):
        yield


def begin_call(actor: int, **_: Any) -> None:
    """Let an actor's run make a call, unless it is dead by now."""
    simulation = Simulation.alive
    run = simulation._running[actor]
    if threading.current_thread() is simulation.stage.thread(actor):
        simulation.stage.pause()
    run.check(simulation.time)


def end_call(actor: int, **_: Any) -> None:
    """Count a call that was answered."""
    Simulation.alive._running[actor].count(Simulation.alive.time)
