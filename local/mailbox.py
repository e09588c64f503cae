"""The mails that local AWS has sent, and where its worker portals are: a page, and JSON."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from local.replies import Reply, header_map, page, to_json

PATH: Final = "/_mailbox"
#: The link of a mail with which SES asks whether it may send from an address.
VERIFY: Final = f"{PATH}/verify"
#: Only this computer's own addresses, so that no other site's name can lead a browser here.
_HOSTS: Final = ("127.0.0.1", "localhost")
#: A mail is shown as its sender wrote it, but it can do nothing but open links.
_FRAME: Final = 'sandbox="allow-popups allow-popups-to-escape-sandbox"'
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail; `body` is HTML if `is_html`. `time` is seconds since the epoch."""

    to: str
    sender: str
    subject: str
    body: str
    is_html: bool
    time: float


class Mailbox:
    """An ASGI app for `PATH` (a page) and `PATH.json`, the newest mail first, and `VERIFY`.

    `verify` returns the address whose link has a token, once it is verified, or `None`.
    """

    def __init__(
        self,
        mails: Callable[[], Iterable[Mail]],
        verify: Callable[[str], str | None],
        portals: Callable[[], Iterable[str]],
    ) -> None:
        self._mails = mails
        self._verify = verify
        self._portals = portals

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        host = header_map(scope["headers"]).get("host", "")
        if host.rsplit(":", 1)[0] in _HOSTS:
            reply = self._answer(scope["path"], parse_qs(scope["query_string"].decode()))
        else:
            reply = to_json({"message": "the mailbox answers only to 127.0.0.1"}, 403)
        await reply.send(send)

    def _answer(self, path: str, query: Mapping[str, list[str]]) -> Reply:
        if path == VERIFY:
            identity = self._verify(query.get("token", [""])[0])
            if identity is None:
                return page("Not verified", "the link has been used or is wrong", 404)
            return page("Verified", f"SES may send mails from {identity}", 200)
        mails = sorted(self._mails(), key=lambda mail: mail.time, reverse=True)
        if path == PATH:
            return Reply.html(_overview(mails, self._portals()), policy=_POLICY)
        if path == f"{PATH}.json":
            return to_json(
                {"portals": list(self._portals()), "mails": [asdict(mail) for mail in mails]}
            )
        return to_json({"message": f"there is no {path}; see {PATH}"}, 404)


def _overview(mails: Iterable[Mail], portals: Iterable[str]) -> str:
    links = "".join(
        f'<li><a href="{html.escape(each)}">{html.escape(each)}</a>' for each in portals
    )
    shown = "".join(
        f"<h2>{html.escape(mail.subject)}</h2><p>To {html.escape(mail.to)}</p>"
        f'<iframe {_FRAME} width="100%" height="220" srcdoc="{html.escape(_body(mail))}"></iframe>'
        for mail in mails
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Mailbox</title>'
        f"<h1>Worker portals</h1><ul>{links or '<li>none yet'}</ul>"
        f"<h1>Mails</h1>{shown or '<p>none yet'}</html>"
    )


def _body(mail: Mail) -> str:
    body = mail.body if mail.is_html else f"<pre>{html.escape(mail.body)}</pre>"
    return f'<meta charset="utf-8"><base target="_blank">{body}'
