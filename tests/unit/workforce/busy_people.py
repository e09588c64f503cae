"""Cognito as it is with many people: each call takes its time, and there are only so many a second.

The clock is a simulated one, and so is what is done at a time: one thread does it all, and gives
each piece of work to whoever of the function's threads would be free first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from botocore.exceptions import ClientError

from tests.unit.fake_services import RefusedError
from tests.unit.workforce.workforce_aws import FakePeople
from workforce.clients import Clients
from workforce.together import AT_A_TIME

_T = TypeVar("_T")
_R = TypeVar("_R")

#: Requests a second of an account in a Region, by category, and which operations are in it
#: (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html). Where a page does not
#: say which category an operation is in, it is the one with the lowest rate.
_QUOTAS: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "UserCreation": (50, ("AdminCreateUser",)),
    "UserRead": (120, ("AdminGetUser",)),
    "UserList": (30, ("ListUsers", "ListUsersInGroup")),
    "UserResourceRead": (50, ("AdminListGroupsForUser",)),
    "UserPoolRead": (15, ("DescribeUserPool",)),
    "UserUpdate": (
        25,
        (
            "AdminAddUserToGroup",
            "AdminDeleteUser",
            "AdminDisableUser",
            "AdminEnableUser",
            "AdminRemoveUserFromGroup",
            "AdminUpdateUserAttributes",
            "AdminUserGlobalSignOut",
        ),
    ),
}
_CATEGORY: Final = {name: category for category, (_, names) in _QUOTAS.items() for name in names}
#: Seconds that a call takes, assumed: no page of AWS says it. What may send a mail takes more.
_USUAL: Final = 0.1
_MAKES: Final = {"AdminCreateUser": 0.3}


@dataclass
class BusyPeople(FakePeople):
    """Cognito in an account in which a function is not alone, or slow."""

    #: How many times as long as usual each call takes.
    slowness: float = 1.0
    #: The part of each quota that others use.
    others: float = 0.0
    #: Pool and address to the username that was made of it last.
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _seconds: Counter[tuple[str, int]] = field(default_factory=Counter)
    #: Calls that were refused for their number.
    throttled: int = 0

    def as_clients(self, *, seconds: float = 780.0) -> Clients:
        """Return clients whose calls end here, for a function that works on some at a time.

        They are no real ones, which take the computer longer than all the rest; what those check is
        checked with fewer people.
        """

        def client(_: str) -> _Direct:
            return _Direct(self._serve)

        return replace(
            super().as_clients(seconds=seconds),
            client=client,
            client_without_retries=client,
            together=self._together,
        )

    def _new_name(self, pool: str, given: str) -> str:
        name = self._names[pool, given] = super()._new_name(pool, given)
        return name

    def _by_name(self, pool: str, given: str) -> dict[str, Any] | None:
        # To look through all for each takes the square of their number.
        return self.users[pool].get(self._names.get((pool, given), given))

    def _together(self, work: Callable[[_T], _R], many: Iterable[_T]) -> list[_R]:
        free = [self.time] * AT_A_TIME
        done = []
        for each in many:
            first = min(range(AT_A_TIME), key=free.__getitem__)
            self.time = free[first]
            done.append(work(each))
            free[first] = self.time
        self.time = max(free)
        return done

    def _serve(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self.time += self.slowness * _MAKES.get(operation, _USUAL)
        if (category := _CATEGORY.get(operation)) is not None:
            self._count(category)
        return super()._serve(operation, parameters)

    def _count(self, category: str) -> None:
        quota, _ = _QUOTAS[category]
        now = category, int(self.time)
        if self._seconds[now] >= quota * (1 - self.others):
            self.throttled += 1
            raise RefusedError("TooManyRequestsException", "Rate exceeded")
        self._seconds[now] += 1


class _Direct:
    """What a client of botocore is, but for all that it does itself."""

    def __init__(self, serve: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
        self._serve = serve

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        operation = name.title().replace("_", "")

        def call(**parameters: Any) -> dict[str, Any]:
            try:
                return self._serve(operation, parameters)
            except RefusedError as refusal:
                raise ClientError(
                    {"Error": {"Code": refusal.code, "Message": refusal.message}}, operation
                ) from None

        return call
