"""The worker portal over HTTP: JSON for programs, one plain page for people."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from local.ground_truth import desk
from local.ground_truth.service import GroundTruth
from local.ground_truth.task_queue import Refused

PREFIX: Final = "/_ground-truth/"
_PAGE: Final = Path(__file__).with_name("portal.html")
_MOST: Final = 100
#: Masks and the labels of long videos are large.
_LARGEST_BODY: Final = 20_000_000
#: Only this computer's own addresses, so that no other site's name can lead a browser here.
_HOSTS: Final = ("127.0.0.1", "localhost")


class Portal:
    """An ASGI app for all paths below `PREFIX`.

    `GET tasks?worker=<e-mail>` lists open tasks, `POST tasks/<id>/accept` holds one,
    `POST tasks/<id>` answers one, `GET workers` lists addresses and `GET ` is the page.
    """

    def __init__(self, ground_truth: GroundTruth) -> None:
        self._ground_truth = ground_truth

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        path = scope["path"].removeprefix(PREFIX)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        if scope["method"] == "GET" and not path:
            await _send_page(send)
            return
        try:
            if headers.get("host", "").rsplit(":", 1)[0] not in _HOSTS:
                raise Refused("the portal answers only to 127.0.0.1", status=403)
            if scope["method"] not in ("GET", "POST"):
                raise Refused(f"the portal takes GET and POST, got {scope['method']}", status=405)
            if scope["method"] == "GET":
                answer = self._get(path, parse_qs(scope["query_string"].decode()))
            else:
                answer = self._post(path, headers, await _read(receive))
            await _send(send, 200, answer)
        except Refused as problem:
            await _send(send, problem.status, {"message": str(problem)})

    def _get(self, path: str, query: dict[str, list[str]]) -> dict[str, Any]:
        if path == "workers":
            return {"workers": desk.workers(self._ground_truth)}
        if path == "tasks" and "worker" in query:
            most = _number(query.get("limit", [str(_MOST)])[0])
            return {"tasks": desk.open_tasks(self._ground_truth, query["worker"][0], most)}
        raise Refused(f"there is no {PREFIX}{path}; see {PREFIX}", status=404)

    def _post(self, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        kind, _, rest = path.partition("/")
        task_id, _, action = rest.partition("/")
        if kind != "tasks" or action not in ("", "accept"):
            raise Refused(f"there is no {PREFIX}{path}; see {PREFIX}", status=404)
        # A page of another origin can't send this type without asking first.
        if headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refused("the content type is application/json", status=415)
        worker, content = _parse(body)
        if action == "accept":
            return {"task": desk.accept(self._ground_truth, worker, task_id)}
        if not isinstance(content, dict):
            raise Refused(f"the answer is a JSON object, got {content!r}", status=400)
        desk.answer(self._ground_truth, worker, task_id, content)
        return {}


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST:
        raise Refused(f"the limit is a number from 1 to {_MOST}, got {text!r}", status=400)
    return int(text)


def _parse(body: bytes) -> tuple[str, Any]:
    try:
        request = json.loads(body)
    except ValueError as error:
        raise Refused(f"the body is JSON, got {body[:80]!r}", status=400) from error
    if not isinstance(request, dict) or not isinstance(request.get("worker"), str):
        raise Refused(f"the body has the worker's e-mail address, got {body[:80]!r}", status=400)
    return request["worker"], request.get("answer")


async def _read(receive: Any) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > _LARGEST_BODY:
            raise Refused(f"a body has at most {_LARGEST_BODY} bytes", status=413)
        if not message.get("more_body"):
            return bytes(body)


async def _send_page(send: Any) -> None:
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}';"
        # Data objects are read from the local AWS, which is where the page is from.
        " img-src 'self'; media-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    page = _PAGE.read_text().replace("{{nonce}}", nonce)
    await _send_bytes(
        send, 200, page.encode(), "text/html; charset=utf-8", {"content-security-policy": policy}
    )


async def _send(send: Any, status: int, content: dict[str, Any]) -> None:
    await _send_bytes(send, status, json.dumps(content).encode(), "application/json", {})


async def _send_bytes(
    send: Any, status: int, body: bytes, content_type: str, more: dict[str, str]
) -> None:
    headers = {
        "content-type": content_type,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **more,
    }
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
