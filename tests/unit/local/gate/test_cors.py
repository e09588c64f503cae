"""S3's answers to browsers, by the bucket's rules.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html has the rules and the example.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from local.gate import cors
from local.gate.request import Request

#: The guide's example configuration.
_GUIDE: Final[cors.Rules] = [
    {
        "AllowedOrigin": ["http://www.example1.com"],
        "AllowedMethod": ["PUT", "POST", "DELETE"],
        "AllowedHeader": ["*"],
    },
    {
        "AllowedOrigin": ["http://www.example2.com"],
        "AllowedMethod": ["PUT", "POST", "DELETE"],
        "AllowedHeader": ["*"],
    },
    {"AllowedOrigin": ["*"], "AllowedMethod": ["GET"]},
]


def _allowed(rules: cors.Rules, origin: str, method: str = "GET") -> str | None:
    return cors.headers(rules, origin, method).get("access-control-allow-origin")


@pytest.mark.parametrize(
    ("origin", "method", "allowed"),
    [
        ("http://www.example1.com", "PUT", "http://www.example1.com"),
        ("http://www.example2.com", "DELETE", "http://www.example2.com"),
        ("http://www.example1.com", "GET", "*"),
        ("http://other.com", "GET", "*"),
        ("null", "GET", "*"),
        ("http://other.com", "PUT", None),
        ("null", "PUT", None),
        ("http://www.example1.com", "HEAD", None),
    ],
)
def test_the_first_rule_that_fits_answers(origin: str, method: str, allowed: str | None) -> None:
    assert _allowed(_GUIDE, origin, method) == allowed


@pytest.mark.parametrize(
    ("rule", "origin", "fits"),
    [
        ("http://*.example.com", "http://a.example.com", True),
        ("http://*.example.com", "http://a.b.example.com", True),
        ("http://*.example.com", "http://example.com", False),
        ("http://*.example.com", "https://a.example.com", False),
        ("http://*.example.com", "http://a.example.com.evil.org", False),
        ("http://a.example.com", "http://aXexample.com", False),
        ("https://example.com", "https://EXAMPLE.com", False),
        ("null", "null", True),
        ("https://*", "null", False),
    ],
)
def test_one_star_stands_for_any_letters(rule: str, origin: str, fits: object) -> None:
    rules = [{"AllowedOrigin": [rule], "AllowedMethod": ["GET"]}]

    assert _allowed(rules, origin) == (origin if fits else None)


def test_only_a_named_origin_may_send_credentials() -> None:
    named = cors.headers(_GUIDE, "http://www.example1.com", "PUT")

    assert named["access-control-allow-credentials"] == "true"
    assert "access-control-allow-credentials" not in cors.headers(_GUIDE, "null", "GET")


def _preflight(
    rules: cors.Rules, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, str], bytes]:
    request = Request(method="OPTIONS", raw_path="/bucket/key", query=(), headers=headers)
    reply = cors.preflight(request, rules)
    return reply.status, dict(reply.headers), reply.body


def test_a_preflight_lists_what_the_rule_gives() -> None:
    rule = {
        "AllowedOrigin": ["*"],
        "AllowedMethod": ["PUT", "GET"],
        "AllowedHeader": ["Content-*", "x-amz-meta-a"],
        "ExposeHeader": ["ETag", "x-amz-version-id"],
        "MaxAgeSeconds": ["3000"],
    }
    asked = {
        "origin": "null",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "Content-Type, X-Amz-Meta-A",
    }

    status, headers, _ = _preflight([rule], asked)

    assert status == 200
    assert headers == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "PUT, GET",
        "access-control-allow-headers": "content-type, x-amz-meta-a",
        "access-control-expose-headers": "ETag, x-amz-version-id",
        "access-control-max-age": "3000",
        "vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    }
    other = {**asked, "access-control-request-headers": "x-amz-meta-b"}
    assert _preflight([rule], other)[0] == 403


@pytest.mark.parametrize(
    ("rules", "headers", "status", "words"),
    [
        (None, {"origin": "null"}, 403, b"CORS is not enabled for this bucket"),
        (_GUIDE, {"origin": "null"}, 403, b"This CORS request is not allowed"),
        (_GUIDE, {}, 400, b"Origin request header needed"),
    ],
)
def test_a_preflight_that_no_rule_allows_is_refused(
    rules: cors.Rules, headers: dict[str, str], status: int, words: bytes
) -> None:
    answer = _preflight(rules, headers)

    assert answer[0] == status
    assert words in answer[2]
    assert not [name for name in answer[1] if name.startswith("access-control")]
