"""Answers CloudFormation: one small JSON document, put to the address that came with the event."""

from __future__ import annotations

import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

_log = logging.getLogger("custom_resource")

#: Bytes of the whole body (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html).
MAXIMUM_BODY: Final = 4096
#: Seconds before the second, third … attempt.
_PAUSES: Final = (1.0, 2.0, 4.0, 8.0)
_TIMEOUT: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How an event ended."""

    status: Literal["SUCCESS", "FAILED"]
    #: Never empty: CloudFormation would make one up and hide the reason.
    physical_id: str
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


def body(event: Mapping[str, Any], answer: Answer) -> bytes:
    """Return the document, at most 4,096 bytes; the longest texts are cut for that."""
    texts = {"": answer.reason, **answer.data}
    while len(document := _document(event, answer, texts)) > MAXIMUM_BODY:
        longest = max(texts, key=lambda name: len(json.dumps(texts[name])))
        if not texts[longest]:
            break
        texts[longest] = texts[longest][: len(texts[longest]) * 9 // 10]
    return document


def send(
    event: Mapping[str, Any], answer: Answer, *, sleep: Callable[[float], None] = time.sleep
) -> bool:
    """Put the answer, in five attempts; say whether it arrived.

    Nothing is raised and the address is never logged, because it is a credential: errors are
    known by their type and HTTP status only.
    """
    document = body(event, answer)
    url = str(event.get("ResponseURL", ""))
    if not url.startswith(("https://", "http://")):
        _log.error("the event has no ResponseURL to answer to")
        return False
    for pause in (*_PAUSES, None):
        failure = _put(url, document)
        if failure is None:
            return True
        _log.warning("the answer to CloudFormation did not arrive: %s", failure)
        if pause is not None:
            sleep(pause)
    _log.error("gave up: CloudFormation waits for this resource until its ServiceTimeout")
    return False


def _document(event: Mapping[str, Any], answer: Answer, texts: Mapping[str, str]) -> bytes:
    return json.dumps(
        {
            "Status": answer.status,
            "Reason": texts[""],
            "PhysicalResourceId": answer.physical_id,
            "StackId": event.get("StackId"),
            "RequestId": event.get("RequestId"),
            "LogicalResourceId": event.get("LogicalResourceId"),
            "NoEcho": False,
            "Data": {name: texts[name] for name in answer.data},
        }
    ).encode()


def _put(url: str, document: bytes) -> str | None:
    """Return nothing, or what went wrong without a word of the address."""
    try:
        # An empty content type is part of the signature of the presigned address.
        request = urllib.request.Request(  # noqa: S310  # the scheme is checked by `send`
            url, data=document, method="PUT", headers={"Content-Type": ""}
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT):  # noqa: S310  # as above
            return None
    except urllib.error.HTTPError as error:
        status = error.code
        error.close()
        return f"HTTP status {status}"
    except Exception as error:  # noqa: BLE001  # whatever it is, the next attempt may succeed
        return type(error).__name__
