"""The body of a request, which is read before anybody else sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from local.gate.refusal import Refused

#: How much of a refused request is read, so that its connection can go on, in bytes.
_PATIENCE: Final = 8 * 1024 * 1024


class Body:
    """Reads from an ASGI server's `receive`."""

    def __init__(self, receive: Callable[..., Any]) -> None:
        self._receive = receive
        self._has_more = True

    async def read(self, most: int | None = None) -> bytes:
        """Return all of it; Refused if it breaks off, or has more than `most` bytes."""
        parts: list[bytes] = []
        size = 0
        while self._has_more:
            parts.append(await self._next())
            size += len(parts[-1])
            if most is not None and size > most:
                message = f"a body has at most {most} bytes"
                raise Refused("RequestEntityTooLarge", message, status=413)
        return b"".join(parts)

    async def throw_away(self) -> None:
        """Read what has not been read."""
        size = 0
        while self._has_more and size < _PATIENCE:
            try:
                size += len(await self._next())
            except Refused:
                return

    def again(self, content: bytes) -> Callable[..., Any]:
        """Return an ASGI `receive` that gives `content`, and then what else comes."""
        messages = [{"type": "http.request", "body": content, "more_body": False}]

        async def receive() -> Any:
            return messages.pop() if messages else await self._receive()

        return receive

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._has_more = False
            raise Refused("IncompleteBody", "the request ended before its body", status=400)
        self._has_more = bool(message.get("more_body"))
        part: bytes = message.get("body", b"")
        return part
