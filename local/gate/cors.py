"""Who may read S3's answers in a browser: what the bucket's rules say, and nobody anything else.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from local.gate.request import Request
from local.replies import Reply

#: A bucket's rules, by the names of the XML's elements; `None` without any.
Rules = Sequence[Mapping[str, Sequence[str]]] | None
_VARY: Final = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
#: S3's own words, with its own spelling.
_REFUSED: Final = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of"
    " Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are"
    " not whitelisted by the resource's CORS spec."
)
_OFF: Final = "CORSResponse: CORS is not enabled for this bucket."
_NO_ORIGIN: Final = "Insufficient information. Origin request header needed."


def preflight(request: Request, rules: Rules) -> Reply:
    """Return what a browser is told that asks first."""
    origin = request.headers.get("origin")
    method = request.headers.get("access-control-request-method", "")
    if not origin:
        return _error("BadRequest", _NO_ORIGIN, 400)
    if not rules:
        return _error("AccessForbidden", _OFF, 403)
    asked = request.headers.get("access-control-request-headers", "").split(",")
    names = [name.strip().lower() for name in asked if name.strip()]
    allowed = headers(rules, origin, method, names)
    if not allowed:
        return _error("AccessForbidden", _REFUSED, 403)
    return Reply(status=200, body=b"", headers=tuple(allowed.items()))


def headers(rules: Rules, origin: str, method: str, asked: Sequence[str] = ()) -> Mapping[str, str]:
    """Return the headers of the first rule that allows an origin, a method and request headers."""
    for rule in rules or ():
        origins = [each for each in rule.get("AllowedOrigin", ()) if _matches(each, origin)]
        may_send = rule.get("AllowedHeader", ())
        if (
            not origins
            or method not in rule.get("AllowedMethod", ())
            or not all(any(_matches(each.lower(), name) for each in may_send) for name in asked)
        ):
            continue
        return {
            **_of_origin(origins[0], origin),
            "access-control-allow-methods": ", ".join(rule["AllowedMethod"]),
            **_listed("access-control-allow-headers", asked),
            **_listed("access-control-expose-headers", rule.get("ExposeHeader", ())),
            **_listed("access-control-max-age", rule.get("MaxAgeSeconds", ())),
            "vary": _VARY,
        }
    return {}


def answering(send: Callable[..., Any], more: Mapping[str, str]) -> Callable[..., Any]:
    """Return an ASGI `send` that gives an answer these CORS headers, and no others."""

    async def send_so(message: Any) -> None:
        if message["type"] == "http.response.start":
            kept = [
                (name, value)
                for name, value in message.get("headers", ())
                if not name.lower().startswith(b"access-control-")
                and (name.lower() != b"vary" or not more)
            ]
            added = [(name.encode(), value.encode()) for name, value in more.items()]
            message = {**message, "headers": [*kept, *added]}
        await send(message)

    return send_so


def _of_origin(rule: str, origin: str) -> Mapping[str, str]:
    if rule == "*":
        return {"access-control-allow-origin": "*"}
    allowed = {"access-control-allow-origin": origin}
    return {**allowed, "access-control-allow-credentials": "true"}


def _listed(name: str, values: Sequence[str]) -> Mapping[str, str]:
    return {name: ", ".join(values)} if values else {}


def _matches(pattern: str, value: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value) is not None


def _error(code: str, message: str, status: int) -> Reply:
    content = (
        f"<Error><Code>{code}</Code><Message>{html.escape(message, quote=False)}</Message></Error>"
    )
    return Reply(
        status=status, body=content.encode(), headers=(("content-type", "application/xml"),)
    )
