"""The mails that local AWS has sent, and where its worker portals are: a page, and JSON."""

from __future__ import annotations

import hmac
import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from local.replies import Reply, page, to_json

PATH: Final = "/_mailbox"
#: The link of a mail with which SES asks whether it may send from an address.
VERIFY: Final = f"{PATH}/verify"
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

    Mails are shown to those who send `key` in the query. `verify` returns the address whose link
    has a token, once it is verified, or `None`.
    """

    def __init__(
        self,
        key: str,
        mails: Callable[[], Iterable[Mail]],
        verify: Callable[[str], str | None],
        portals: Callable[[], Iterable[str]],
    ) -> None:
        self._key = key
        self._mails = mails
        self._verify = verify
        self._portals = portals

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        reply = self._answer(scope["path"], parse_qs(scope["query_string"].decode("latin-1")))
        await reply.send(send)

    def _answer(self, path: str, query: Mapping[str, list[str]]) -> Reply:
        if path == VERIFY:
            identity = self._verify(query.get("token", [""])[0])
            if identity is None:
                return page("Not verified", "the link has been used or is wrong", 404)
            return page("Verified", f"SES may send mails from {identity}", 200)
        given = query.get("key", [""])[0]
        if not hmac.compare_digest(given.encode(), self._key.encode()):
            return page("Not yours", "open the mailbox by the address that its start has said", 403)
        mails = sorted(self._mails(), key=lambda mail: mail.time, reverse=True)
        if path == PATH:
            return Reply.html(_overview(mails, self._portals()), policy=_POLICY)
        if path == f"{PATH}.json":
            return to_json(
                {"portals": list(self._portals()), "mails": [asdict(mail) for mail in mails]}
            )
        return to_json({"message": f"there is no {path}; see {PATH}"}, 404)


def as_json(address: str) -> str:
    """Return where a program reads what a mailbox's page shows people."""
    return address.replace(PATH, f"{PATH}.json", 1)


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
