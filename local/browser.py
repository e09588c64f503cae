"""A browser without a window: follows redirects, keeps cookies, sends forms."""

from __future__ import annotations

import http.cookiejar
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urljoin

from local.loopback import opener

_TIMEOUT: Final = 30.0
_UNSEEN: Final = frozenset({"script", "style", "title"})


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of a page: where it goes, and its fields with their values."""

    action: str
    fields: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a browser shows after all redirects."""

    url: str
    status: int
    content: str
    #: By name in lower case.
    headers: Mapping[str, str]
    forms: tuple[Form, ...] = ()
    #: What can be read on it, line by line.
    text: str = ""


class Browser:
    """Opens pages with its own cookies; trusts the authority in `ca_bundle` only."""

    def __init__(self, ca_bundle: Path | str) -> None:
        #: The cookies of the pages so far.
        self.cookies = http.cookiejar.CookieJar()
        self._opener = opener(ca_bundle, urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, url: str) -> Page:
        """Open a page."""
        return self.send(urllib.request.Request(url))  # noqa: S310  # the opener knows https only

    def submit(self, page: Page, entries: Mapping[str, str]) -> Page:
        """Fill `entries` into the page's form and send it; ValueError if it has no such fields."""
        for form in page.forms:
            if form.fields.keys() >= entries.keys():
                data = urlencode({**form.fields, **entries}).encode()
                return self.send(urllib.request.Request(form.action, data=data))  # noqa: S310  # as above
        raise ValueError(
            f"{page.url} should have a form with {', '.join(entries)}, but it shows: {page.text}"
        )

    def send(self, request: urllib.request.Request) -> Page:
        """Send any request; an error's status comes back as a page, too."""
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as response:
                return _page(response.url, response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return _page(error.url, error.code, error.headers, error.read())

    def forget(self) -> None:
        """Lose all cookies."""
        self.cookies.clear()


@dataclass(kw_only=True)
class _Reader(HTMLParser):
    """Collects forms and readable text."""

    url: str
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    hidden: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((urljoin(self.url, attributes.get("action", "")), {}))
        if tag == "input" and self.forms and "name" in attributes:
            self.forms[-1][1][attributes["name"]] = attributes.get("value", "")
        self.hidden += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.text.append(data.strip())


def readable(content: str) -> str:
    """Return what can be read of HTML, line by line."""
    reader = _Reader(url="")
    reader.feed(content)
    return "\n".join(reader.text)


def _page(url: str, status: int, headers: Message, body: bytes) -> Page:
    content = body.decode(errors="replace")
    reader = _Reader(url=url)
    reader.feed(content)
    forms = tuple(Form(action=action, fields=fields) for action, fields in reader.forms)
    return Page(
        url=url,
        status=status,
        content=content,
        headers={name.lower(): value for name, value in headers.items()},
        forms=forms,
        text="\n".join(reader.text),
    )
