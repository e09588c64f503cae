"""Cognito's answers, which MiniStack gives as status, headers and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

Answer = tuple[int, Any, bytes]
#: What is described even if it is empty.
_SHOWN_EMPTY: Final = frozenset({"LambdaConfig", "CustomDomain", "Domain"})


def error(code: str, message: str) -> Answer:
    """Return a refusal."""
    body = json.dumps({"__type": code, "message": message}).encode()
    return 400, {"Content-Type": "application/json", "x-amzn-errortype": code}, body


def invalid(message: str) -> Answer:
    """Return the refusal of a parameter."""
    return error("InvalidParameterException", message)


def without_empty(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what AWS describes of a pool or client: nothing that is not set."""
    return {
        name: value
        for name, value in content.items()
        if name in _SHOWN_EMPTY or value not in ("", None, [], {})
    }


def call(operation: Callable[[Any], Any], request: Any, *, absent_is_fine: bool = False) -> None:
    """Run an operation; ValueError, CloudFormation's reason, with its refusal."""
    status, _, body = operation(request)
    if status < 400:
        return
    answer = json.loads(body)
    if absent_is_fine and "NotFound" in answer.get("__type", ""):
        return
    raise ValueError(f"{answer.get('__type')}: {answer.get('message')}")
