"""The people of environments whose function speaks HTTP with AWS for one of its resources."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, cast

import boto3
from botocore.config import Config

from custom_resource.answers import checked
from custom_resource.context import CONFIG, Clock
from tests.lifecycle.people import PeopleWorld
from tests.lifecycle.simulation import Simulation, begin_call, end_call
from tests.unit.http_server import HttpServer
from workforce.clients import Clients, in_time

#: Seconds until a client gives up an answer that never comes; others never wait so long.
_SHORT: Final = 0.1
_TWO_DAYS: Final = 48 * 3600.0


@dataclass
class HttpWorld(PeopleWorld):
    """A world in which the events of one type of resource go over the wire."""

    #: Such as `Workers`.
    target: str = ""
    #: Usernames that an invitation has gone to: whoever has an account anew has another one.
    invited: list[str] = field(default_factory=list)
    #: Addresses whose accounts somebody has deleted on purpose.
    deleted: set[str] = field(default_factory=set)
    server: ClassVar[HttpServer]
    #: Of the event that is worked on.
    deadline: ClassVar[float] = 0.0
    #: Clients take longer to make than all the rest.
    _over_http: ClassVar[dict[tuple[str, int, float], Any]] = {}

    def accounts_mailed_twice(self) -> list[str]:
        """Return the accounts that more than one mail has gone to."""
        return [name for name, mails in Counter(self.invited).items() if mails > 1]

    def asked_twice(self) -> list[tuple[str, str]]:
        """Return whom the function has asked twice in two days to confirm, with the topic."""
        last: dict[tuple[str, str], float] = {}
        found = []
        for email, topic, time in self.requests:
            if time - last.get((email, topic), -_TWO_DAYS) < _TWO_DAYS:
                found.append((email, topic))
            last[email, topic] = time
        return found

    def subscribe(self, email: str, topic: str = "readers", *, by_hand: bool = False) -> None:
        """Let a template ask, which is no request of the function."""
        known = len(self.requests)
        super().subscribe(email, topic, by_hand=by_hand)
        del self.requests[known:]

    def _invite_again(self, parameters: dict[str, Any]) -> dict[str, Any]:
        answer = super()._invite_again(parameters)
        self.invited.append(answer["User"]["Username"])
        return answer

    def connect(self, *, step: str, seconds: float) -> Clients:
        """Stand in for the function's clients; those of the target differ in the address only."""
        clients = super().connect(step=step, seconds=seconds)
        HttpWorld.deadline = clients.clock.deadline
        if step.partition(" ")[2] != self.target:
            return clients
        return replace(
            clients,
            client=functools.partial(self._http_client, attempts=4),
            client_without_retries=functools.partial(self._http_client, attempts=1),
        )

    def _http_client(self, service: str, *, attempts: int) -> Any:
        fault = self.server.plan.fault
        never = fault is not None and fault.spoil(b"") is None
        seconds = _SHORT if never else 20.0
        key = service, attempts, seconds
        if key not in self._over_http:
            more = Config(
                read_timeout=seconds,
                retries={"mode": "standard", "total_max_attempts": attempts},
            )
            client = _session().client(  # type: ignore[call-overload]  # any service
                service,
                config=CONFIG.merge(more),
                endpoint_url=self.server.url,
                region_name="us-east-1",
                aws_access_key_id="example",
                aws_secret_access_key="example",  # noqa: S106  # nothing is signed for anybody
            )
            events = client.meta.events
            events.register_first("before-parameter-build", functools.partial(begin_call, 0))
            events.register_first("after-call", functools.partial(end_call, 0))
            self._over_http[key] = in_time(checked(client), _ALIVE)
        return self._over_http[key]


class _AliveClock:
    """The clock of the event that is worked on: clients outlive their events here."""

    @property
    def deadline(self) -> float:
        return HttpWorld.deadline

    @staticmethod
    def now() -> float:
        return Simulation.alive.time


_ALIVE: Final = cast("Clock", _AliveClock())


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()
