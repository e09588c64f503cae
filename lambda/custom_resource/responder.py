"""Answers CloudFormation whatever happens; an event that is not answered blocks its stack.

All but the responder is imported while an event is worked on, so that broken code is reported as
well.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from custom_resource import response
from custom_resource.response import Answer

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_log = logging.getLogger("custom_resource")

#: Seconds kept for a call that is still going on at the deadline, for stopping what was begun and
#: for the answer.
_MARGIN: Final = 120.0
#: Seconds kept for the answer alone, when whatever still goes on is ended.
_LAST: Final = 30.0
#: The part of an address that is a credential.
_SIGNED: Final = re.compile(r"\?[^\s'\"]*(?:Signature|Security-Token)=[^\s'\"]*")
#: CloudFormation's limit is 1 KB.
_MAXIMUM_ID: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What CloudFormation shall know of the resource."""

    physical_id: str
    #: `Summary` is shown as the reason of the success too.
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Function:
    """What one function does for its custom resources; each part imports what it needs itself."""

    #: Works on an event, given the beginning of its log lines and the seconds that it may take.
    work: Callable[[Mapping[str, Any], str, float], Outcome]
    #: Returns the id that the resource of a Create would have; may raise anything.
    new_id: Callable[[Mapping[str, Any]], str]
    #: Says what AWS's refusal means.
    explain: Callable[[ClientError], str]
    #: Returns what is said of an event without what not everybody who reads logs may know.
    public: Callable[[Mapping[str, Any], str], str] = lambda _, text: text


def answer(event: dict[str, Any], context: Any, function: Function) -> None:
    """Let a function work on one event of CloudFormation. Nothing is returned or raised."""
    _log.setLevel(logging.INFO)
    try:
        try:
            answer = _work(event, context, function)
        except Exception as error:  # noqa: BLE001  # whatever it is, CloudFormation waits
            answer = _failure(event, error, function)
        _log.info("%s: %s with id %s", _step(event), answer.status, answer.physical_id)
        response.send(event, answer)
    except Exception as error:  # noqa: BLE001  # a raised error makes Lambda repeat the event
        _log.error("no answer was sent: %s", type(error).__name__)


def seconds_for(context: Any) -> float:
    """Return the seconds that work may take in a function with this context."""
    left = context.get_remaining_time_in_millis() / 1000
    return float(max(left - _MARGIN, left / 2))


def _work(event: Mapping[str, Any], context: Any, function: Function) -> Answer:
    from custom_resource.runtime import versions
    from custom_resource.time_limit import time_limit

    known = event.get("PhysicalResourceId", "none")
    _log.info("%s: begins with id %s on %s", _step(event), known, versions())
    left = context.get_remaining_time_in_millis() / 1000
    with time_limit(left - _LAST):
        outcome = function.work(event, _step(event), seconds_for(context))
    return Answer(
        status="SUCCESS",
        physical_id=outcome.physical_id or _known_id(event, function),
        reason=outcome.data.get("Summary", ""),
        data=outcome.data,
    )


def _failure(event: Mapping[str, Any], error: Exception, function: Function) -> Answer:
    reason = _readable(error, function)
    if reason is None:
        trace = "".join(traceback.format_exception(error))
        _log.error("%s: unexpected error\n%s", _step(event), _public(event, trace, function))
        reason = f"unexpected {type(error).__name__}: {_words(error)}, see the function's log"
    else:
        _log.error("%s: %s", _step(event), _public(event, reason, function))
    # What has become of what was begun, see BaseException.add_note.
    reason = _public(event, "; ".join([reason, *getattr(error, "__notes__", ())]), function)
    return Answer(status="FAILED", physical_id=_known_id(event, function), reason=_shown(reason))


def _public(event: Mapping[str, Any], text: str, function: Function) -> str:
    try:
        return function.public(event, text)
    except Exception:  # noqa: BLE001  # what is wrong must be said, of broken code too
        return text


def _shown(reason: str) -> str:
    """Return a reason in one line, and without addresses that give access to whoever reads it."""
    return _SIGNED.sub("?…", " ".join(reason.split()))


def _readable(error: Exception, function: Function) -> str | None:
    """Return the sentence of an error that was meant for users, or that comes from AWS."""
    try:
        from botocore.exceptions import ClientError

        from custom_resource.errors import CustomResourceError, is_lost

        if isinstance(error, CustomResourceError):
            return str(error)
        if is_lost(error):
            return (
                "deploy again when AWS can be reached, which AWS Health may know more of: no answer"
                f" came, {error}"
            )
        return function.explain(error) if isinstance(error, ClientError) else None
    except Exception:  # noqa: BLE001  # then `error` is most likely the same one
        return None


def _known_id(event: Mapping[str, Any], function: Function) -> str:
    """Return the id that CloudFormation knows, else the one that the resource would have.

    An Update that failed keeps its id: what it began has been stopped, so that there is nothing
    to delete, and the next Update finds its id changed again.
    """
    known = event.get("PhysicalResourceId")
    if known:
        return str(known)[:_MAXIMUM_ID]
    try:
        return function.new_id(event)
    except Exception:  # noqa: BLE001  # any id is right for what was never made
        return f"{event.get('LogicalResourceId') or 'resource'}-invalid"[:_MAXIMUM_ID]


def _step(event: Mapping[str, Any]) -> str:
    return f"{event.get('RequestType')} {event.get('LogicalResourceId')}"


def _words(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  # an error that can't even be shown
        return "no message"
