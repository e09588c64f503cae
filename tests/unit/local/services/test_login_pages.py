"""The login pages of user pools let through what belongs to them only."""

from __future__ import annotations

import pytest

from local.services.cognito.login_pages import LoginPages
from tests.unit.local.gate_requests import Behind, World

_HOST = "people.auth.us-east-1.localhost:4566"


def _world() -> tuple[World, Behind]:
    behind = Behind()
    pages = LoginPages(behind, lambda *_: {}, "localhost:4566")
    return World(portal=pages), behind


def test_who_asks_for_tokens_is_known_by_the_client_s_own_words_only() -> None:
    world, behind = _world()
    basic = {"Authorization": "Basic Y2xpZW50OnNlY3JldA==", "X-Amz-Target": "A.B", "X-Other": "a"}

    assert world.send("POST /oauth2/token", basic, host=_HOST).status == 200

    [(_, _, _, headers)] = behind.seen
    assert headers == {"host": _HOST, "authorization": basic["Authorization"]}


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        ("POST /oauth2/token", {"Authorization": "AWS4-HMAC-SHA256 Credential=test/"}),
        ("POST /oauth2/token?X-Amz-Credential=test/", {}),
        ("GET /oauth2/userInfo?AWSAccessKeyId=test", {}),
        ("GET /login", {}),
        ("PUT /oauth2/token", {}),
        ("POST /", {}),
    ],
)
def test_nothing_else_is_answered(line: str, headers: dict[str, str]) -> None:
    world, behind = _world()

    assert world.send(line, headers, host=_HOST).status == 404
    assert behind.seen == []


@pytest.mark.parametrize(("size", "status"), [(65536, 200), (65537, 413)])
def test_a_form_is_no_larger_than_a_form(size: int, status: int) -> None:
    world, behind = _world()

    assert world.send("POST /login", {}, b"a" * size, host=_HOST).status == status
    assert [len(body) for _, _, body, _ in behind.seen] == ([size] if status == 200 else [])
