"""The login pages of user pools at their own domains, with the checks that MiniStack's lack.

https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from local.gate.body import Body
from local.gate.refusal import Refused
from local.gate.request import Request
from local.gate.unsigned import without_credentials
from local.replies import Reply, page

#: What a domain answers; all else of MiniStack is elsewhere.
_SERVED: Final = frozenset(
    {
        *(("GET", "/logout"), ("GET", "/oauth2/authorize"), ("GET", "/oauth2/userInfo")),
        *(("POST", "/login"), ("POST", "/oauth2/token"), ("POST", "/oauth2/userInfo")),
    }
)
#: Of a form, in bytes: whoever sends one has not said yet who it is.
_LARGEST: Final = 64 * 1024
#: What these pages and endpoints read besides.
_HEADERS: Final = ("authorization", "cookie")


@dataclass(frozen=True, kw_only=True)
class Client:
    """What its login pages need to know of an app client."""

    uses_oauth: bool
    flows: frozenset[str]
    providers: frozenset[str]
    callbacks: frozenset[str]
    logouts: frozenset[str]


class LoginPages:
    """An ASGI app for the hosts `<prefix>.auth.<Region>.<domain>` in front of MiniStack's app.

    `find` returns the clients of the pool with a domain prefix in a Region, or `None`.
    """

    def __init__(
        self,
        app: Callable[..., Any],
        find: Callable[[str, str], Mapping[str, Client] | None],
        domain: str,
    ) -> None:
        self._app = app
        self._find = find
        self._domain = domain

    def serves(self, host: str) -> bool:
        """Say whether a Host header is for a user pool's domain, whether or not there is one."""
        return ".auth." in host and host.endswith(f".{self._domain}")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        request = Request.of(scope)
        query = {
            name: values[0]
            for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()
        }
        refusal = self._refusal(request, query)
        content = Body(receive)
        try:
            body = b"" if refusal is not None else await content.read(_LARGEST)
        except Refused as problem:
            refusal, body = page("Too large", problem.message, problem.status), b""
        if refusal is None:
            scope = without_credentials(scope, *_HEADERS)
            await self._app(scope, content.again(body), send)
        else:
            await content.throw_away()
            await refusal.send(send)

    def _refusal(self, request: Request, query: Mapping[str, str]) -> Reply | None:
        host, path = request.host, request.raw_path
        prefix, _, rest = host.partition(".auth.")
        clients = self._find(prefix, rest.removesuffix(f".{self._domain}"))
        if clients is None:
            return page("Not Found", f"there is no user pool domain {host}", 404)
        if path == "/error":
            code = query.get("error", "")
            return page("An error was encountered with the requested page.", code, 400)
        if (request.method, path) not in _SERVED or request.claims_credentials:
            return page("Not Found", f"a user pool's domain has no {request.method} {path}", 404)
        if path not in ("/oauth2/authorize", "/logout"):
            return None
        client = clients.get(query.get("client_id", ""))
        if client is None:
            return _error_page("Client does not exist.")
        if path == "/logout":
            allowed = query.get("logout_uri") in client.logouts
            return None if allowed else _error_page("redirect_mismatch")
        return _authorize(client, query)


def _authorize(client: Client, query: Mapping[str, str]) -> Reply | None:
    """Return why the client may not do this: to the browser, or to its call-back URL."""
    back = query.get("redirect_uri")
    if back not in client.callbacks:
        return _error_page("redirect_mismatch")
    if not client.uses_oauth or "code" not in client.flows:
        answer = {"error": "unauthorized_client"}
        if "state" in query:
            answer["state"] = query["state"]
        return Reply.redirect(f"{back}?{urlencode(answer)}")
    if "COGNITO" not in client.providers:
        return page("Login pages unavailable", "Please contact an administrator.", 403)
    return None


def _error_page(code: str) -> Reply:
    return Reply.redirect(f"/error?{urlencode({'error': code})}")
