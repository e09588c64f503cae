"""What is sent is what boto3 sends: the same address, headers and signature, for every odd key."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ground_truth.catalogue.regions import REGIONS
from labeling_job.clients import S3_CONFIG, Clients, connect
from labeling_job.connections import Answer
from labeling_job.source.signature import sign
from labeling_job.source.signed_get import Operation, signed_get
from tests.unit.fake_services import ACCOUNT
from tests.unit.labeling_job.labeling_job_aws import OF_S3, FakeAws

#: Region to the end of its hosts, by botocore's partitions.json.
_PARTITIONS = {
    "cn-north-1": "amazonaws.com.cn",
    "cn-northwest-1": "amazonaws.com.cn",
    "us-gov-west-1": "amazonaws.com",
    "us-iso-east-1": "c2s.ic.gov",
    "us-isob-east-1": "sc2s.sgov.gov",
}
_ENDPOINT = "http://127.0.0.1:9"
_KEYS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(" +%~/.\"\\'\n\t#?&=é😀"),
    min_size=1,
    max_size=40,
)


class _SentError(BotoCoreError):
    """Carries what boto3 would have sent; of botocore's kind, so that it comes through as it is."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        super().__init__()
        self.url = url
        self.headers = headers


@functools.cache
def _client(region: str, endpoint: str | None, token: str | None) -> Any:
    client = boto3.client(
        "s3",
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret/example+",  # noqa: S106  # nothing is signed for anybody
        aws_session_token=token,
        # A checksum of the answer is asked for unless it is not, and is no part of what we read.
        config=S3_CONFIG.merge(Config(response_checksum_validation="when_required")),
    )
    client.meta.events.register("before-send.s3", _stop)
    return client


def _stop(request: Any, **_: Any) -> None:
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    raise _SentError(request.url, headers)


def _theirs(client: Any, operation: Operation, parameters: Mapping[str, str]) -> _SentError:
    call = client.get_object if operation == "GetObject" else client.list_objects_v2
    with pytest.raises(_SentError) as sent:
        call(**parameters, ExpectedBucketOwner=ACCOUNT)
    return sent.value


def _ours(
    client: Any, token: str | None, operation: Operation, parameters: Mapping[str, str]
) -> _SentError:
    sent: list[_SentError] = []

    def http(url: str, headers: Mapping[str, str], **_: Any) -> Answer:
        sent.append(_SentError(url, headers))
        return Answer(200, OF_S3, b"", 0)

    fake = FakeAws().as_clients()
    aws = Clients(
        s3=client,
        sagemaker=fake.sagemaker,
        credentials=lambda: ReadOnlyCredentials("AKIDEXAMPLE", "secret/example+", token, None),
        http=http,
        clock=fake.clock,
        log=fake.log,
    )
    signed_get(operation, parameters, ACCOUNT, aws, maximum_bytes=1, understand=bytes)
    return sent[0]


def _check(
    operation: Operation,
    parameters: Mapping[str, str],
    region: str = "eu-central-1",
    endpoint: str | None = None,
    token: str | None = None,
) -> None:
    client = _client(region, endpoint, token)
    theirs = _theirs(client, operation, parameters)
    ours = _ours(client, token, operation, parameters)

    # S3 doesn't mind the order of a query, and signs it in one of its own.
    their_url, our_url = urlsplit(theirs.url), urlsplit(ours.url)
    assert our_url._replace(query="") == their_url._replace(query="")
    assert sorted(our_url.query.split("&")) == sorted(their_url.query.split("&"))
    listed = theirs.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0]
    assert {*ours.headers} == {*listed.split(";"), "authorization"}
    # Both sign what they send, a moment apart: at the same moment it is the same.
    at_their_moment = sign(
        our_url.path,
        our_url.query,
        {"host": ours.headers["host"], "x-amz-expected-bucket-owner": ACCOUNT},
        region=region,
        credentials=ReadOnlyCredentials("AKIDEXAMPLE", "secret/example+", token, None),
        time=theirs.headers["x-amz-date"],
    )
    assert at_their_moment["authorization"] == theirs.headers["authorization"]
    assert {name: at_their_moment[name] for name in listed.split(";") if name != "host"} == {
        name: theirs.headers[name] for name in listed.split(";") if name != "host"
    }


_WHERE = {
    "bucket": st.sampled_from(["in-put", "in", "with.dots", "a.b-c.9"]),
    "endpoint": st.sampled_from([None, _ENDPOINT]),
    "token": st.sampled_from([None, "IQoJ/b3+JpZ2lu=="]),
}


@given(key=_KEYS, **_WHERE)
@example(key="/", bucket="in-put", endpoint=None, token=None)
@example(key="//a//b/", bucket="in-put", endpoint=None, token=None)
@example(key="a/../../b/./c", bucket="in-put", endpoint=None, token=None)
@example(key="a/../../b/./c", bucket="with.dots", endpoint=_ENDPOINT, token="t")  # noqa: S106
@example(key="%2F%41+~ é/é", bucket="in-put", endpoint=None, token=None)
@settings(deadline=None, max_examples=80)
def test_an_object_is_asked_for_as_boto3_asks_for_it(
    key: str, bucket: str, endpoint: str | None, token: str | None
) -> None:
    _check("GetObject", {"Bucket": bucket, "Key": key}, endpoint=endpoint, token=token)


@given(prefix=_KEYS, after=_KEYS, **_WHERE)
@settings(deadline=None, max_examples=25)
def test_a_page_is_asked_for_as_boto3_asks_for_it(
    prefix: str, after: str, bucket: str, endpoint: str | None, token: str | None
) -> None:
    place = {"Bucket": bucket, "Prefix": prefix, "EncodingType": "url"}

    _check("ListObjectsV2", {**place, "StartAfter": after}, endpoint=endpoint, token=token)
    _check("ListObjectsV2", {**place, "ContinuationToken": after}, endpoint=endpoint, token=token)


@pytest.mark.parametrize("region", [*REGIONS, *sorted(set(_PARTITIONS) - set(REGIONS))])
@pytest.mark.parametrize("bucket", ["in-put", "with.dots"])
def test_every_region_is_asked_at_its_own_host(region: str, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "Input/1.txt"}

    theirs = urlsplit(_theirs(_client(region, None, None), "GetObject", place).url)

    end = _PARTITIONS.get(region, "amazonaws.com")
    # No certificate of S3's is for a name with more parts.
    in_host = "" if "." in bucket else f"{bucket}."
    assert theirs.netloc == f"{in_host}s3.{region}.{end}"
    _check("GetObject", place, region)


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "http://localhost:9"])
def test_local_aws_has_one_host_for_all_buckets(
    name: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in {
        "AWS_ACCESS_KEY_ID": "example",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_DEFAULT_REGION": "eu-central-1",
        name: endpoint,
    }.items():
        monkeypatch.setenv(variable, value)
    client = connect(step="Test", seconds=1.0).s3
    client.meta.events.register("before-send.s3", _stop)
    place = {"Bucket": "in-put", "Key": "Input/1.txt"}

    assert _theirs(client, "GetObject", place).url == f"{endpoint}/in-put/Input/1.txt"
    assert _ours(client, None, "GetObject", place).url == f"{endpoint}/in-put/Input/1.txt"


def test_credentials_are_taken_anew_for_each_request() -> None:
    fake = FakeAws()
    fake.objects["in"]["1"] = b"42"
    taken = [ReadOnlyCredentials(f"AKID{n}", "secret", f"token{n}", None) for n in range(2)]
    left = [*taken]
    sent: list[Mapping[str, str]] = []

    def http(url: str, headers: Mapping[str, str], **limits: Any) -> Answer:
        sent.append(headers)
        return fake.get(url, headers, **limits)

    aws = dataclasses.replace(fake.as_clients(), http=http, credentials=lambda: left.pop(0))
    for _ in taken:
        place = {"Bucket": "in", "Key": "1"}
        signed_get("GetObject", place, ACCOUNT, aws, maximum_bytes=9, understand=bytes)

    for headers, credentials in zip(sent, taken, strict=True):
        assert f"Credential={credentials.access_key}/" in headers["authorization"]
        assert headers["x-amz-security-token"] == credentials.token
