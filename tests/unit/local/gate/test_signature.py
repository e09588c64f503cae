"""Signatures against AWS's published examples, and against botocore's signer."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from local.gate.keys import AccessKey
from tests.unit.local.gate_requests import ROOT, SESSION, Answer, World, presigned, signed

_FILE: Final = Path(__file__).parents[3] / "data" / "sigv4-examples.yaml"
_EXAMPLES: Final[Mapping[str, Any]] = yaml.safe_load(_FILE.read_text())
_KEY: Final = AccessKey(
    id="AKIAIOSFODNN7EXAMPLE",
    secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",  # noqa: S106  # AWS's example
)
_SCOPE: Final = f"{_KEY.id}/20130524/us-east-1/s3/aws4_request"
_TIME: Final = dt.datetime(2013, 5, 24, tzinfo=dt.UTC)


def _send(name: str, body: bytes) -> Answer:
    """Send an example, with its body or another one, at its time to a gate that knows its key."""
    example = _EXAMPLES[name]
    headers = dict(example["headers"])
    query = []
    if example.get("presigned"):
        query = [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            f"X-Amz-Credential={_SCOPE.replace('/', '%2F')}",
            f"X-Amz-Date={_TIME:%Y%m%dT%H%M%SZ}",
            "X-Amz-Expires=86400",
            "X-Amz-SignedHeaders=host",
            f"X-Amz-Signature={example['signature']}",
        ]
    else:
        headers["x-amz-date"] = f"{_TIME:%Y%m%dT%H%M%SZ}"
        headers.setdefault("x-amz-content-sha256", hashlib.sha256(body).hexdigest())
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={_SCOPE},SignedHeaders={';'.join(sorted(headers))},"
            f"Signature={example['signature']}"
        )
    line, _, given = example["line"].partition("?")
    joined = "&".join([*filter(None, [given]), *query])
    world = World(now=_TIME, own=headers["host"], keys=(_KEY,))
    answer = world.send(f"{line}?{joined}", headers, body)
    assert world.reached == (answer.status == 200)
    return answer


def _body(example: Mapping[str, Any]) -> bytes:
    sizes = (65_536, 1_024, 0)
    chunks = [
        f"{size:x};chunk-signature={signature}\r\n".encode() + b"a" * size
        for size, signature in zip(sizes, example.get("chunks", ()), strict=False)
    ]
    if not chunks:
        return str(example.get("body", "")).encode()
    trailer = "".join(f"{line}\r\n" for line in example.get("trailer", ())).encode()
    return b"\r\n".join(chunks) + trailer + b"\r\n"


_CHUNKED: Final = [name for name in _EXAMPLES if "chunks" in name]


@pytest.mark.parametrize("name", _EXAMPLES)
def test_aws_s_own_examples_are_let_in(name: str) -> None:
    assert _send(name, _body(_EXAMPLES[name])).status == 200


@pytest.mark.parametrize("name", _CHUNKED)
@pytest.mark.parametrize("place", [200, 66_000, -100])
def test_a_chunk_or_a_trailer_that_has_changed_is_refused(name: str, place: int) -> None:
    changed = bytearray(_body(_EXAMPLES[name]))
    changed[place] ^= 1

    assert _send(name, bytes(changed)).status in (400, 403)


@pytest.mark.parametrize("name", _CHUNKED)
def test_chunks_that_end_too_early_or_too_late_are_refused(name: str) -> None:
    body = _body(_EXAMPLES[name])
    last = body.index(b"0;chunk-signature=", 66_000)
    without_trailer = body[: body.index(b"\r\n", last) + 2]

    for other in (body[:last], body + b"more", body[:65_700]):
        assert _send(name, other).status in (400, 403)
    assert (_send(name, without_trailer).status == 200) == ("trailer" not in name)


@pytest.mark.parametrize("service", ["s3", "iam", "lambda", "execute-api"])
@pytest.mark.parametrize(
    "line",
    [
        "GET /",
        "GET /bucket/a%20b%2Bc/%C3%A9.txt?prefix=a%2Fb&list-type=2&empty=",
        "PUT /bucket//double/../dots/./",
        "DELETE /2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A0%3Afunction%3Aa?b=c%20d",
        "POST /?z=1&a=2&a=1&A=3",
    ],
)
@pytest.mark.parametrize("key", [ROOT, SESSION])
def test_what_botocore_signs_is_let_in_as_it_was_sent(
    line: str, service: str, key: AccessKey
) -> None:
    world = World()
    headers = signed(
        line, {"X-Amz-Target": "A.B", "X-Spaces": " a  b "}, b"body", service=service, key=key
    )

    answer = world.send(line, headers, b"body")

    assert answer.status == 200
    [(method, _, body, seen)] = world.aws.seen
    assert (method, body) == (line.split()[0], b"body")
    assert seen["x-amz-target"] == "A.B"


@pytest.mark.parametrize("key", [ROOT, SESSION])
def test_a_presigned_url_is_good_for_its_request(key: AccessKey) -> None:
    world = World()
    line = presigned("GET /bucket/a%20b", key=key)

    assert world.send(line).status == 200
    assert world.send(line.replace("GET", "PUT")).status == 403
    assert world.send(line.replace("a%20b", "a%20c")).status == 403
    assert world.send(line, {"x-amz-copy-source": "other"}).status == 403
