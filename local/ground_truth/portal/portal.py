"""The worker portals over HTTP: sign-in, JSON for programs, one plain page for people."""

from __future__ import annotations

import asyncio
import hmac
import html
import re
import secrets
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from local.ground_truth.answers.task_queue import Refused
from local.ground_truth.api import portal_network
from local.ground_truth.api.service import GroundTruth
from local.ground_truth.api.state import Workforce
from local.ground_truth.cloud import Scope
from local.ground_truth.portal import bodies, desk, sign_in
from local.ground_truth.portal.desk import Member
from local.ground_truth.portal.sessions import Sessions
from local.ground_truth.portal.sign_in import SignInFailed
from local.replies import Reply, cookies, header_map, page, to_json

_PAGE: Final = Path(__file__).with_name("portal.html")
_MOST: Final = 100
#: Characters of what is said of a request.
_SAID: Final = 1_000
# The prefix binds a cookie to this very host: https://www.rfc-editor.org/rfc/rfc6265
_SESSION: Final = "__Host-session"
#: What was sent to the provider, for the comparison with what comes back.
_LOGIN: Final = "__Host-login"


@dataclass(frozen=True, kw_only=True)
class _Request:
    """A browser's request at the portal of one workforce."""

    scope: Scope
    workforce: Workforce
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    #: The IP address that it comes from.
    address: str

    def cookie(self, name: str) -> str:
        return cookies(self.headers).get(name, "")

    def parameter(self, name: str) -> str:
        return self.query.get(name, [""])[0]


class Portal:
    """An ASGI app for the hosts that workforces have as their SubDomain.

    `GET /` is the page, `GET /tasks` lists open tasks, `POST /tasks/<id>/accept` holds one,
    `POST /tasks/<id>` answers one: all for the worker whose session it is. Without a session the
    page leads to the login page, from which the browser comes back to `/oauth2/idpresponse`.
    `/logout` ends the session. `opener` asks the identity provider; `data` is where the pages get
    data objects from.
    """

    def __init__(
        self, ground_truth: GroundTruth, opener: urllib.request.OpenerDirector, data: str
    ) -> None:
        self._ground_truth = ground_truth
        self._opener = opener
        self._data = data
        self._sessions = Sessions(ground_truth)

    def serves(self, host: str) -> bool:
        """Say whether a Host header is for a portal, whether or not there is one."""
        domain = self._ground_truth.cloud.portal_domain
        return ".labeling." in host and host.endswith(f".{domain}")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        headers = header_map(scope["headers"])
        try:
            place = self._find(headers.get("host", ""), scope["client"][0])
            request = _Request(
                scope=place[0],
                workforce=place[1],
                method=scope["method"],
                path=scope["path"],
                query=parse_qs(scope["query_string"].decode("latin-1")),
                headers=headers,
                body=await bodies.read(receive),
                address=scope["client"][0],
            )
            reply = await self._answer(request)
        except Refused as problem:
            reply = to_json({"message": str(problem)[:_SAID]}, problem.status)
        except SignInFailed as problem:
            reply = page("You can't sign in", str(problem)[:_SAID], 401)
        await reply.send(send)

    def _find(self, host: str, address: str) -> tuple[Scope, Workforce]:
        """Return the workforce whose portal is asked for; others learn nothing of it."""
        now = self._ground_truth.clock()
        for account in self._ground_truth.accounts():
            for workforce in account.workforces.values():
                if (
                    workforce.sub_domain == host
                    and workforce.status(now) not in ("Initializing", "Deleting")
                    and portal_network.admits(workforce.network, address)
                ):
                    return account.scope, workforce
        raise Refused("Not Found", status=404)

    async def _answer(self, request: _Request) -> Reply:
        if request.method not in ("GET", "POST"):
            raise Refused(f"the portal takes GET and POST, got {request.method}", status=405)
        if request.method == "GET" and request.path == sign_in.CALLBACK:
            return await self._sign_in(request)
        if request.method == "GET" and request.path == "/logout":
            return self._sign_out(request)
        session = request.cookie(_SESSION)
        member = self._sessions.find(session, request.workforce, request.address)
        if request.method == "GET" and request.path == "/":
            return self._page(member) if member else self._login(request)
        if member is None:
            raise Refused("nobody is signed in; open the portal in a browser", status=401)
        if request.method == "GET":
            return to_json(self._get(request, member))
        return to_json(self._post(request, member))

    def _login(self, request: _Request) -> Reply:
        wanted = self._provider(request)
        state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        url = sign_in.login_url(wanted, request.workforce, state, nonce)
        return Reply.redirect(url).with_cookie(_LOGIN, f"{state}.{nonce}")

    async def _sign_in(self, request: _Request) -> Reply:
        state, _, nonce = request.cookie(_LOGIN).partition(".")
        sent = request.parameter("state").encode()
        if not state or not hmac.compare_digest(state.encode(), sent):
            raise SignInFailed("this answer belongs to no sign-in of this browser; start again")
        if error := request.parameter("error"):
            description = request.parameter("error_description")
            raise SignInFailed(f"the login page answers {error} {description}".rstrip())
        wanted = self._provider(request)
        # The provider may be this very process.
        identity = await asyncio.to_thread(
            sign_in.exchange,
            self._opener,
            wanted,
            request.workforce,
            request.parameter("code"),
            nonce,
        )
        secret = self._sessions.begin(request.scope, request.workforce, identity)
        return Reply.redirect("/").with_cookie(_SESSION, secret).without_cookie(_LOGIN)

    def _sign_out(self, request: _Request) -> Reply:
        if self._sessions.end(request.cookie(_SESSION)):
            url = sign_in.logout_url(self._provider(request), request.workforce)
            return Reply.redirect(url).without_cookie(_SESSION)
        return page("You are signed out", "Open the portal again to sign in.", 200)

    def _provider(self, request: _Request) -> sign_in.Provider:
        cloud = self._ground_truth.cloud
        return sign_in.provider(cloud, request.scope, request.workforce)

    def _page(self, member: Member) -> Reply:
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}';"
            f" img-src {self._data}; media-src {self._data}; connect-src 'self';"
            " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        content = _PAGE.read_text().replace("{{nonce}}", nonce)
        content = content.replace("{{worker}}", html.escape(member.user.email))
        return Reply.html(content, policy=policy)

    def _get(self, request: _Request, member: Member) -> dict[str, Any]:
        if request.path == "/tasks":
            most = _number(request.parameter("limit") or str(_MOST))
            return {"tasks": desk.open_tasks(self._ground_truth, member, most)}
        raise Refused(f"there is no {request.path}; see /", status=404)

    def _post(self, request: _Request, member: Member) -> dict[str, Any]:
        kind, _, rest = request.path.removeprefix("/").partition("/")
        task_id, _, action = rest.partition("/")
        if kind != "tasks" or action not in ("", "accept"):
            raise Refused(f"there is no {request.path}; see /", status=404)
        # A page of another origin can't send this type without asking first.
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refused("the content type is application/json", status=415)
        if action == "accept":
            return {"task": desk.accept(self._ground_truth, member, task_id)}
        desk.answer(self._ground_truth, member, task_id, bodies.answer(request.body))
        return {}


def _number(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,2}", text) or int(text) > _MOST:
        raise Refused(f"the limit is a number from 1 to {_MOST}, got {text[:20]!r}", status=400)
    return int(text)
