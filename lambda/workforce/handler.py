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
    """Work on one event of CloudFormation, of which nothing is returned or raised, or a round."""
    if "Round" in event:
        _round(event, context)
    else:
        answer(event, context, _FUNCTION)


def _round(event: Mapping[str, Any], context: Any) -> None:
    """Go the round; whatever it raises lets Lambda begin it again, which does no harm."""
    import logging
    import traceback

    from botocore.exceptions import ClientError

    from custom_resource.errors import NOT_AUTHORIZED, code_of, message_of
    from custom_resource.responder import seconds_for
    from workforce.clients import connect
    from workforce.names import without_addresses
    from workforce.people_round import go_round

    log = logging.getLogger("custom_resource")
    log.setLevel(logging.INFO)
    try:
        go_round(event, connect(step="Round", seconds=seconds_for(context)))
    except ClientError as error:
        # AWS's own words may name people.
        missing = NOT_AUTHORIZED.search(message_of(error))
        reason = f"not authorized to perform {missing['action']}" if missing else code_of(error)
        raise RuntimeError(f"{error.operation_name} was refused: {reason}") from None
    except Exception as error:  # noqa: BLE001  # whatever it is, it may name people
        # Lambda would log it as it is.
        trace = "".join(traceback.format_exception(error))
        log.error("Round: unexpected error\n%s", without_addresses(trace, {}))
        raise RuntimeError(f"unexpected {type(error).__name__}, see the log") from None


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
