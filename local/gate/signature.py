"""Signature Version 4: what a request says of its signer, and whether that is true.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from local.gate.keys import AccessKey
from local.gate.refusal import Refused
from local.gate.request import AMZ, Request

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
#: Nothing that one reader takes for another's field.
_CREDENTIAL: Final = re.compile(r"(\w+)/(\d{8})/([a-z0-9-]+)/([A-Za-z0-9_.-]+)/aws4_request")
_NAMES: Final = re.compile(r"[a-z0-9_.-]+(;[a-z0-9_.-]+)*")
_VALUE: Final = re.compile(r"[0-9a-f]{64}")
#: What S3 signs in the place of a body that it has not seen.
UNSIGNED: Final = "UNSIGNED-PAYLOAD"
#: How far the signer's clock may be from ours. https://repost.aws/knowledge-center/s3-error-request-time-too-skewed
#: and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
_SKEW: Final = {"s3": dt.timedelta(minutes=15)}
_USUAL_SKEW: Final = dt.timedelta(minutes=5)
#: A presigned URL's longest time, in seconds.
#: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
_LONGEST: Final = 7 * 24 * 3600
_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your AWS"
    " Secret Access Key and signing method. Consult the service documentation for details."
)


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What a signed request says of its signature."""

    key: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    value: str
    time: str
    token: str
    #: For how many seconds it is good, of a presigned URL.
    expires: int | None

    @property
    def scope(self) -> str:
        """What the signature is for, besides the request."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def read(request: Request) -> Signature:
    """Return what a request says; Refused if it is not signed as it should be."""
    authorization = request.headers.get("authorization", "")
    names = {name.lower() for name, _ in request.query}
    in_query = bool(names & {f"{AMZ}algorithm", f"{AMZ}credential", f"{AMZ}signature"})
    if authorization and (in_query or "awsaccesskeyid" in names):
        raise Refused(
            "InvalidRequest",
            "a request is signed in its Authorization header or in its query, got both",
            status=400,
        )
    if authorization.startswith(_ALGORITHM):
        return _of_header(authorization.removeprefix(_ALGORITHM), request)
    if in_query:
        return _of_query(request)
    if request.claims_credentials:
        raise Refused(
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use"
            f" {_ALGORITHM}.",
            status=400,
        )
    raise Refused("MissingAuthenticationToken", "Missing Authentication Token")


def _of_header(fields: str, request: Request) -> Signature:
    parts = [each.strip().partition("=") for each in fields.split(",")]
    found = {name: value for name, _, value in parts}
    time = request.headers.get("x-amz-date", "")
    if sorted(name for name, *_ in parts) != ["Credential", "Signature", "SignedHeaders"]:
        raise Refused(
            "IncompleteSignature",
            "Authorization should have Credential, SignedHeaders and Signature once each and"
            f" nothing else, got {', '.join(found)}",
        )
    return _signature(
        credential=found["Credential"],
        signed_headers=found["SignedHeaders"],
        value=found["Signature"],
        time=time,
        token=request.headers.get("x-amz-security-token", ""),
        expires=None,
    )


def _of_query(request: Request) -> Signature:
    names = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
    values = [request.parameters(f"X-Amz-{name}") for name in names]
    tokens = request.parameters(f"{AMZ}security-token")
    if any(len(each) != 1 for each in values) or len(tokens) > 1:
        raise Refused(
            "AuthorizationQueryParametersError",
            f"a presigned URL should have {', '.join(f'X-Amz-{name}' for name in names)} once each",
            status=400,
        )
    algorithm, credential, time, expires, signed_headers, value = (each[0] for each in values)
    if algorithm != _ALGORITHM or not expires.isdecimal() or not 1 <= len(expires) <= 6:
        raise Refused(
            "AuthorizationQueryParametersError",
            f"X-Amz-Algorithm should be {_ALGORITHM} and X-Amz-Expires at most {_LONGEST} seconds,"
            f" got {algorithm!r} and {expires[:20]!r}",
            status=400,
        )
    return _signature(
        credential=credential,
        signed_headers=signed_headers,
        value=value,
        time=time,
        token="".join(tokens),
        expires=int(expires),
    )


def _signature(
    *, credential: str, signed_headers: str, value: str, time: str, token: str, expires: int | None
) -> Signature:
    scope = _CREDENTIAL.fullmatch(credential)
    if scope is None or scope[2] != time[:8]:
        raise Refused(
            "IncompleteSignature",
            "Credential should be key/date/region/service/aws4_request with the date of"
            f" X-Amz-Date, got {credential!r} and X-Amz-Date {time!r}",
        )
    if not _NAMES.fullmatch(signed_headers) or not _VALUE.fullmatch(value):
        raise Refused(
            "IncompleteSignature",
            "SignedHeaders should be names in lower case with semicolons between them, and"
            f" Signature 64 digits, got {signed_headers!r} and {value!r}",
        )
    return Signature(
        key=scope[1],
        date=scope[2],
        region=scope[3],
        service=scope[4],
        signed_headers=tuple(signed_headers.split(";")),
        value=value,
        time=time,
        token=token,
        expires=expires,
    )


def check_time(signature: Signature, now: dt.datetime) -> None:
    """Raise Refused for a request of another time, so that none can be sent again later."""
    try:
        signed = dt.datetime.strptime(signature.time, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        raise Refused(
            "IncompleteSignature",
            f"X-Amz-Date should look like 20260102T030405Z, got {signature.time!r}",
        ) from None
    skew = _SKEW.get(signature.service, _USUAL_SKEW)
    if signature.expires is not None:
        if not 1 <= signature.expires <= _LONGEST:
            raise Refused(
                "AuthorizationQueryParametersError",
                f"X-Amz-Expires should be from 1 to {_LONGEST} seconds, got {signature.expires}",
                status=400,
            )
        if now > signed + dt.timedelta(seconds=signature.expires):
            raise Refused("AccessDenied", "Request has expired")
        if signed > now + skew:
            raise Refused("AccessDenied", "Request is not valid yet")
    elif abs(now - signed) > skew:
        raise Refused(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large:"
            f" {signature.time} and {now:%Y%m%dT%H%M%SZ}",
        )


def check_key(signature: Signature, key: AccessKey | None, now: dt.datetime) -> AccessKey:
    """Return the key, if there is such a one and it has not expired; else raise Refused."""
    if key is None or not _same(key.token or "", signature.token):
        raise Refused(
            "InvalidClientTokenId", "The security token included in the request is invalid."
        )
    if key.expires is not None and now.timestamp() > key.expires:
        raise Refused("ExpiredToken", "The security token included in the request is expired")
    return key


def check_signature(signature: Signature, key: AccessKey, request: Request, payload: str) -> None:
    """Raise Refused unless the key has signed all that matters of the request.

    `payload` is what stands for the body: its SHA-256, or what says that there is none.
    """
    left_out = [
        name
        for name in request.headers
        if (name.startswith(AMZ) or name == "host") and name not in signature.signed_headers
    ]
    if left_out:
        raise Refused(
            "AccessDenied",
            "There were headers present in the request which were not signed: "
            + ", ".join(left_out),
        )
    lines = (
        request.method,
        _canonical_path(signature.service, request.raw_path),
        _canonical_query(request),
        *(
            f"{name}:{_canonical(request.headers.get(name, ''))}"
            for name in signature.signed_headers
        ),
        "",
        ";".join(signature.signed_headers),
        payload,
    )
    canonical = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    to_sign = f"{_ALGORITHM}\n{signature.time}\n{signature.scope}\n{canonical}"
    if not _same(sign(signature, key, to_sign), signature.value):
        raise Refused("SignatureDoesNotMatch", _MISMATCH)


def sign(signature: Signature, key: AccessKey, text: str) -> str:
    """Sign a text for the scope of a signature."""
    signing = _signing_key(key.secret, signature.date, signature.region, signature.service)
    return hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=512)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for each in (date, region, service, "aws4_request"):
        key = hmac.digest(key, each.encode(), "sha256")
    return key


def _canonical_path(service: str, raw_path: str) -> str:
    """S3 signs a path as it is sent; the others a tidy one, encoded once more."""
    if service == "s3":
        return raw_path
    kept: list[str] = []
    for part in raw_path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    tidy = "/".join(["", *kept, *([""] if raw_path.endswith("/") and kept else [])]) or "/"
    return quote(tidy, safe="/-_.~")


def _canonical_query(request: Request) -> str:
    encode: Callable[[str], str] = lambda text: quote(text, safe="-_.~")  # noqa: E731  # a word for the line below
    pairs = [(encode(n), encode(v)) for n, v in request.query if n.lower() != "x-amz-signature"]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _canonical(value: str) -> str:
    return " ".join(value.split())


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
