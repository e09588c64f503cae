"""As much of S3 as the benchmarks need, in a process of its own, with a delay before each answer.

Objects are made on the fly and what is written is counted and thrown away.
"""

from __future__ import annotations

import asyncio
import json
import sys
from bisect import bisect_right
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

_PAGE: Final = 1000


def main() -> None:
    """Serve `keys` texts, each `milliseconds` late, and print the port."""
    keys, milliseconds = (int(argument) for argument in sys.argv[1:])
    asyncio.run(_serve(_keys(keys), milliseconds / 1000))


def _keys(number: int) -> list[str]:
    """Return keys in order, 10,000 in each folder."""
    return [f"Input/camera {place // 10_000:04}/{place:08}.txt" for place in range(number)]


async def _serve(keys: list[str], seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(keys, seconds), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  # the parent reads it
    await server.serve_forever()


class _Connection(asyncio.Protocol):
    """Answers one request after the other."""

    def __init__(self, keys: list[str], seconds: float) -> None:
        self._keys = keys
        self._seconds = seconds
        self._received = bytearray()
        self._is_asked_for_body = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # for the type
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer when a request is complete."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        first, *lines = self._received[:end].decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(self._received) < end + 4 + length:
            if headers.get("expect") and not self._is_asked_for_body:
                self._is_asked_for_body = True
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return
        del self._received[: end + 4 + length]
        self._is_asked_for_body = False
        method, target, _ = first.split(" ")
        answer = self._answer(method, target)
        asyncio.get_running_loop().call_later(self._seconds, self._transport.write, answer)

    def _answer(self, method: str, target: str) -> bytes:
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = ""
        if "list-type" in query:
            body = self._page(query)
        elif method == "GET":
            body = _text(unquote(parts.path))
        elif "uploads" in query:
            body = "<Upload><UploadId>1</UploadId></Upload>"
        elif method == "POST":
            body = '<Upload><ETag>"1"</ETag></Upload>'
        return (
            f'HTTP/1.1 200 OK\r\nContent-Length: {len(body.encode())}\r\nETag: "1"\r\n\r\n{body}'
        ).encode()

    def _page(self, query: dict[str, str]) -> str:
        after = query.get("continuation-token") or query.get("start-after", "")
        start = bisect_right(self._keys, after)
        keys = self._keys[start : start + _PAGE]
        is_truncated = start + _PAGE < len(self._keys)
        token = escape(keys[-1]) if is_truncated else ""
        return "".join(
            [
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>in</Name>'
                f"<Prefix>Input/</Prefix><NextContinuationToken>{token}</NextContinuationToken>"
                f"<KeyCount>{len(keys)}</KeyCount><MaxKeys>{_PAGE}</MaxKeys>"
                "<EncodingType>url</EncodingType>"
                f"<IsTruncated>{json.dumps(is_truncated)}</IsTruncated>",
                *map(_entry, keys),
                "</ListBucketResult>",
            ]
        )


def _entry(key: str) -> str:
    return (
        f"<Contents><Key>{key.replace(' ', '+')}</Key>"
        "<LastModified>2026-11-23T10:11:12.000Z</LastModified>"
        "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>"
        "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>"
        "<Size>250</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _text(path: str) -> str:
    """Return a text of 250 characters that no other object has."""
    return f"{path} is a review of a product. ".ljust(250, "x")


if __name__ == "__main__":
    main()
