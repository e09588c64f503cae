"""Local S3 refuses some listings as S3 does, by a seed."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

import pytest

from local.ground_truth.api.unkindness import Calls, Unkindness
from local.services.s3 import _throttle


def test_some_listings_are_too_many_and_nothing_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    services = importlib.import_module("ministack.app").SERVICE_HANDLERS

    async def answer(*_: Any) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, b""

    monkeypatch.setitem(services, "s3", answer)
    _throttle(Calls(Unkindness(throttled={"ListObjectsV2": (2, 1)})))

    def ask(method: str, **query: list[str]) -> tuple[int, dict[str, str], bytes]:
        named = {name.replace("_", "-"): value for name, value in query.items()}
        found: tuple[int, dict[str, str], bytes] = asyncio.run(
            services["s3"](method, "/in", {}, b"", named)
        )
        return found

    listings = [ask("GET", list_type=["2"]) for _ in range(3)]
    others = [ask("GET") for _ in range(3)]

    assert [status for status, _, _ in listings] == [200, 503, 200]
    assert b"<Code>SlowDown</Code>" in listings[1][2]
    assert [status for status, _, _ in others] == [200] * 3
