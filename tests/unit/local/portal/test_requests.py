"""Whatever is sent to the worker portal, it answers: a refusal is no error of its own."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.ground_truth.answers.task_queue import Refused
from local.ground_truth.answers.task_types import TASK_TYPES
from local.ground_truth.portal import bodies
from local.ground_truth.portal.portal import Portal
from local.ground_truth.portal.sign_in import Identity
from tests.unit.local.answers.test_answers import _FRAMES
from tests.unit.local.answers.test_answers import _subject as _subject_of
from tests.unit.local.local_cloud import SCOPE, WORKERS, Account, classes

_DEEP: Final = 100_000
_JSON: Final = ((b"content-type", b"application/json"),)


class _Site:
    """The portal of an account with a task, and a worker's session at it."""

    def __init__(self) -> None:
        account = Account()
        request = account.request("TextMultiClass", [{"source": "1"}], classes("Even", "Odd"))
        assert account.start(request) == "InProgress"
        [self.task] = account.tasks()
        self.portal = Portal(account.ground_truth, urllib.request.build_opener(), "https://data")
        [self.workforce] = account.ground_truth.account(SCOPE).workforces.values()
        identity = Identity(sub=f"sub-of-{WORKERS[0]}", name=WORKERS[0], groups=None)
        self.session = self.portal._sessions.begin(SCOPE, self.workforce, identity)

    def ask(
        self,
        method: str = "GET",
        path: str = "/tasks",
        query: bytes = b"",
        body: bytes = b"",
        headers: tuple[tuple[bytes, bytes], ...] = (),
        *,
        is_signed_in: bool = True,
    ) -> tuple[int, bytes]:
        """Return the status and the body of the answer."""
        said: list[Mapping[str, Any]] = []
        cookie = f"__Host-session={self.session}" if is_signed_in else ""

        async def receive() -> Any:
            return {"type": "http.request", "body": body}

        async def send(message: Mapping[str, Any]) -> None:
            said.append(message)

        scope = {
            "method": method,
            "path": path,
            "query_string": query,
            "client": ("127.0.0.1", 1),
            "headers": [
                (b"host", self.workforce.sub_domain.encode()),
                (b"cookie", cookie.encode()),
                *headers,
            ],
        }
        asyncio.run(self.portal(scope, receive, send))
        return said[0]["status"], said[1]["body"]


@pytest.fixture(scope="module")
def site() -> _Site:
    return _Site()


@pytest.mark.parametrize(
    "limit",
    [b"9" * 5_000, b"0", b"101", b"-1", b"1.0", b"1e2", b"%D9%A1", b"%C2%B2", b"\xff", b"1_0"],
)
def test_a_limit_that_is_no_number_in_bounds_is_refused(site: _Site, limit: bytes) -> None:
    status, body = site.ask(query=b"limit=" + limit)

    assert status == 400
    assert b"the limit is a number from 1 to 100" in body
    assert len(body) < 200


def _with(answer: str) -> bytes:
    return f'{{"answer": {{"crowd-classifier": {{"label": {answer}}}}}}}'.encode()


_NO_ANSWERS: Final[Mapping[str, bytes]] = {
    "nothing": b"",
    "no JSON": b"answer=Even",
    "half of it": _with('"Even"')[:-4],
    "deep lists": b"[" * _DEEP + b"]" * _DEEP,
    "deep objects": b'{"answer":' * _DEEP + b"1" + b"}" * _DEEP,
    "a deep answer": _with("[" * 400 + "]" * 400),
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "no answer": b"{}",
    "a text as answer": b'{"answer": "Even"}',
    "a list as answer": b'{"answer": ["Even"]}',
    "another name": b'{"answer": {"label": "Even"}}',
    "a label of another type": _with("{}"),
    "a long number": _with("9" * 5_000),
    "a large number": _with("9" * 400),
    "an infinite number": _with("1e999"),
    "no number": _with("NaN"),
    "half a surrogate pair": _with('"\\ud800"'),
    "no UTF-8": b'{"answer": {"crowd-classifier": {"label": "\xff"}}}',
    "half of UTF-16": _with('"Even"').decode().encode("utf-16")[:-1],
    "NUL": b"\x00" * 9,
}


@pytest.mark.parametrize("body", [*_NO_ANSWERS.values()], ids=[*_NO_ANSWERS])
def test_what_is_no_answer_is_refused(site: _Site, body: bytes) -> None:
    status, said = site.ask("POST", f"/tasks/{site.task['taskId']}", body=body, headers=_JSON)

    assert status == 400
    assert len(said) < 2_000
    assert json.loads(said)["message"]


@pytest.mark.parametrize(
    "value", ["[" * 50 + "]" * 50, "9" * 400, "-9007199254740993", "1e999", "NaN", '"\\udc00"']
)
def test_an_answer_that_can_not_be_kept_is_none_whatever_the_task(value: str) -> None:
    with pytest.raises(Refused) as refused:
        bodies.answer(f'{{"answer": {{"any name": {value}}}}}'.encode())

    assert refused.value.status == 400
    assert bodies.answer(b'{"answer": {"any name": [[9007199254740992]]}}')


def test_a_body_without_end_is_not_read_to_it(site: _Site) -> None:
    status, _ = site.ask(
        "POST", f"/tasks/{site.task['taskId']}", body=b"x" * 20_000_001, headers=_JSON
    )

    assert status == 413


_BYTES: Final = st.binary(max_size=40)
_TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.sampled_from(["GET", "POST"]),
    st.sampled_from(
        ["/", "/tasks", "/tasks/", "/tasks/1", "/oauth2/idpresponse", "/tasks/1/accept"]
    )
    | _TEXT,
    _BYTES | st.sampled_from([b"state=\xc3\xa9", b"state=%C3%A9", b"limit=%00"]),
    _BYTES,
    st.lists(
        st.tuples(
            st.sampled_from([b"cookie", b"content-type", b"host", b"x"]),
            _BYTES | st.sampled_from([b"a:b=c", b"__Host-login=\xe9.1", b"application/json"]),
        ),
        max_size=3,
    ),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_ends_in_an_error_of_the_portal(
    site: _Site,
    method: str,
    path: str,
    query: bytes,
    body: bytes,
    headers: list[tuple[bytes, bytes]],
) -> None:
    for is_signed_in in (False, True):
        status, _ = site.ask(method, path, query, body, tuple(headers), is_signed_in=is_signed_in)

        assert status < 500


_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | _TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXT, inner, max_size=2),
    max_leaves=4,
)


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_a_spoiled_answer_is_refused_by_every_task_type(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([each for each in TASK_TYPES if "Adjust" not in each]))
    answers, subject = TASK_TYPES[name].labeling.answers, _subject_of(frames=_FRAMES, points=3)
    content = json.loads(json.dumps(answers.example(subject)))
    _spoil(content, data)

    try:
        answers.check(content, subject)
    except ValueError:
        return
    answers.consolidate([content], subject)


def _spoil(content: Any, data: st.DataObject) -> None:
    """Put another value somewhere into an answer."""
    places: list[tuple[Any, Any]] = []

    def collect(inside: Any) -> None:
        keys = inside if isinstance(inside, dict) else range(len(inside))
        for key in keys:
            places.append((inside, key))
            if isinstance(inside[key], dict | list):
                collect(inside[key])

    collect(content)
    inside, key = data.draw(st.sampled_from(places))
    inside[key] = data.draw(_VALUES)
