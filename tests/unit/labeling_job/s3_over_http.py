"""What S3 says over HTTP, as far as the labeling jobs' function hears it."""

from __future__ import annotations

import io
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

#: What S3 answers a refused request with, where it is not 400.
STATUSES: Final = {
    "AccessDenied": 403,
    "InternalError": 500,
    "InvalidObjectState": 403,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "PermanentRedirect": 301,
    "PreconditionFailed": 412,
    "SlowDown": 503,
}
_QUERY: Final = {
    "continuation-token": "ContinuationToken",
    "delimiter": "Delimiter",
    "encoding-type": "EncodingType",
    "max-keys": "MaxKeys",
    "prefix": "Prefix",
    "start-after": "StartAfter",
}
_HEADERS: Final = {
    "if-match": "IfMatch",
    "if-none-match": "IfNoneMatch",
    "x-amz-expected-bucket-owner": "ExpectedBucketOwner",
}


def by_api_names(query: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters that stand in a query and in headers, by the names of the API."""
    return {
        names[name]: value
        for names, given in ((_QUERY, query), (_HEADERS, headers))
        for name, value in given.items()
        if name in names
    }


def s3_request(
    method: str, target: str, headers: Mapping[str, str], body: bytes
) -> tuple[str, dict[str, Any]]:
    """Return operation and parameters of a request whose path begins with the bucket."""
    path, _, rest = target.partition("?")
    query = dict(urllib.parse.parse_qsl(rest, keep_blank_values=True))
    bucket, _, key = urllib.parse.unquote(path.removeprefix("/")).partition("/")
    parameters: dict[str, Any] = {"Bucket": bucket, **by_api_names(query, headers)}
    if not key:
        return "ListObjectsV2", parameters
    parameters["Key"] = key
    if method == "GET":
        return "GetObject", parameters
    return "PutObject", {**parameters, "Body": io.BytesIO(body)}


def s3_answer(operation: str, answer: Mapping[str, Any]) -> tuple[bytes, list[str]]:
    """Return the body and the headers of an answer."""
    if operation == "ListObjectsV2":
        return listing(answer), []
    content = answer["Body"].read() if operation == "GetObject" else b""
    return content, [f"ETag: {answer['ETag']}"] if "ETag" in answer else []


def listing(page: Mapping[str, Any]) -> bytes:
    """Return a page as S3 writes it, of what the function reads of it."""
    token = page.get("NextContinuationToken")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
        f"<KeyCount>{len(page['Contents'])}</KeyCount><EncodingType>url</EncodingType>"
        f"<IsTruncated>{str(page['IsTruncated']).lower()}</IsTruncated>",
        "" if token is None else f"<NextContinuationToken>{escape(token)}</NextContinuationToken>",
    ]
    lines += (
        f"<Contents><Key>{entry['Key']}</Key><Size>{entry['Size']}</Size>"
        f"<StorageClass>{entry['StorageClass']}</StorageClass></Contents>"
        for entry in page["Contents"]
    )
    return "".join([*lines, "</ListBucketResult>"]).encode()
