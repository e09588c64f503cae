"""Keys come as boto3's paginator reports them, whatever they are, over real connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custom_resource.context import Clock, step_log
from labeling_job.clients import S3_CONFIG, Clients, http
from labeling_job.request import from_event
from labeling_job.source.key_ranges import list_pages
from labeling_job.source.object_reader import read_object
from labeling_job.source.pages import parse_page, read_page
from tests.unit.fake_services import ACCOUNT
from tests.unit.labeling_job.labeling_job_aws import FakeAws, event, image_properties

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
    """Passes each GET on to the fake S3, but for the signature of what boto3 sends itself."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        headers = {"x-amz-expected-bucket-owner": self.headers["x-amz-expected-bucket-owner"]}
        query = (
            ""
            if "X-Amz-SignedHeaders" in self.path
            else f"&X-Amz-SignedHeaders={';'.join(headers)}"
        )
        response = _FAKE.get(f"http://s3.local{self.path}{query}", headers)
        body = response.read()
        self.send_response(response.status)
        self.send_header("Content-Length", str(len(body)))
        # As an object has that was uploaded so: boto3 does not decode it either.
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def aws() -> Iterator[Clients]:
    """Clients and connections that end at a server of this computer."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        fake = _FAKE.as_clients()
        yield Clients(
            s3=boto3.client(
                "s3",
                region_name="us-east-1",
                aws_access_key_id="example",
                aws_secret_access_key="example",  # noqa: S106  # nothing is signed for anybody
                endpoint_url=f"http://127.0.0.1:{server.server_port}",
                config=S3_CONFIG,
            ),
            sagemaker=fake.sagemaker,
            http=http(),
            clock=Clock(now=lambda: 0.0, sleep=lambda _: None, deadline=1.0),
            log=step_log("Test"),
        )
        server.shutdown()
        thread.join()


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
