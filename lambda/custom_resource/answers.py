"""Tells what AWS has answered from what only looks like an answer.

Whatever stands between may send a page, or half a document, with the status of a success; botocore
takes that for an answer that says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

_C = TypeVar("_C")


class NoAnswerError(HTTPClientError):
    """AWS may have done what it was asked for or not, as where a connection breaks."""

    fmt = "{operation} was answered with something that AWS does not say"


class TimeIsOverError(HTTPClientError):
    """AWS was not asked any more."""

    fmt = "the time was over before {operation}"


def checked(client: _C) -> _C:
    """Return a client of botocore that raises NoAnswerError where it has got no answer.

    An operation that has something to say says one of its members at least, be it an empty list.
    """
    events = client.meta.events  # type: ignore[attr-defined]  # any client
    events.register("after-call", _check)
    events.register("after-call-error", _translate)
    return client


def _check(http_response: Any, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
    shape = model.output_shape
    is_empty = not parsed.keys() - {"ResponseMetadata"}
    if http_response.status_code < 300 and is_empty and shape is not None and shape.members:
        raise NoAnswerError(operation=model.name)


def _translate(exception: BaseException, event_name: str, **_: Any) -> None:
    # Whatever else botocore raises comes of a document that it can't read.
    if not isinstance(exception, (BotoCoreError, ClientError)):
        raise NoAnswerError(operation=event_name.rpartition(".")[2]) from exception
