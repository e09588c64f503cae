"""The function's entry point.

All but the part that answers is imported while an event is worked on, so that broken code is
reported as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from custom_resource.responder import Function, Outcome, answer

if TYPE_CHECKING:
    from botocore.exceptions import ClientError


def handler(event: dict[str, Any], context: Any) -> None:
    """Work on one event of CloudFormation. Nothing is returned or raised."""
    answer(event, context, _FUNCTION)


def _work(event: Mapping[str, Any], step: str, seconds: float) -> Outcome:
    from workforce.clients import connect
    from workforce.resources import run

    return run(event, connect(step=step, seconds=seconds))


def _new_id(event: Mapping[str, Any]) -> str:
    from workforce.resources import physical_id

    return physical_id(event)


def _explain(error: ClientError) -> str:
    from workforce.hints import explain

    return explain(error)


def _public(event: Mapping[str, Any], text: str) -> str:
    from workforce.resources import public

    return public(event, text)


_FUNCTION: Final = Function(work=_work, new_id=_new_id, explain=_explain, public=_public)
