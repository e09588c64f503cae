"""What a small ASGI app answers: pages, JSON, redirects and cookies."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

#: A page of ours without script, style or image.
_PLAIN: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: Sent back by the browser only to this host, never to a script; it comes along when another
#: site's page leads here, as the login page does.
_COOKIE: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An HTTP response."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def html(cls, content: str, status: int = 200, policy: str = _PLAIN) -> Self:
        """Return a page with its Content-Security-Policy."""
        headers = (
            ("content-type", "text/html; charset=utf-8"),
            ("content-security-policy", policy),
        )
        return cls(status=status, body=content.encode(), headers=headers)

    @classmethod
    def redirect(cls, url: str) -> Self:
        """Lead the browser to `url`."""
        return cls(status=302, body=b"", headers=(("location", url),))

    def with_cookie(self, name: str, value: str) -> Self:
        """Set a cookie for as long as the browser runs."""
        header = ("set-cookie", f"{name}={value}; {_COOKIE}")
        return replace(self, headers=(*self.headers, header))

    def without_cookie(self, name: str) -> Self:
        """Take a cookie away."""
        header = ("set-cookie", f"{name}=; Max-Age=0; {_COOKIE}")
        return replace(self, headers=(*self.headers, header))

    async def send(self, send: Any) -> None:
        """Send it with ASGI's `send`."""
        headers = (
            *self.headers,
            ("content-length", str(len(self.body))),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        )
        encoded = [(name.encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": self.status, "headers": encoded})
        await send({"type": "http.response.body", "body": self.body})


def to_json(content: Mapping[str, Any], status: int = 200) -> Reply:
    """Return JSON."""
    headers = (("content-type", "application/json"),)
    return Reply(status=status, body=json.dumps(content).encode(), headers=headers)


def page(title: str, text: str, status: int) -> Reply:
    """Return a page with a heading and one paragraph."""
    title, text = html.escape(title), html.escape(text)
    content = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{title}</title><h1>{title}</h1><p>{text}</p></html>"
    )
    return Reply.html(content, status)


def cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the cookies that a browser sends, by name."""
    pairs = (each.partition("=") for each in headers.get("cookie", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def header_map(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return a request's headers by their names in lower case; HTTP/2 may split cookies."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}; {value}" if name in found else value
    return found
