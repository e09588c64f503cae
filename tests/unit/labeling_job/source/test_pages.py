"""Keys come as boto3's paginator reports them, whatever they are, over real connections."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custom_resource.context import Clock
from custom_resource.errors import CustomResourceError
from labeling_job.clients import S3_CONFIG, Clients
from labeling_job.connections import Answer, Connections
from labeling_job.request import from_event
from labeling_job.source.key_ranges import list_pages
from labeling_job.source.object_reader import read_object
from labeling_job.source.pages import parse_page, read_page
from labeling_job.source.signed_get import ContentError
from tests.unit.fake_services import ACCOUNT
from tests.unit.labeling_job.labeling_job_aws import (
    CREDENTIALS,
    OF_S3,
    FakeAws,
    event,
    image_properties,
)
from tests.unit.labeling_job.source.s3_stub import serving

_KEYS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(" +%41\"\\'\n\r\t/.#?&<>;=😀"),
    max_size=30,
)
_ODD = [
    " ", "+", "%", "%41", "%2541", "/x", "./x", "../x", "a/../../x", "//", "\t", "\n", "\r", '"',
    "\\", "#", "?", "?x=1&y", "&amp;", "<", "😀", "é", "e\u0301", "folder/",
    "\x00", "\x01", "\ufffe",
]  # fmt: skip

# Objects, and what S3 would say of them.
_FAKE = FakeAws(page_size=3)


class _Handler(BaseHTTPRequestHandler):
    """Passes each GET on to the fake S3, as it was signed."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        sent = {name.lower(): value for name, value in self.headers.items()}
        signed = sent["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
        answer = _FAKE.get(
            f"http://s3.local{self.path}",
            {name: sent[name] for name in (*signed, "authorization")},
            maximum_bytes=1_000_000,
            seconds=1.0,
        )
        self.send_response(answer.status)
        for header in answer.headers.items():
            self.send_header(*header)
        self.send_header("Content-Length", str(len(answer.body)))
        # As an object has that was uploaded so: boto3 does not decode it either.
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def aws() -> Iterator[Clients]:
    """Clients and connections that end at a server of this computer."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        with serving(server):
            yield dataclasses.replace(
                _FAKE.as_clients(),
                s3=boto3.client(
                    "s3",
                    region_name="us-east-1",
                    aws_access_key_id=CREDENTIALS.access_key,
                    aws_secret_access_key=CREDENTIALS.secret_key,
                    endpoint_url=f"http://127.0.0.1:{server.server_port}",
                    config=S3_CONFIG,
                ),
                http=Connections().get,
                clock=Clock(now=lambda: 0.0, sleep=lambda _: None, deadline=1.0),
            )


@given(st.lists(_KEYS, min_size=1, max_size=10, unique=True))
@example(_ODD)
@settings(deadline=None, max_examples=40)
def test_any_keys_are_listed_as_boto3_s_paginator_lists_them(
    aws: Clients, names: list[str]
) -> None:
    _FAKE.objects["in"] = {f"Images/{name}": b"x" for name in names}
    request = from_event(event("Create", image_properties(Extensions=[])))

    pages = aws.s3.get_paginator("list_objects_v2").paginate(
        Bucket="in", Prefix="Images/", ExpectedBucketOwner=ACCOUNT
    )
    theirs = [entry["Key"] for page in pages for entry in page["Contents"]]
    ours = [
        entry[0] for page in list_pages(partial(read_page, request, aws), alone=3) for entry in page
    ]

    assert ours == theirs == sorted(_FAKE.objects["in"])


@pytest.mark.parametrize("name", _ODD)
def test_an_object_is_read_by_any_key(aws: Clients, name: str) -> None:
    _FAKE.objects["in"] = {f"Images/{name}": name.encode()}
    request = from_event(event("Create", image_properties()))

    content = read_object(f"s3://in/Images/{name}", request, aws, maximum_bytes=1_000)

    assert content == name.encode()


_PAGE = """<?xml version="1.0"?>
<ListBucketResult>
  <IsTruncated>{truncated}</IsTruncated>
  <NextContinuationToken>1/x+%41=</NextContinuationToken>
  <Contents>
    <ETag>&quot;1&quot;</ETag> <Key>Key</Key> <Size>7</Size>
  </Contents>
  <Contents><StorageClass>GLACIER</StorageClass><Size>0</Size><Key>b+%2B</Key></Contents>
</ListBucketResult>"""


def test_a_page_may_be_laid_out_in_any_way() -> None:
    page = parse_page(_PAGE.format(truncated="true").encode())

    assert page.entries == [("Key", 7, "STANDARD"), ("b +", 0, "GLACIER")]
    assert page.token == "1/x+%41="  # noqa: S105  # of a page


def test_a_page_that_is_not_truncated_is_the_last() -> None:
    assert parse_page(_PAGE.format(truncated="false").encode()).token is None


def test_a_page_ends_where_no_more_is_wanted() -> None:
    page = parse_page(_PAGE.format(truncated="true").encode(), until="a")

    assert page.entries == [("Key", 7, "STANDARD")]
    assert page.token is None


_USUAL = (
    "<Key>{}+%2B</Key><LastModified>2026-11-23T10:11:12.000Z</LastModified>"
    "<ETag>&quot;1&quot;</ETag>{}<Size>{}</Size>{}"
)
_CHECKSUM = (
    "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>"
)
#: Two elements that an object may have and its storage class, if it is told, with what it means.
_SELDOM = ["<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress></RestoreStatus>", ""]
_TOLD = [("", "STANDARD"), ("<StorageClass>GLACIER</StorageClass>", "GLACIER")]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([_CHECKSUM, ""]), st.sampled_from(_TOLD), st.sampled_from(_SELDOM)
        ),
        max_size=9,
    )
)
def test_objects_are_read_with_whatever_elements_they_have(
    objects: list[tuple[str, tuple[str, str], str]],
) -> None:
    contents = "".join(
        f"<Contents>{_USUAL.format(number, checksum, number, told)}{seldom}</Contents>"
        for number, (checksum, (told, _), seldom) in enumerate(objects)
    )

    page = parse_page(
        f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>".encode()
    )

    assert page.entries == [
        (f"{number} +", number, storage_class)
        for number, (_, (_, storage_class), _) in enumerate(objects)
    ]


_OBJECT = "<Contents><Key>{}</Key><Size>1</Size></Contents>"


@pytest.mark.parametrize(
    "hidden",
    ["<!--{}-->", "<Prefix><![CDATA[{}]]></Prefix>", "<?x {}?>"],
    ids=["comment", "CDATA", "instruction"],
)
def test_what_only_looks_like_an_object_is_none(hidden: str) -> None:
    page = parse_page(
        "<?xml version='1.0'?><ListBucketResult><IsTruncated>false</IsTruncated>"
        f"{_OBJECT.format('a')}{hidden.format(_OBJECT.format('ghost'))}</ListBucketResult>".encode()
    )

    assert page.entries == [("a", 1, "STANDARD")]


def test_a_page_in_another_encoding_is_read_too() -> None:
    document = _PAGE.format(truncated="true").encode("utf-16")

    assert [key for key, *_ in parse_page(document).entries] == ["Key", "b +"]


_WHOLE = _PAGE.format(truncated="true").encode()
#: The same in one line, of which the usual objects are not left for the parser.
_USUAL_PAGE = re.sub(rb">\s+<", b"><", _WHOLE)
#: Elements and what may not stand in their place.
_ODD_ELEMENTS = [
    (b"<Key>Key</Key>", ""),
    (b"<Key>Key</Key>", "<Key/>"),
    (b"<Key>Key</Key>", "<Key></Key>"),
    (b"<Key>b+%2B</Key>", "<Key><!-- b --></Key>"),
    (b"<Size>0</Size>", ""),
    (b"<Size>0</Size>", "<Size/>"),
    (b"<Size>7</Size>", "<Size>-3</Size>"),
    (b"<Size>7</Size>", "<Size>1_0</Size>"),
    (b"<Size>7</Size>", "<Size>\u0667</Size>"),
    (b"<StorageClass>GLACIER</StorageClass>", "<StorageClass/>"),
    (b"<NextContinuationToken>1/x+%41=</NextContinuationToken>", "<NextContinuationToken/>"),
    (b"<IsTruncated>true</IsTruncated>", "<IsTruncated/>"),
]
_NO_PAGES = {
    "empty": b"",
    "an error": b"<?xml version='1.0'?><Error><Code>InternalError</Code></Error>",
    "a web page": b"<html><body>Sign in</body></html>",
    "another result": b"<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
    "truncated without a token": _WHOLE.replace(b"1/x+%41=", b""),
    "neither truncated nor the last": _WHOLE.replace(b"true", b""),
    "broken": _WHOLE.replace(b"</Contents>", b"", 1),
    "cut off": _WHOLE[:-20],
    "no size": _WHOLE.replace(b"<Size>7</Size>", b"<Size>many</Size>"),
    "no XML": b'{"Contents": []}',
    **{f"with {odd}": _WHOLE.replace(usual, odd.encode()) for usual, odd in _ODD_ELEMENTS},
    **{f"with {odd}": _USUAL_PAGE.replace(usual, odd.encode()) for usual, odd in _ODD_ELEMENTS},
}


@pytest.mark.parametrize("document", [*_NO_PAGES.values()], ids=[*_NO_PAGES])
def test_what_is_no_page_is_not_read_as_one(document: bytes) -> None:
    with pytest.raises(ContentError, match="expected a page of a listing, got one with"):
        parse_page(document)


def _answering(fake: FakeAws, *first: bytes) -> Clients:
    """Return clients that get these documents first, and then what S3 has."""
    left = [*first]

    def http(url: str, headers: Mapping[str, str], **limits: Any) -> Answer:
        if left:
            document = left.pop(0)
            return Answer(200, OF_S3, document, len(document))
        return fake.get(url, headers, **limits)

    return dataclasses.replace(fake.as_clients(), http=http)


@pytest.mark.parametrize("document", [*_NO_PAGES.values()], ids=[*_NO_PAGES])
def test_what_is_no_page_is_asked_for_again(document: bytes) -> None:
    fake = FakeAws()
    fake.objects["in"] = {"Images/1.jpg": b"x"}
    request = from_event(event("Create", image_properties()))

    page = read_page(request, _answering(fake, document, document))

    assert page.entries == [("Images/1.jpg", 1, "STANDARD")]


@pytest.mark.parametrize("document", [*_NO_PAGES.values()], ids=[*_NO_PAGES])
def test_a_listing_without_pages_is_refused(document: bytes) -> None:
    request = from_event(event("Create", image_properties()))

    with pytest.raises(CustomResourceError) as refused:
        read_page(request, _answering(FakeAws(), *[document] * 99))

    assert str(refused.value).startswith(
        "s3://in/Images/ can't be read: expected a page of a listing, got one with "
    )
    assert str(refused.value).endswith(", deploy again")


def test_a_page_without_end_is_refused() -> None:
    request = from_event(event("Create", image_properties()))
    aws = dataclasses.replace(
        FakeAws().as_clients(), http=lambda *_, **__: Answer(200, OF_S3, b"", 99_000_000)
    )

    with pytest.raises(CustomResourceError, match="expected a page of at most 16000000 bytes, got"):
        read_page(request, aws)


@pytest.mark.parametrize(
    ("keys", "limits"),
    [
        ("ba", {}),
        ("aa", {}),
        ("ab", {"after": "a"}),
        ("ab", {"after": "c"}),
        ("ab", {"prefix": "b"}),
        ("ab", {"prefix": "a"}),
        ("ab", {"token": "next"}),
    ],
)
def test_a_page_of_another_place_is_none(keys: str, limits: dict[str, str]) -> None:
    contents = "".join(_OBJECT.format(key) for key in keys)
    page = (
        "<ListBucketResult><IsTruncated>true</IsTruncated>"
        f"<NextContinuationToken>next</NextContinuationToken>{contents}</ListBucketResult>"
    )

    with pytest.raises(ContentError, match="expected a page of a listing, got one with"):
        parse_page(page.encode(), **limits)


@pytest.mark.parametrize("entry", [_OBJECT, "<Contents><Size>1</Size><Key>{}</Key></Contents>"])
def test_a_page_with_fewer_objects_than_it_counts_is_none(entry: str) -> None:
    page = (
        "<ListBucketResult><KeyCount>{}</KeyCount><IsTruncated>false</IsTruncated>"
        f"{entry.format('a')}{entry.format('b')}</ListBucketResult>"
    )

    assert len(parse_page(page.format(2).encode()).entries) == 2
    with pytest.raises(ContentError, match="2 objects and '3' in KeyCount"):
        parse_page(page.format(3).encode())
