"""Where S3 sends a request, over real HTTP: followed in the Region, signed anew, and bounded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError
from labeling_job.clients import Clients
from labeling_job.hints import explain
from labeling_job.source.addresses import own_address
from labeling_job.source.signed_get import signed_get
from tests.unit.fake_services import ACCOUNT
from tests.unit.labeling_job.source.s3_stub import Reply, S3Stub, s3_stub

_RECORDED: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[3] / "data" / "s3_redirects.yaml").read_text()
)
_OLD_HOST = "in-put.s3-eu-central-1.amazonaws.com"
#: As AWS's page on redirects has it.
_FACILITY = "in-put.s3-gztb4pa9sq.amazonaws.com"


@pytest.fixture
def stub() -> Iterator[S3Stub]:
    with s3_stub() as running:
        yield running


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")


def _read(aws: Clients, bucket: str = "in-put") -> bytes:
    place = {"Bucket": bucket, "Key": "Input/1.txt"}
    return signed_get("GetObject", place, ACCOUNT, aws, maximum_bytes=100, understand=bytes)


def _sent_to(host: str, status: int = 307, *, scheme: str = "https") -> Reply:
    return Reply(status, headers={"Location": f"{scheme}://{host}/Input/1.txt?rk=e2c69a31"})


def _named(host: str, *, code: str = "TemporaryRedirect", **headers: str) -> Reply:
    body = f"<Error><Code>{code}</Code><Endpoint>{host}</Endpoint></Error>"
    return Reply(307 if code == "TemporaryRedirect" else 301, body.encode(), headers)


def test_a_bucket_is_asked_for_at_the_region_s_own_host(stub: S3Stub) -> None:
    assert _read(stub.as_clients()) == b"42"
    assert stub.asked == ["in-put.s3.eu-central-1.amazonaws.com"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "host", [_OLD_HOST, _FACILITY, "in-put.s3.dualstack.eu-central-1.amazonaws.com"]
)
def test_a_redirect_within_the_region_is_followed(stub: S3Stub, status: int, host: str) -> None:
    stub.replies[stub.own_host] = _sent_to(host, status)

    assert _read(stub.as_clients()) == b"42"
    assert stub.asked == [stub.own_host, host]


@pytest.mark.parametrize(
    "host", ["s3.eu-central-1.amazonaws.com", "s3-eu-central-1.amazonaws.com", "s3.amazonaws.com"]
)
def test_a_host_without_the_bucket_has_it_in_the_path(stub: S3Stub, host: str) -> None:
    stub.replies[stub.own_host] = _sent_to(host)

    assert _read(stub.as_clients()) == b"42"
    assert stub.asked == [stub.own_host, host]


def test_a_redirect_never_leaves_tls(stub: S3Stub) -> None:
    stub.replies[stub.own_host] = _sent_to(_OLD_HOST, scheme="http")

    # The stub's clients refuse what is not sent to https.
    assert _read(stub.as_clients()) == b"42"


@pytest.mark.parametrize("code", ["TemporaryRedirect", "PermanentRedirect"])
def test_without_a_location_the_endpoint_in_the_body_is_taken(stub: S3Stub, code: str) -> None:
    stub.replies[stub.own_host] = _named(_OLD_HOST, code=code)

    assert _read(stub.as_clients()) == b"42"
    assert stub.asked == [stub.own_host, _OLD_HOST]


def test_a_listing_follows_too(stub: S3Stub) -> None:
    stub.replies[stub.own_host] = _sent_to(_FACILITY)
    stub.replies[_FACILITY] = Reply(200, b"a page")
    aws = stub.as_clients()

    content = signed_get(
        "ListObjectsV2",
        {"Bucket": "in-put", "Prefix": "Input/", "EncodingType": "url"},
        ACCOUNT,
        aws,
        maximum_bytes=100,
        understand=bytes,
    )

    assert content == b"a page"


def test_a_host_that_was_found_is_asked_first_from_then_on(stub: S3Stub) -> None:
    stub.replies[stub.own_host] = _sent_to(_FACILITY)
    aws = stub.as_clients()

    assert [_read(aws), _read(aws), _read(aws)] == [b"42"] * 3
    assert stub.asked == [stub.own_host, _FACILITY, _FACILITY, _FACILITY]


def test_a_host_that_was_found_stays_when_it_refuses(stub: S3Stub) -> None:
    stub.replies[stub.own_host] = _sent_to(_FACILITY)
    aws = stub.as_clients()
    _read(aws)
    del stub.objects["Input/1.txt"]

    for _ in range(2):
        with pytest.raises(ClientError, match="NoSuchKey"):
            _read(aws)

    assert stub.asked[2:] == [_FACILITY, _FACILITY]


def test_a_host_that_was_found_is_forgotten_when_it_answers_no_more(stub: S3Stub) -> None:
    stub.replies[stub.own_host] = _sent_to(_FACILITY)
    aws = stub.as_clients()
    _read(aws)
    del stub.replies[stub.own_host]
    stub.replies[_FACILITY] = Reply(503, b"<Error><Code>ServiceUnavailable</Code></Error>")

    assert _read(aws) == b"42"
    assert stub.asked[2:] == [_FACILITY, stub.own_host]


def test_a_host_that_was_found_may_send_back(stub: S3Stub) -> None:
    stub.replies[stub.own_host] = _sent_to(_FACILITY)
    aws = stub.as_clients()
    _read(aws)
    del stub.replies[stub.own_host]
    stub.replies[_FACILITY] = _sent_to(stub.own_host)

    assert _read(aws) == b"42"
    assert stub.asked[2:] == [_FACILITY, stub.own_host]


@pytest.mark.parametrize(
    ("replies", "asked"),
    [
        ({"in-put.s3.eu-central-1.amazonaws.com": "in-put.s3.eu-central-1.amazonaws.com"}, 1),
        (
            {
                "in-put.s3.eu-central-1.amazonaws.com": _FACILITY,
                _FACILITY: "in-put.s3.eu-central-1.amazonaws.com",
            },
            2,
        ),
        (
            {
                "in-put.s3.eu-central-1.amazonaws.com": "in-put.s3-1.amazonaws.com",
                **{
                    f"in-put.s3-{n}.amazonaws.com": f"in-put.s3-{n + 1}.amazonaws.com"
                    for n in range(9)
                },
            },
            4,
        ),
    ],
    ids=["to itself", "there and back", "ever on"],
)
def test_redirects_end(stub: S3Stub, replies: dict[str, str], asked: int) -> None:
    stub.replies = {host: _sent_to(target) for host, target in replies.items()}

    with pytest.raises(CustomResourceError) as refused:
        _read(stub.as_clients())

    assert len(stub.asked) == asked
    assert str(refused.value) == (
        "s3://in-put can't be read: S3 sends GetObject from one address to the next "
        f"({', '.join(stub.asked)}), as it may in the first hours of a bucket, deploy again in "
        "some minutes"
    )


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/Input/1.txt",
        "https://in-put.s3.eu-central-1.amazonaws.com.evil.example/Input/1.txt",
        "https://in-put.s3.eu-central-1.amazonaws.com@evil.example/Input/1.txt",
        "https://in-put.s3.eu-central-1.amazonaws.com:8443/Input/1.txt",
        "https://evil.s3.eu-central-1.amazonaws.com/Input/1.txt",
        "https://evil.in-put.s3.eu-central-1.amazonaws.com/Input/1.txt",
        "https://in-put.evil-s3.amazonaws.com/Input/1.txt",
        # Names that customers choose.
        "https://s3-evil-1234567890.eu-central-1.elb.amazonaws.com/Input/1.txt",
        "https://s3-evil.execute-api.eu-central-1.amazonaws.com/Input/1.txt",
        # Of another partition.
        "https://in-put.s3.eu-central-1.amazonaws.com.cn/Input/1.txt",
        "https://127.0.0.1/Input/1.txt",
        "https://169.254.169.254/latest/meta-data",
        "//evil.example/Input/1.txt",
        "https://[::1/Input/1.txt",
        "https://in-put.s3.eu-central-1.amazonaws.com\\.evil.example/",
    ],
)
def test_nothing_is_sent_to_a_host_that_is_not_s3_s(stub: S3Stub, location: str) -> None:
    stub.replies[stub.own_host] = Reply(307, headers={"Location": location})

    with pytest.raises(CustomResourceError, match="to which nothing was sent") as refused:
        _read(stub.as_clients())

    assert stub.asked == [stub.own_host]
    assert "Signature" not in str(refused.value)


def test_the_address_of_a_foreign_host_is_in_the_error_without_its_path(stub: S3Stub) -> None:
    stub.replies[stub.own_host] = Reply(
        307, headers={"Location": "https://evil.example/Input/1.txt?X-Amz-Signature=secret"}
    )

    with pytest.raises(CustomResourceError) as refused:
        _read(stub.as_clients())

    assert str(refused.value) == (
        "s3://in-put can't be read: expected an address of S3 for it, got 'evil.example' from "
        "in-put.s3.eu-central-1.amazonaws.com, to which nothing was sent, see whether a proxy or a "
        "name server answers in the place of S3"
    )


@pytest.mark.parametrize(
    "reply",
    [
        Reply(307, headers={"x-amz-bucket-region": "eu-west-1"}),
        Reply(
            301, headers={"x-amz-bucket-region": "eu-west-1", "Location": f"https://{_FACILITY}"}
        ),
        _sent_to("in-put.s3.eu-west-1.amazonaws.com"),
        _sent_to("in-put.s3-eu-west-1.amazonaws.com", 301),
        _named("in-put.s3-eu-west-1.amazonaws.com", code="PermanentRedirect"),
        Reply(
            400,
            b"<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>",
        ),
    ],
)
def test_a_bucket_of_another_region_is_not_followed_to(stub: S3Stub, reply: Reply) -> None:
    stub.replies[stub.own_host] = reply

    with pytest.raises(ClientError) as refused:
        _read(stub.as_clients())

    assert stub.asked == [stub.own_host]
    assert explain(refused.value).endswith(
        "the bucket is in eu-west-1, and the job in eu-central-1; use a bucket in eu-central-1, "
        "since Ground Truth reads no other"
    )


def test_a_redirect_to_nowhere_says_what_to_do(stub: S3Stub) -> None:
    stub.replies[stub.own_host] = Reply(307)

    with pytest.raises(ClientError) as refused:
        _read(stub.as_clients())

    assert stub.asked == [stub.own_host]
    assert explain(refused.value).endswith(
        "S3 does not find the bucket's place yet, as in the first hours of a bucket; deploy again "
        "in some minutes"
    )


def test_a_permanent_redirect_to_nowhere_is_to_another_region(stub: S3Stub) -> None:
    stub.replies[stub.own_host] = Reply(301)

    with pytest.raises(ClientError) as refused:
        _read(stub.as_clients())

    assert "the bucket is in another Region, and the job in eu-central-1;" in explain(refused.value)


@pytest.mark.parametrize("recorded", [pytest.param(each, id=each["name"]) for each in _RECORDED])
def test_what_s3_has_answered_names_the_bucket_s_region(
    recorded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "ca-central-1")
    with s3_stub("ca-central-1", recorded["bucket"]) as stub:
        first = stub.own_host if "." not in stub.bucket else "s3.ca-central-1.amazonaws.com"
        stub.replies[first] = _recorded(recorded)

        with pytest.raises(ClientError) as refused:
            _read(stub.as_clients(), stub.bucket)

    assert stub.asked == [first]
    assert f"the bucket is in {recorded['bucket_region']}, and the job in ca-central-1" in explain(
        refused.value
    )


@pytest.mark.parametrize(
    "recorded",
    [pytest.param(each, id=each["name"]) for each in _RECORDED if each["status"] != 400],
)
def test_what_s3_has_answered_in_the_bucket_s_own_region_is_followed(
    recorded: dict[str, Any],
) -> None:
    with s3_stub(recorded["bucket_region"], recorded["bucket"]) as stub:
        aws = stub.as_clients()
        # All of them were asked at the host that all Regions have.
        own = own_address(stub.bucket, aws.s3)
        aws.addresses[stub.bucket] = own._replace(host=f"{stub.bucket}.s3.amazonaws.com", path="")
        stub.replies[f"{stub.bucket}.s3.amazonaws.com"] = _recorded(recorded)

        assert _read(aws, stub.bucket) == b"42"

    assert stub.asked[1:] == [recorded["followed_to"]]


def _recorded(recorded: dict[str, Any]) -> Reply:
    return Reply(recorded["status"], recorded["body"].encode(), recorded["headers"])
