"""What a signature says of a request's body, and whether the body is that one.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from local.gate.keys import AccessKey
from local.gate.refusal import Refused
from local.gate.request import Request
from local.gate.signature import UNSIGNED, Signature, sign

_HEADER: Final = "x-amz-content-sha256"
_EMPTY: Final = hashlib.sha256(b"").hexdigest()
_CHUNKED: Final = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
_CHUNKED_WITH_TRAILER: Final = f"{_CHUNKED}-TRAILER"
#: Nothing is signed of these, which only S3 takes, over TLS.
_WITHOUT: Final = (UNSIGNED, "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
_CHUNK: Final = re.compile(rb"([0-9a-fA-F]{1,8});chunk-signature=([0-9a-f]{64})\r\n")
_TRAILER_SIGNATURE: Final = b"x-amz-trailer-signature:"


def signed_payload(signature: Signature, request: Request, body: bytes) -> str:
    """Return what the canonical request ends with; Refused if that is not for this body."""
    is_s3 = signature.service == "s3"
    said = request.headers.get(_HEADER)
    if said is None and is_s3 and signature.expires is not None:
        said = request.parameter(_HEADER) or UNSIGNED
    if said is None and is_s3:
        raise Refused(
            "InvalidRequest", f"Missing required header for this request: {_HEADER}", status=400
        )
    digest = hashlib.sha256(body).hexdigest()
    if said is None:
        return digest
    if is_s3 and said in (*_WITHOUT, _CHUNKED, _CHUNKED_WITH_TRAILER):
        return said
    if said != digest:
        raise Refused(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            status=400,
        )
    return digest


def check_chunks(signature: Signature, key: AccessKey, payload: str, body: bytes) -> None:
    """Raise Refused if the body comes in signed chunks and one of them, or the trailer, is another.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
    """
    if payload not in (_CHUNKED, _CHUNKED_WITH_TRAILER):
        return
    previous, position = signature.value, 0
    while match := _CHUNK.match(body, position):
        start, size = match.end(), int(match.group(1), 16)
        digest = hashlib.sha256(body[start : start + size]).hexdigest()
        lines = ("-PAYLOAD", previous, _EMPTY, digest)
        previous = _continue(signature, key, lines, match.group(2).decode())
        position = start + size
        if size == 0:
            _check_trailer(signature, key, payload, previous, body[position:])
            return
        if body[position : position + 2] != b"\r\n":
            break
        position += 2
    raise Refused(
        "IncompleteBody", "the body should end with a signed chunk of no bytes", status=400
    )


def _check_trailer(
    signature: Signature, key: AccessKey, payload: str, previous: str, rest: bytes
) -> None:
    if payload == _CHUNKED:
        if rest not in (b"", b"\r\n"):
            raise Refused("IncompleteBody", "nothing should follow the last chunk", status=400)
        return
    lines = [line for line in rest.split(b"\r\n") if line]
    signed = [line.removeprefix(_TRAILER_SIGNATURE) for line in lines[-1:]]
    if not lines or not lines[-1].startswith(_TRAILER_SIGNATURE):
        raise Refused("MalformedTrailerError", "the trailer should be signed", status=400)
    content = b"".join(line + b"\n" for line in lines[:-1])
    digest = hashlib.sha256(content).hexdigest()
    _continue(signature, key, ("-TRAILER", previous, digest), signed[0].decode("latin-1"))


def _continue(signature: Signature, key: AccessKey, lines: tuple[str, ...], given: str) -> str:
    kind, *rest = lines
    head = (f"AWS4-HMAC-SHA256{kind}", signature.time, signature.scope)
    computed = sign(signature, key, "\n".join([*head, *rest]))
    if not hmac.compare_digest(computed.encode(), given.encode()):
        raise Refused("SignatureDoesNotMatch", "a chunk of the body is not the one that was signed")
    return computed
