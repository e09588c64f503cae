"""Signatures against AWS's published examples, and against botocore's signer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from local.gate.keys import AccessKey
from local.gate.payload import check_chunks, signed_payload
from local.gate.refusal import Refused
from local.gate.request import Request
from local.gate.signature import check_signature, read
from tests.unit.local.gate_requests import ROOT, SESSION, World, presigned, signed

_FILE: Final = Path(__file__).parents[3] / "data" / "sigv4-examples.yaml"
_EXAMPLES: Final[Mapping[str, Any]] = yaml.safe_load(_FILE.read_text())
_KEY: Final = AccessKey(
    id="AKIAIOSFODNN7EXAMPLE",
    secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",  # noqa: S106  # AWS's example
)
_SCOPE: Final = f"{_KEY.id}/20130524/us-east-1/s3/aws4_request"
_TIME: Final = "20130524T000000Z"


def _example(name: str) -> tuple[Request, bytes]:
    example = _EXAMPLES[name]
    body = _body(example)
    headers = dict(example["headers"])
    query = []
    if example.get("presigned"):
        query = [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            f"X-Amz-Credential={_SCOPE.replace('/', '%2F')}",
            f"X-Amz-Date={_TIME}",
            "X-Amz-Expires=86400",
            "X-Amz-SignedHeaders=host",
            f"X-Amz-Signature={example['signature']}",
        ]
    else:
        headers["x-amz-date"] = _TIME
        headers.setdefault("x-amz-content-sha256", hashlib.sha256(body).hexdigest())
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={_SCOPE},SignedHeaders={';'.join(sorted(headers))},"
            f"Signature={example['signature']}"
        )
    method, _, target = example["line"].partition(" ")
    path, _, given = target.partition("?")
    scope = {
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": "&".join([*given.split("&"), *query]).encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    return Request.of(scope), body


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


def _check(request: Request, body: bytes) -> None:
    signature = read(request)
    payload = signed_payload(signature, request, body)
    check_signature(signature, _KEY, request, payload)
    check_chunks(signature, _KEY, payload, body)


@pytest.mark.parametrize("name", _EXAMPLES)
def test_aws_s_own_examples_are_right(name: str) -> None:
    _check(*_example(name))


@pytest.mark.parametrize("name", [name for name in _EXAMPLES if "chunks" in name])
@pytest.mark.parametrize("place", [200, 66_000, -100])
def test_a_chunk_or_a_trailer_that_has_changed_is_refused(name: str, place: int) -> None:
    request, body = _example(name)
    changed = bytearray(body)
    changed[place] ^= 1

    with pytest.raises(Refused):
        _check(request, bytes(changed))


@pytest.mark.parametrize("name", [name for name in _EXAMPLES if "chunks" in name])
def test_chunks_that_end_too_early_are_refused(name: str) -> None:
    request, body = _example(name)

    with pytest.raises(Refused, match="a signed chunk of no bytes"):
        _check(request, body[:65_700])


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
