"""What stands in the body of a worker's request, whatever is sent: an answer within bounds."""

from __future__ import annotations

import json
from typing import Any, Final

from local.ground_truth.answers.task_queue import Refused

#: Masks and the labels of long videos are large.
_LARGEST: Final = 20_000_000
#: Levels of lists and objects; the answers of no crowd element have ten.
_DEEPEST: Final = 50
#: What readers of JSON agree on (https://www.rfc-editor.org/rfc/rfc8259#section-6).
_LARGEST_NUMBER: Final = 2**53


async def read(receive: Any) -> bytes:
    """Return a request's body; Refused if it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > _LARGEST:
            raise Refused(f"a body has at most {_LARGEST} bytes", status=413)
        if not message.get("more_body"):
            return bytes(body)


def answer(body: bytes) -> dict[str, Any]:
    """Return the answer in a body; Refused if there is none that can be written down."""
    try:
        request = json.loads(body)
        _check(request)
        # Half a surrogate pair is no character, and can be written nowhere.
        json.dumps(request, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refused(f"the body is JSON, got {body[:80]!r}: {error}", status=400) from error
    found = request.get("answer") if isinstance(request, dict) else None
    if not isinstance(found, dict):
        raise Refused(f"the answer is a JSON object, got {body[:80]!r}", status=400)
    return found


def _check(content: Any) -> None:
    """Raise ValueError for what nests too deep, and for numbers that are none of JSON."""
    level = [content]
    for _ in range(_DEEPEST):
        for each in level:
            # Not a number is no number that is small enough.
            if isinstance(each, int | float) and not abs(each) <= _LARGEST_NUMBER:
                raise ValueError(f"a number is at most {_LARGEST_NUMBER} on either side of 0")
        level = [
            each
            for value in level
            if isinstance(value, dict | list)
            for each in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise ValueError(f"it nests at most {_DEEPEST} levels deep")
