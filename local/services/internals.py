"""How the files of this folder reach into MiniStack."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def module(name: str) -> Any:
    """Return a module of MiniStack, which reads its settings while it is imported."""
    return importlib.import_module(f"ministack.{name}")


def announce(*services: str) -> None:
    """Spare MiniStack reading all of botocore's models for names that it doesn't know."""
    router = module("core.router")
    known = router._is_aws_service_name
    router._is_aws_service_name = lambda name: name in services or known(name)


def after_create(kind: str, apply: Callable[[str, Mapping[str, Any]], None]) -> None:
    """Let `apply(physical id, properties)` follow when CloudFormation has made a resource."""
    handlers = resource_handlers(kind)
    create = handlers["create"]

    def create_and_apply(logical_id: str, properties: Any, *more: Any) -> Any:
        made = create(logical_id, properties, *more)
        apply(made[0], properties)
        return made

    handlers["create"] = create_and_apply


def after_update(kind: str, apply: Callable[[str, Mapping[str, Any]], None]) -> None:
    """Let `apply(physical id, new properties)` follow when it has changed one."""
    handlers = resource_handlers(kind)
    update = handlers["update"]

    def update_and_apply(physical_id: str, old: Any, new: Any, *more: Any) -> Any:
        made = update(physical_id, old, new, *more)
        apply(made[0], new)
        return made

    handlers["update"] = update_and_apply


def resource_handlers(kind: str) -> dict[str, Any]:
    """Return what creates, updates and deletes resources of a type."""
    handlers: dict[str, Any] = module("services.cloudformation.provisioners")._RESOURCE_HANDLERS[
        kind
    ]
    return handlers
