"""Gives each answer of a service an id, as AWS does also where it refuses.

The functions take an answer without one for somebody else's, and ask again.
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

#: S3's, and that of the other services.
_NAMES: Final = (b"x-amz-request-id", b"x-amzn-requestid")


def answering(send: Callable[..., Any]) -> Callable[..., Any]:
    """Return an ASGI `send` that adds the ids that an answer lacks."""

    async def send_so(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ())]
            there, number = {name.lower() for name, _ in headers}, str(uuid.uuid4()).encode()
            headers += [(name, number) for name in _NAMES if name not in there]
            message = {**message, "headers": headers}
        await send(message)

    return send_so
