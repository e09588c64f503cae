"""Names people in a plan by their number in the file and initials: many may read its comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeVar

from cli.plan.assembly import AssembledEnvironment
from workforce.names import name_of, renamed

_T = TypeVar("_T")

_WORKERS: Final = "Custom::Workers"
_SUBSCRIPTION: Final = "AWS::SNS::Subscription"
_SUBSCRIPTIONS: Final = "Custom::Subscriptions"
#: Digits at the end of a logical id by which CDK tells it from others.
_HASH: Final = 8


class Names:
    """The names of all whose addresses stand in an environment, before or after."""

    def __init__(self, before: AssembledEnvironment, after: AssembledEnvironment) -> None:
        old, new = list(workers_of(before)), list(workers_of(after))
        found = {email: f"worker {name_of(place, email)}" for place, email in enumerate(new, 1)}
        for place, email in enumerate(old, 1):
            found.setdefault(email, f"former worker {name_of(place, email)}")
        told = sorted({*_told(before), *_told(after)} - found.keys())
        for place, email in enumerate(told, 1):
            found[email] = f"recipient {name_of(place, email)}"
        self._names = found
        # Logical ids are made from addresses, of which they keep letters and digits.
        self._ids = {
            each.logical_id: f"…{each.logical_id[-_HASH:]}"
            for environment in (before, after)
            for each in environment.resources()
            if renamed(each.path, found) != each.path
        }

    def without_addresses(self, said: _T) -> _T:
        """Return a plan, or a part of one, with names in place of addresses in all its texts."""
        return self._changed(said)  # type: ignore[no-any-return]  # as it came

    def _changed(self, value: Any) -> Any:
        if isinstance(value, str):
            for logical_id, short in self._ids.items():
                value = value.replace(logical_id, short)
            return renamed(value, self._names)
        if isinstance(value, tuple):
            return tuple(self._changed(each) for each in value)
        if isinstance(value, Mapping):
            return {self._changed(key): self._changed(each) for key, each in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            changed = {
                each.name: self._changed(getattr(value, each.name)) for each in fields(value)
            }
            return replace(value, **changed)
        return value


def workers_of(environment: AssembledEnvironment) -> Iterator[str]:
    """Yield the addresses of the workers, in the order of the file."""
    for resource in environment.resources(_WORKERS):
        for member in resource.properties.get("Members", []):
            yield str(member["Email"]).lower()


def _told(environment: AssembledEnvironment) -> Iterator[str]:
    for resource in environment.resources(_SUBSCRIPTION):
        if resource.properties.get("Protocol") == "email":
            yield str(resource.properties["Endpoint"]).lower()
    for resource in environment.resources(_SUBSCRIPTIONS):
        for topic in resource.properties.get("Topics", []):
            yield from (str(each).lower() for each in topic["Addresses"])
