"""Sixty ways in which an answer of AWS, or of what stands between, can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tests.unit.http_server import End, Fault, response

_PAGE: Final = b"<html><body><h1>Something went wrong</h1></body></html>"
_HTML: Final = "Content-Type: text/html"


def _body(good: bytes) -> bytes:
    return good.partition(b"\r\n\r\n")[2]


def _says(answer: bytes) -> Callable[[bytes], bytes]:
    return lambda _: answer


def _nothing(_: bytes) -> bytes:
    return b""


def _never(_: bytes) -> None:
    return None


def _half(good: bytes) -> bytes:
    return good[: len(good) - max(1, len(_body(good)) // 2)]


def _half_a_document(good: bytes) -> bytes:
    return response("200 OK", _body(good)[: len(_body(good)) // 2])


def _half_of_the_head(good: bytes) -> bytes:
    return good[:20]


def _half_of_a_chunk(good: bytes) -> bytes:
    body = _body(good)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"%x\r\n" % (len(body) + 9) + body


def _too_short_a_length(good: bytes) -> bytes:
    body = _body(good)
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) // 2) + body


def _twice(good: bytes) -> bytes:
    return good + good


def _as_gzip(good: bytes) -> bytes:
    return response("200 OK", _body(good), "Content-Encoding: gzip")


def _whole(good: bytes) -> bytes:
    return good


def _fault(
    name: str,
    spoil: Callable[[bytes], bytes | None],
    *,
    done: bool,
    end: End = "close",
    seconds: float = 0.0,
    drips: bool = False,
) -> Fault:
    when = "after" if done else "before"
    return Fault(
        name=f"{name}-{when}-the-work",
        is_done=done,
        spoil=spoil,
        end=end,
        seconds=seconds,
        drips=drips,
    )


def _refusal(name: str, status: str, code: str, *, done: bool) -> Fault:
    return replace(_fault(name, _whole, done=done, end="keep"), refusal=(status, code))


def _status(status: str, content: bytes = b"", *headers: str) -> Callable[[bytes], bytes]:
    return _says(response(status, content, *headers))


#: What is over after the request, or after all that botocore does to ask again.
_PASSING: Final = (
    _refusal("throttle", "400 Bad Request", "TooManyRequestsException", done=False),
    _fault("throttle-by-status", _status("429 Too Many Requests"), done=False),
    _refusal("500", "500 Error", "InternalErrorException", done=False),
    _refusal("500", "500 Error", "InternalErrorException", done=True),
    _fault("502-without-a-body", _status("502 Bad Gateway"), done=True),
    _fault("503-page", _status("503 Service Unavailable", _PAGE, _HTML), done=False),
    _fault("503-page", _status("503 Service Unavailable", _PAGE, _HTML), done=True),
    _fault("504", _status("504 Gateway Timeout", _PAGE, _HTML), done=True, seconds=30.0),
    _fault("reset", _nothing, done=False, end="reset"),
    _fault("reset", _nothing, done=True, end="reset"),
    _fault("end", _nothing, done=False),
    _fault("end", _nothing, done=True),
    _fault("half-an-answer", _half, done=True),
    _fault("half-an-answer-and-a-reset", _half, done=True, end="reset"),
    _fault("half-a-head", _half_of_the_head, done=True),
    _fault("half-a-chunk", _half_of_a_chunk, done=True),
    _fault("half-a-document", _half_a_document, done=True, end="keep"),
    _fault("too-short-a-length", _too_short_a_length, done=True, end="keep"),
    _fault("two-answers", _twice, done=True, end="keep"),
    _fault("no-document", _status("200 OK"), done=False),
    _fault("no-document", _status("200 OK"), done=True),
    _fault("an-empty-document", _status("200 OK", b"{}"), done=True),
    _fault("another-document", _status("200 OK", b'["a", 1]'), done=True),
    _fault("page", _status("200 OK", _PAGE, _HTML), done=False),
    _fault("page", _status("200 OK", _PAGE, _HTML), done=True),
    _fault("another-protocol", _says(b"SSH-2.0-OpenSSH_9.2\r\n"), done=True),
    _fault("no-gzip", _as_gzip, done=True),
    _fault("drip", _whole, done=True, end="keep", seconds=90.0, drips=True),
)
#: What a retry does not help against, or not for long.
_TIMEOUTS: Final = (
    _fault("time-out", _never, done=False, seconds=20.0),
    _fault("time-out", _never, done=True, seconds=20.0),
)
_REFUSED: Final = (
    _fault("403-page", _status("403 Forbidden", _PAGE, _HTML), done=False),
    _fault("407-page", _status("407 Proxy Authentication Required", _PAGE, _HTML), done=False),
)
#: As many as botocore makes of one call, and one more.
_EXHAUSTING: Final = 5
#: Seconds until each answer of what lasts.
_SLOW: Final = 15.0
_LASTING: Final = (
    *_PASSING[:3],
    *_PASSING[8:10],
    *_PASSING[19:22],
    *_PASSING[24:26],
    _REFUSED[0],
)

#: What goes wrong, and for how many requests; None where it lasts.
FAULTS: Final[tuple[tuple[Fault, int | None], ...]] = (
    *((fault, 1) for fault in (*_PASSING, *_TIMEOUTS, *_REFUSED)),
    *((fault, _EXHAUSTING) for fault in _PASSING[:17]),
    *((replace(fault, seconds=_SLOW), None) for fault in _LASTING),
)
