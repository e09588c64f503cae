"""Brings each event to the custom resource that it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from custom_resource.errors import CustomResourceError
from custom_resource.responder import Outcome
from custom_resource.retry import retry
from workforce import (
    check,
    oidc_workforce,
    pool_protection,
    portal_login,
    portal_network,
    subscriptions,
    worker_access,
    workers,
)
from workforce.clients import Clients
from workforce.event import Event, from_event
from workforce.names import names_of, without_addresses
from workforce.scope import old_members_of
from workforce.waiting import is_passing


class Resource(Protocol):
    """One type of custom resource. All its functions may be run again at any point."""

    def physical_id(self, event: Event) -> str:
        """Return the id; another one lets CloudFormation delete what the old one stands for."""

    def create(self, event: Event, aws: Clients) -> dict[str, str]:
        """Make what the properties say and return the resource's attributes."""

    def update(self, event: Event, aws: Clients) -> dict[str, str]:
        """Change what is there to what the properties say; the event's `before` is what was."""

    def delete(self, event: Event, aws: Clients) -> None:
        """Take away what was made; what is gone already is a success."""


_WORKERS: Final = "Custom::Workers"
_SUBSCRIPTIONS: Final = "Custom::Subscriptions"
_RESOURCES: Final[Mapping[str, Resource]] = {
    "Custom::OidcWorkforce": oidc_workforce,
    "Custom::PoolProtection": pool_protection,
    "Custom::PortalLogin": portal_login,
    "Custom::PortalNetwork": portal_network,
    _SUBSCRIPTIONS: subscriptions,
    "Custom::WorkerAccess": worker_access,
    _WORKERS: workers,
    "Custom::WorkforceCheck": check,
}


def run(event: Mapping[str, Any], aws: Clients) -> Outcome:
    """Do what the event asks for; raises CustomResourceError, or an error of botocore."""
    resource, parsed = _resource(event), from_event(event)
    if parsed.kind == "Delete":
        retry(lambda: resource.delete(parsed, aws), aws, is_passing)
        return Outcome(physical_id=parsed.physical_id or "")
    identity = resource.physical_id(parsed)
    work = resource.create if parsed.kind == "Create" else resource.update
    return Outcome(
        physical_id=identity,
        data=retry(lambda: work(parsed, aws), aws, is_passing),
    )


def physical_id(event: Mapping[str, Any]) -> str:
    """Return the id of a resource that is to be made."""
    return _resource(event).physical_id(from_event(event))


def public(event: Mapping[str, Any], text: str) -> str:
    """Return what is said of an event without the addresses of workers, which AWS may repeat."""
    if event.get("ResourceType") not in (_WORKERS, _SUBSCRIPTIONS):
        return text
    properties = event.get("ResourceProperties")
    members = old_members_of(properties) if isinstance(properties, Mapping) else ()
    return without_addresses(text, names_of(members))


def _resource(event: Mapping[str, Any]) -> Resource:
    kind = str(event.get("ResourceType"))
    if kind not in _RESOURCES:
        raise CustomResourceError(
            f"expected {' or '.join(_RESOURCES)}, got {kind!r} in event.ResourceType"
        )
    return _RESOURCES[kind]
