"""The function's entry point: it answers CloudFormation whatever happens.

All but the responder is imported inside of `handler`, so that broken code is reported as well:
an event that is never answered blocks its stack for as long as its ServiceTimeout.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from labeling_job import response
from labeling_job.response import Answer

_log = logging.getLogger("labeling_job")

#: Seconds kept for a call that is still going on at the deadline, for stopping a job and for the
#: answer.
_MARGIN: Final = 120.0
#: The part of an address that is a credential.
_SIGNED: Final = re.compile(r"\?[^\s'\"]*(?:Signature|Security-Token)=[^\s'\"]*")
#: CloudFormation's limit is 1 KB.
_MAXIMUM_ID: Final = 1000


def handler(event: dict[str, Any], context: Any) -> None:
    """Work on one event of CloudFormation. Nothing is returned or raised."""
    _log.setLevel(logging.INFO)
    try:
        try:
            answer = _work(event, context)
        except Exception as error:  # noqa: BLE001  # whatever it is, CloudFormation waits
            answer = _failure(event, error)
        _log.info("%s: %s with id %s", _step(event), answer.status, answer.physical_id)
        response.send(event, answer)
    except Exception as error:  # noqa: BLE001  # a raised error makes Lambda repeat the event
        _log.error("no answer was sent: %s", type(error).__name__)


def _work(event: Mapping[str, Any], context: Any) -> Answer:
    from labeling_job.collaborators import connect
    from labeling_job.labeling_job import run

    left = context.get_remaining_time_in_millis() / 1000
    aws = connect(step=_step(event), seconds=max(left - _MARGIN, left / 2))
    aws.log.info("begins with id %s", event.get("PhysicalResourceId", "none"))
    outcome = run(event, aws)
    return Answer(
        status="SUCCESS",
        physical_id=outcome.physical_id or _failed_id(event),
        reason=outcome.data.get("Summary", ""),
        data=outcome.data,
    )


def _failure(event: Mapping[str, Any], error: Exception) -> Answer:
    reason = _readable(error)
    if reason is None:
        _log.error("%s: unexpected error", _step(event), exc_info=error)
        reason = f"unexpected {type(error).__name__}: {_words(error)}, see the function's log"
    else:
        _log.error("%s: %s", _step(event), reason)
    return Answer(status="FAILED", physical_id=_failed_id(event), reason=_shown(reason))


def _shown(reason: str) -> str:
    """Return a reason in one line, and without addresses that give access to whoever reads it."""
    return _SIGNED.sub("?…", " ".join(reason.split()))


def _readable(error: Exception) -> str | None:
    """Return the sentence of an error that was meant for users, or that comes from AWS."""
    try:
        from botocore.exceptions import ClientError

        from labeling_job.advice import explain
        from labeling_job.errors import LabelingJobError
    except Exception:  # noqa: BLE001  # then `error` is most likely the same one
        return None
    if isinstance(error, LabelingJobError):
        return str(error)
    return explain(error) if isinstance(error, ClientError) else None


def _failed_id(event: Mapping[str, Any]) -> str:
    """Return the id that CloudFormation knows, else the one that the resource would have.

    An Update that failed keeps its id: what it began has been stopped, so that there is nothing
    to delete, and the next Update finds its id changed again.
    """
    known = event.get("PhysicalResourceId")
    if known:
        return str(known)[:_MAXIMUM_ID]
    try:
        from labeling_job.identity import owner_of, physical_id

        return physical_id(owner_of(event), event["ResourceProperties"])
    except Exception:  # noqa: BLE001  # any id is right for what was never made
        return f"{event.get('LogicalResourceId') or 'labeling-job'}-invalid"[:_MAXIMUM_ID]


def _step(event: Mapping[str, Any]) -> str:
    return f"{event.get('RequestType')} {event.get('LogicalResourceId')}"


def _words(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  # an error that can't even be shown
        return "no message"
