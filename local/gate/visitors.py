"""Whether a request comes from a page of another site, which a browser says and a page can't hide.

https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
"""

from __future__ import annotations

from local.gate.request import Request


def is_foreign(request: Request) -> bool:
    """Say whether a page of another origin, sandboxed ones among them, has sent it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("none", "same-origin")
    origin = request.headers.get("origin")
    return origin is not None and origin != f"https://{request.host}"


def opens_a_page(request: Request) -> bool:
    """Say whether somebody has followed a link: no page reads what the browser shows then."""
    mode, kind = (request.headers.get(f"sec-fetch-{name}") for name in ("mode", "dest"))
    return (request.method, mode, kind) == ("GET", "navigate", "document")
