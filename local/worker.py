"""A worker as a program: signs in to the portal like a browser, takes tasks, answers them."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from local.browser import Browser, Page, readable
from local.mailbox import as_json

#: A temporary password has letters of both sizes, digits and symbols.
_PASSWORD: Final = re.compile(
    r"(?<![\w#%^*])(?=[\w#%^*]*[a-z])(?=[\w#%^*]*[A-Z])(?=[\w#%^*]*\d)(?=\w*[#%^*])"
    r"[A-Za-z0-9#%^*]{12,99}(?![\w#%^*])"
)
_PORTAL: Final = re.compile(r"https://[\w.-]+\.labeling\.[\w-]+\.localhost:\d+")


class WorkerError(RuntimeError):
    """A page refused; the message is its sentence, `status` the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Task:
    """One data object for one worker. `input` is what the worker template sees as `task.input`."""

    id: str
    job_name: str
    title: str
    description: str
    html: str
    input: Mapping[str, Any]


class Worker:
    """The worker with the address `email`, whose mails are in the mailbox of `LocalAws.mailbox`.

    The first use signs in: with the temporary password of the newest invitation, and then with
    `password`, which replaces it at the first login. `portal` is a URL that the worker has heard
    of otherwise; without it the invitation's link leads there.
    """

    def __init__(
        self,
        mailbox: str,
        email: str,
        ca_bundle: Path | str,
        *,
        password: str | None = None,
        portal: str | None = None,
    ) -> None:
        self.email = email
        self.password = password or f"Own-password-1-of-{email}"
        #: Where this worker works, once signed in.
        self.portal: str | None = None
        self._mailbox = mailbox
        self._known_portal = portal
        #: The worker's browser.
        self.browser = Browser(ca_bundle)

    def tasks(self) -> list[Task]:
        """Return open tasks, at most 100, in the order in which they should be done."""
        return [_task(each) for each in self._call("/tasks", None)["tasks"]]

    def accept(self, task: Task) -> None:
        """Keep the task for this worker until its time limit; WorkerError if others have it."""
        self._call(f"/tasks/{task.id}/accept", {})

    def answer(self, task: Task, content: Mapping[str, Any]) -> None:
        """Submit an answer such as `{"crowd-classifier": {"label": "Even"}}`.

        WorkerError if the portal does not take it.
        """
        self._call(f"/tasks/{task.id}", {"answer": dict(content)})

    def sign_in(self) -> Page:
        """Open the portal and sign in; WorkerError with what the pages say if that fails."""
        self.browser.forget()
        invited_to, temporary = self.invitation()
        self.portal = self._known_portal or invited_to
        page = self.browser.open(f"{self.portal}/")
        if temporary is not None:
            page = self._log_in(page, temporary)
        if _asks(page, "password"):  # the temporary password has been replaced before
            page = self._log_in(page, self.password)
        if _asks(page, "new_password"):
            entries = {"new_password": self.password, "confirm_password": self.password}
            page = self.browser.submit(page, entries)
        if page.url != f"{self.portal}/" or page.status != 200:
            raise WorkerError(
                f"{self.email} can't sign in at {self.portal}; {urlsplit(page.url).netloc} says:"
                f" {' '.join((page.text or page.content).split())}",
                page.status,
            )
        return page

    def sign_out(self) -> Page:
        """Leave the portal and the login page; return where that leads."""
        page = self.browser.open(f"{self._signed_in()}/logout")
        self.portal = None
        return page

    def _log_in(self, page: Page, password: str) -> Page:
        if not _asks(page, "password"):
            return page
        return self.browser.submit(page, {"username": self.email, "password": password})

    def invitation(self) -> tuple[str, str | None]:
        """Return the portal and the temporary password, if a mail has one.

        A mail without a link helps nobody; here the only portal there is stands in for it.
        """
        content = json.loads(self.browser.open(as_json(self._mailbox)).content)
        mine = [mail for mail in content["mails"] if mail["to"].lower() == self.email.lower()]
        for mail in mine:
            text = readable(mail["body"]) if mail["is_html"] else mail["body"]
            if password := _PASSWORD.search(text):
                link = _PORTAL.search(mail["body"])
                portals = [link.group()] if link else content["portals"]
                return _first(portals), password.group()
        return _first(content["portals"]), None

    def _signed_in(self) -> str:
        if self.portal is None:
            self.sign_in()
        return str(self.portal)

    def _call(self, path: str, content: Mapping[str, Any] | None) -> dict[str, Any]:
        page = self._send(f"{self._signed_in()}{path}", content)
        if page.status == 401:  # the session has ended
            self.sign_in()
            page = self._send(f"{self.portal}{path}", content)
        answer: dict[str, Any] = json.loads(page.content)
        if page.status >= 400:
            raise WorkerError(answer["message"], page.status)
        return answer

    def _send(self, url: str, content: Mapping[str, Any] | None) -> Page:
        return self.browser.send(
            urllib.request.Request(  # noqa: S310  # portals are https
                url,
                data=None if content is None else json.dumps(content).encode(),
                headers={"Content-Type": "application/json"},
            )
        )


def _asks(page: Page, field: str) -> bool:
    return any(field in form.fields for form in page.forms)


def _first(portals: list[str]) -> str:
    if not portals:
        raise WorkerError("there is no worker portal; create a workforce first", 404)
    return portals[0]


def _task(content: Mapping[str, Any]) -> Task:
    return Task(
        id=content["taskId"],
        job_name=content["jobName"],
        title=content["title"],
        description=content["description"],
        html=content["html"],
        input=content["input"],
    )
