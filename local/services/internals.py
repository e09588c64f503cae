"""How the files of this folder reach into MiniStack."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final

#: Where a presigned URL says who has signed it, and for which service.
_CREDENTIALS: Final = ("X-Amz-Credential", "x-amz-credential")


def module(name: str) -> Any:
    """Return a module of MiniStack, which reads its settings while it is imported."""
    return importlib.import_module(f"ministack.{name}")


def announce(*services: str) -> None:
    """Spare MiniStack reading all of botocore's models for names that it doesn't know."""
    router = module("core.router")
    known = router._is_aws_service_name
    router._is_aws_service_name = lambda name: name in services or known(name)


def route_by_signature() -> None:
    """Let a presigned URL reach the service that it is signed for, whatever a body says.

    MiniStack reads the service of a signature in a header only, and else what a form asks for: one
    object's URL, with another body, would be a call of any service with the signer's rights.
    """
    app = module("app")
    detect = app.detect_service

    def detect_signed(method: str, path: str, headers: Any, query: Any) -> Any:
        credential = next((query[each][0] for each in _CREDENTIALS if query.get(each)), None)
        if credential is not None and "authorization" not in headers:
            headers = {**headers, "authorization": f"AWS4-HMAC-SHA256 Credential={credential}"}
        return detect(method, path, headers, query)

    app.detect_service = detect_signed


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
