"""Local AWS is its owner's alone: what is not signed with a key of the account does not get in.

Everything that comes to the port comes here first, and in this order: is it for us (`Host`), is it
sent by another site's page, does AWS serve it unsigned, is it signed.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from local.gate import cors, payload, request_ids, signature, unsigned
from local.gate.body import Body
from local.gate.keys import AccessKey
from local.gate.refusal import Refused, reply
from local.gate.request import Request
from local.gate.visitors import is_foreign, opens_a_page
from local.replies import Reply, page, to_json

_LOG: Final = logging.getLogger("gate")
#: What unsigned requests may bring along, in bytes; CloudFormation takes 4 KiB of an answer.
_LARGEST: Final = 64 * 1024
App = Callable[..., Any]


class Site(Protocol):
    """An app for hosts of its own, such as the worker portals, which asks itself who comes."""

    def serves(self, host: str) -> bool:
        """Say whether it answers to a Host header."""
        ...

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        ...


@dataclass(frozen=True, kw_only=True)
class Gate:
    """An ASGI app in front of all others.

    `own` is the only name of `aws`, with the port. `sites` have their own. `mailbox` is the app for
    what begins with `mailbox_path`, and asks for a key of its own. `key` finds an access key by its
    id, `rules` a bucket's CORS rules, `has_pool` says whether there is a user pool with an id.
    """

    own: str
    aws: App
    sites: tuple[Site, ...]
    mailbox: App
    mailbox_path: str
    key: Callable[[str], AccessKey | None]
    rules: Callable[[str], cors.Rules]
    has_pool: Callable[[str], bool]
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let one request in, or answer why not."""
        if scope["type"] == "lifespan":
            await self.aws(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(Request.of(scope), scope, receive, send)
        else:  # nothing here needs WebSockets
            await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, request: Request, scope: Any, receive: Any, send: Any) -> None:
        site = next((each for each in self.sites if each.serves(request.host)), None)
        if site is None and request.host != self.own:
            message = f"local AWS answers to {self.own} only, got {request.host!r}"
            await _refuse(to_json({"message": message}, 403), Body(receive), send)
        elif site is not None:
            await self._visit(site, request, scope, receive, cors.answering(send, {}))
        elif request.raw_path.startswith(self.mailbox_path):
            await self._visit(self.mailbox, request, scope, receive, cors.answering(send, {}))
        else:
            await self._serve(request, scope, receive, send)

    async def _visit(self, app: App, request: Request, scope: Any, receive: Any, send: Any) -> None:
        """Let people in, who come by a link or are there already."""
        if is_foreign(request) and not opens_a_page(request):
            refusal = page("Not from there", "another site's page has asked for this", 403)
            await _refuse(refusal, Body(receive), send)
        else:
            await app(scope, receive, send)

    async def _serve(self, request: Request, scope: Any, receive: Any, send: Any) -> None:
        """Let programs in, which sign, and what AWS serves unsigned."""
        found = unsigned.door(request, self.has_pool)
        service = _service(request) if found is None else found.name
        rules = self.rules(request.bucket) if service == "s3" else None
        origin = request.headers.get("origin")
        if service == "s3" and request.method == "OPTIONS":
            await _refuse(cors.preflight(request, rules), Body(receive), send)
            return
        more = cors.headers(rules, origin, request.method) if origin is not None else {}
        send = request_ids.answering(cors.answering(send, more))
        content = Body(receive)
        try:
            is_followed = found is not None and found.is_link and opens_a_page(request)
            if is_foreign(request) and service != "s3" and not is_followed:
                raise Refused("AccessDenied", "another site's page has asked for this")
            if found is None:
                body = await self._signed_body(request, content)
            else:
                body = await content.read(_LARGEST)
                scope = unsigned.without_credentials(scope, "x-amz-target")
        except Refused as problem:
            _LOG.info("%s %s: %s", request.method, request.raw_path, problem)
            await _refuse(reply(problem, request, service), content, send)
        else:
            await self.aws(scope, content.again(body), send)

    async def _signed_body(self, request: Request, content: Body) -> bytes:
        """Return the body of a request that a key of the account has signed; else Refused."""
        now = self.clock()
        found = signature.read(request)
        signature.check_time(found, now)
        key = signature.check_key(found, self.key(found.key), now)
        body = await content.read()
        signed = payload.signed_payload(found, request, body)
        signature.check_signature(found, key, request, signed)
        payload.check_chunks(found, key, signed, body)
        return body


async def _refuse(refusal: Reply, content: Body, send: Any) -> None:
    """Answer when all has come: before, the connection would end with the answer."""
    await content.throw_away()
    await refusal.send(send)


def _service(request: Request) -> str:
    """Return the service that a request is signed for; S3's browsers may ask unsigned."""
    try:
        return signature.read(request).service
    except Refused:
        is_call = "x-amz-target" in request.headers or request.raw_path == "/"
        return "" if is_call else "s3"
