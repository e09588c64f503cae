"""The gate of local AWS: what it refuses, each guard by itself."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from local.gate.keys import AccessKey
from local.gate.unsigned import COGNITO
from tests.unit.local.gate_requests import (
    OWN,
    ROOT,
    SESSION,
    World,
    presigned,
    request_of,
    signed,
)

_PUT: Final = "PUT /bucket/key"
_PORTAL: Final = "portal.localhost:4566"
_RESPONSE: Final = "PUT /_ministack/cfn-response/0d6f7f5e-1c5a-4d6e-9a4b-3b1f0e8c7d21"
_CONFIRMATION: Final = "GET /?Action=ConfirmSubscription&TopicArn=arn&Token=secret"
_KEYS: Final = "GET /us-east-1_pool/.well-known/jwks.json"
_COGNITO: Final = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
}
_LINK: Final = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize("service", ["s3", "iam"])
@pytest.mark.parametrize(
    "key",
    [
        AccessKey(id="test", secret="test"),  # noqa: S106  # MiniStack's own
        AccessKey(id="000000000000", secret="test"),  # noqa: S106  # as above
        AccessKey(id="AKIAIOSFODNN7EXAMPLE", secret=ROOT.secret),
        replace(ROOT, secret="test"),  # noqa: S106  # as above
        replace(ROOT, token="token"),  # noqa: S106  # as above
        replace(SESSION, token=None),
        replace(SESSION, token="other"),  # noqa: S106  # as above
        replace(SESSION, secret=ROOT.secret),
    ],
)
def test_a_key_that_is_none_signs_nothing(key: AccessKey, service: str) -> None:
    world = World()

    answer = world.send(_PUT, signed(_PUT, service=service, key=key))

    assert answer.status == 403
    assert not world.reached


def test_a_session_s_key_ends() -> None:
    later = dt.datetime.fromtimestamp(SESSION.expires or 0, dt.UTC) + dt.timedelta(seconds=1)
    line = presigned(_PUT, key=SESSION, seconds=60)
    world = World(now=later)
    line = line.replace(line[line.index("Date=") + 5 :][:16], f"{later:%Y%m%dT%H%M%SZ}")

    answer = world.send(re.sub(r"\d{8}%2F", f"{later:%Y%m%d}%2F", line))

    assert b"<Code>ExpiredToken</Code>" in answer.body
    assert not world.reached


@pytest.mark.parametrize(
    "change",
    [
        {"X-Amz-Date": "20200101T000000Z"},
        {"Content-Type": "text/other"},
        {"X-Amz-Content-SHA256": "0" * 64},
        {"X-Amz-Meta-More": "header that nobody has signed"},
        {"X-Amz-Security-Token": "token"},
    ],
)
def test_what_is_not_as_it_was_signed_is_refused(change: dict[str, str]) -> None:
    world = World()

    answer = world.send(
        _PUT, {**signed(_PUT, {"Content-Type": "text/plain"}, b"a"), **change}, b"a"
    )

    assert answer.status in (400, 403)
    assert not world.reached


@pytest.mark.parametrize("service", ["s3", "lambda", "iam"])
def test_another_body_than_the_signed_one_is_refused(service: str) -> None:
    world = World()
    headers = signed(_PUT, body=b"right", service=service)

    assert world.send(_PUT, headers, b"wrong").status in (400, 403)
    assert not world.reached


def test_only_s3_takes_a_body_that_nobody_has_signed() -> None:
    world = World()
    contexts: Mapping[str, Mapping[str, Any]] = {
        "UNSIGNED-PAYLOAD": {"client_config": Config(s3={"payload_signing_enabled": False})},
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER": {
            "checksum": {"request_algorithm": {"in": "trailer"}}
        },
    }
    for payload, context in contexts.items():
        of_s3 = signed(_PUT, context=context)
        other = signed(_PUT, {"X-Amz-Content-SHA256": payload}, service="lambda")

        assert of_s3["X-Amz-Content-SHA256"] == payload
        assert world.send(_PUT, of_s3, b"any").status == 200
        assert world.send(_PUT, other, b"any").status == 400
    assert len(world.aws.seen) == 2


@pytest.mark.parametrize(("service", "minutes"), [("s3", 15), ("iam", 5)])
def test_a_request_can_be_sent_again_for_some_minutes_only(service: str, minutes: int) -> None:
    headers, now = signed(_PUT, service=service), dt.datetime.now(dt.UTC)
    for sign in (-1, 1):
        skew = sign * dt.timedelta(minutes=minutes)

        soon = World(now=now + skew - sign * dt.timedelta(seconds=30))
        late = World(now=now + skew + sign * dt.timedelta(seconds=90))

        assert soon.send(_PUT, headers).status == 200
        assert late.send(_PUT, headers).status == 403
        assert not late.reached


def test_a_presigned_url_ends() -> None:
    line, now = presigned("GET /bucket/key", seconds=60), dt.datetime.now(dt.UTC)
    late = World(now=now + dt.timedelta(seconds=120))
    early = World(now=now - dt.timedelta(minutes=16))

    assert b"<Code>AccessDenied</Code><Message>Request has expired" in late.send(line).body
    assert early.send(line).status == 403
    assert World().send(line.replace("Expires=60", "Expires=604801")).status == 400
    assert not late.reached


@pytest.mark.parametrize(
    "authorization",
    [
        "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=",
        f"AWS {ROOT.id}:frJIUN8DYpKDtOLCwo//yllqDzg=",
        "AWS4-ECDSA-P256-SHA256 Credential=a/20260101/iam/aws4_request",
        "AWS4-HMAC-SHA256",
        f"AWS4-HMAC-SHA256 Credential={ROOT.id}/",
        "Basic dGVzdDp0ZXN0",
        "Bearer test",
        "",
    ],
)
def test_another_kind_of_signature_is_none(authorization: str) -> None:
    world = World()

    answer = world.send("GET /", {"Authorization": authorization, "X-Amz-Date": "20260101T000000Z"})

    assert answer.status in (400, 403)
    assert not world.reached


@pytest.mark.parametrize(
    "query",
    [
        f"AWSAccessKeyId={ROOT.id}&Signature=a&Expires=9999999999",
        f"X-Amz-Credential={ROOT.id}/20260101/us-east-1/iam/aws4_request",
        f"x-amz-credential={ROOT.id}",
    ],
)
def test_nobody_names_a_second_key(query: str) -> None:
    world = World()
    line = f"POST /?{query}"

    for headers in ({}, _COGNITO, signed(line, service="iam", key=SESSION)):
        assert world.send(line, headers).status in (400, 403)
    assert not world.reached


class _Smuggler(SigV4Auth):
    """Signs a header whose name has another key in it, where MiniStack looks for the first key."""

    def headers_to_sign(self, request: Any) -> Any:
        headers = super().headers_to_sign(request)
        headers[f"credential={ROOT.id}/"] = ""
        return headers

    def signed_headers(self, headers_to_sign: Any) -> str:
        return str(super().signed_headers(headers_to_sign)).replace("credential", "Credential")


def test_a_signed_name_is_no_second_key() -> None:
    world = World()
    request = AWSRequest("POST", f"https://{OWN}/")
    key = Credentials(SESSION.id, SESSION.secret, SESSION.token)
    _Smuggler(key, "iam", "us-east-1").add_auth(request)

    answer = world.send("POST /", dict(request.headers.items()))

    assert b"SignedHeaders should be names" in answer.body
    assert not world.reached


def test_a_key_s_day_is_the_request_s() -> None:
    headers = signed("POST /", service="iam")
    authorization = re.sub(r"/\d{8}/", "/20200101/", headers["Authorization"])

    answer = World().send("POST /", {**headers, "Authorization": authorization})

    assert b"IncompleteSignature" in answer.body


@pytest.mark.parametrize(
    ("line", "headers", "claims"),
    [
        ("GET /", {"authorization": "AWS4-HMAC-SHA256 Credential=test/"}, True),
        ("GET /", {"authorization": "AWS test:signature"}, True),
        ("GET /?X-Amz-Credential=test", {}, True),
        ("GET /?x-amz-security-token=test", {}, True),
        ("GET /?AWSAccessKeyId=test", {}, True),
        ("GET /?client_id=test", {"authorization": "Basic dGVzdDp0ZXN0"}, False),
    ],
)
def test_what_names_an_access_key_claims_credentials(
    line: str, headers: dict[str, str], claims: object
) -> None:
    assert request_of(line, headers).claims_credentials == claims


def test_who_claims_to_be_somebody_is_not_served_as_nobody() -> None:
    world = World()

    answer = world.send("POST /", {**_COGNITO, "Authorization": "AWS test:signature"})

    assert answer.status == 400
    assert not world.reached


def test_one_reader_s_field_is_not_another_s() -> None:
    world = World()
    headers = signed("POST /", service="iam", key=SESSION)
    name, given = "Authorization", headers["Authorization"]
    root = f"Credential={ROOT.id}/x"
    for other in (
        given.replace("Credential=", f"Other={root}, Credential=", 1),
        given.replace("SignedHeaders=", f"SignedHeaders={root};", 1),
        given.replace("Credential=", f"{root}, Credential=", 1),
        f"{given}, {root}",
    ):
        assert world.send("POST /", {**headers, name: other}).status == 403
    assert not world.reached


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example:4566",
        "localhost:4566",
        "127.0.0.1",
        "127.0.0.1:80",
        "bucket.s3.amazonaws.com",
        "iam.amazonaws.com",
        "bucket.127.0.0.1:4566",
        "a.lambda-url.us-east-1.localhost:4566",
    ],
)
def test_it_answers_to_its_own_names_only(host: str) -> None:
    world = World()

    for line in ("GET /", "GET /_mailbox?key=right", _CONFIRMATION, _KEYS):
        answer = world.send(line, signed(line, host=host) if line == "GET /" else {}, host=host)

        assert answer.status == 403
    assert not world.reached


@pytest.mark.parametrize(
    "foreign",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": f"http://{OWN}"},
    ],
)
@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("POST /", OWN),
        (_RESPONSE, OWN),
        (_CONFIRMATION, OWN),
        (_KEYS, OWN),
        ("GET /_mailbox?key=right", OWN),
        ("POST /tasks/1", _PORTAL),
        ("GET /", _PORTAL),
    ],
)
def test_another_site_s_page_reaches_nothing(line: str, host: str, foreign: dict[str, str]) -> None:
    world = World()
    own = {"Sec-Fetch-Site": "same-origin"}
    headers = signed(line, service="iam") if (line, host) == ("POST /", OWN) else {}

    assert world.send(line, {**headers, **own}, host=host).status == 200
    assert world.send(line, {**headers, **foreign}, host=host).status == 403
    assert len(world.seen) == 1


def test_a_link_leads_from_anywhere_to_what_people_open() -> None:
    world = World()
    link = {"Sec-Fetch-Site": "cross-site", **_LINK}

    for line, host in (("GET /", _PORTAL), ("GET /_mailbox/verify", OWN), (_CONFIRMATION, OWN)):
        assert world.send(line, link, host=host).status == 200
    assert world.send("POST /", link, host=_PORTAL).status == 403
    assert world.send(_KEYS, link).status == 403
    framed = {**link, "Sec-Fetch-Dest": "iframe"}
    assert world.send("GET /", framed, host=_PORTAL).status == 403


def test_aws_s_unsigned_operations_come_without_anything_that_names_a_caller() -> None:
    world = World()

    answer = world.send("POST /", {**_COGNITO, "X-Forwarded-For": "1.2.3.4", "Cookie": "a"}, b"{}")

    assert answer.status == 200
    [(_, _, body, headers)] = world.aws.seen
    assert body == b"{}"
    assert headers == {"host": OWN} | {name.lower(): value for name, value in _COGNITO.items()}


def test_the_unsigned_operations_of_cognito_are_unsigned_in_aws_s_own_model() -> None:
    model = botocore.session.get_session().get_service_model("cognito-idp")

    assert {model.operation_model(name).auth_type for name in COGNITO} == {"none"}


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        ("GET /", {}),
        ("GET /bucket/key", {}),
        ("GET /bucket", {}),
        ("POST /", {**_COGNITO, "X-Amz-Target": "AWSCognitoIdentityProviderService.ListUsers"}),
        ("POST /", {**_COGNITO, "X-Amz-Target": "Other.InitiateAuth"}),
        ("POST /", {**_COGNITO, "Content-Type": "text/plain"}),
        ("POST /bucket", _COGNITO),
        ("POST /?Action=CreateRole", _COGNITO),
        ("POST /?Action=ConfirmSubscription&TopicArn=arn&Token=secret", {}),
        (f"{_CONFIRMATION}&Action=CreateRole", {}),
        ("GET /?Action=Unsubscribe&TopicArn=arn&Token=secret", {}),
        ("GET /other_pool/.well-known/jwks.json", {}),
        ("PUT /us-east-1_pool/.well-known/jwks.json", {}),
        (_RESPONSE.replace("PUT", "GET"), {}),
        (_RESPONSE[:-1], {}),
        (_RESPONSE + "/../../reset", {}),
        ("POST /_ministack/reset", {}),
        ("POST /_ministack/config", {}),
        ("GET /_ministack/health", {}),
        ("GET /health", {}),
        ("GET /_aws/ses", {}),
        ("GET /oauth2/authorize", {}),
        ("OPTIONS /", {"Origin": "null", "Access-Control-Request-Method": "POST"}),
    ],
)
def test_nothing_else_is_served_unsigned(line: str, headers: dict[str, str]) -> None:
    world = World()

    answer = world.send(line, headers)

    assert answer.status in (400, 403)
    assert not world.reached


def test_unsigned_requests_are_small() -> None:
    world = World()

    assert world.send("POST /", _COGNITO, b" " * 100_000).status == 413
    assert not world.reached


def test_no_answer_is_for_every_origin() -> None:
    world = World()
    own = {"Origin": f"https://{OWN}"}

    for line, headers in (
        ("POST /", {**own, **signed("POST /", service="iam")}),
        ("GET /closed/key", {**own, **signed("GET /closed/key")}),
        ("POST /", {**own, **_COGNITO}),
        (_KEYS, own),
        ("GET /_mailbox", own),
        ("OPTIONS /", own),
        ("OPTIONS /closed/key", own),
    ):
        answer = world.send(line, headers)
        assert not [name for name in answer.headers if name.startswith("access-control")], line
    portal = world.send("GET /", {"Origin": f"https://{_PORTAL}"}, host=_PORTAL)
    assert "access-control-allow-origin" not in portal.headers


def test_a_page_anywhere_reads_a_presigned_object_where_the_bucket_s_rules_say_so() -> None:
    world = World()
    foreign = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}

    is_open = world.send(presigned("GET /open/key"), foreign)
    refused = world.send("GET /open/key", foreign)
    closed = world.send(presigned("GET /closed/key"), foreign)

    assert (is_open.status, is_open.headers["access-control-allow-origin"]) == (200, "*")
    assert (refused.status, refused.headers["access-control-allow-origin"]) == (403, "*")
    assert (closed.status, "access-control-allow-origin" in closed.headers) == (200, False)


def test_websockets_are_closed() -> None:
    world = World()

    world.send("GET /", signed("GET /"), kind="websocket")

    assert not world.reached


@pytest.mark.parametrize(
    ("headers", "service", "words"),
    [
        ({"Content-Type": "application/x-amz-json-1.1"}, "logs", "UnrecognizedClientException"),
        (
            {"Content-Type": "application/x-www-form-urlencoded"},
            "iam",
            "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>",
        ),
        ({}, "s3", "<Error><Code>InvalidAccessKeyId</Code>"),
    ],
)
def test_a_refusal_is_in_the_service_s_protocol(
    headers: dict[str, str], service: str, words: str
) -> None:
    key = AccessKey(id="AKIAUNKNOWN", secret="secret")  # noqa: S106  # of tests

    answer = World().send("POST /", signed("POST /", headers, service=service, key=key))

    assert words in answer.body.decode()
    if service == "logs":
        assert json.loads(answer.body)["__type"] == answer.headers["x-amzn-errortype"]


def test_each_root_key_is_another() -> None:
    keys = {AccessKey.root() for _ in range(50)}

    assert len({key.id for key in keys}) == len({key.secret for key in keys}) == 50
    assert all(len(key.id) == 20 and len(key.secret) == 40 for key in keys)


def test_every_answer_has_an_id_also_that_of_a_refusal() -> None:
    world = World()

    for headers in (signed("GET /bucket/key"), {}):
        answer = world.send("GET /bucket/key", headers)

        assert answer.headers["x-amz-request-id"] == answer.headers["x-amzn-requestid"]
