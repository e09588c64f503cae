"""One data object as it stands in the manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

#: Characters (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-input-data-input-manifest.html).
MAXIMUM_LINE: Final = 100_000


# `json.dumps` with an option makes an encoder for each call.
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


class DataObject(NamedTuple):
    """A line of the manifest."""

    #: What tells it from all others, wherever it is listed: an S3 URI, and what is needed besides.
    place: str
    #: UTF-8, with its line break.
    line: bytes


def reference_line(uri: str) -> bytes:
    """Return the line of an object that is not in the manifest itself."""
    return f'{{"source-ref": {_encode(uri)}}}\n'.encode()


def manifest_line(content: Mapping[str, Any]) -> bytes:
    """Return one line of JSON."""
    return f"{_encode(content)}\n".encode()


def digest(line: bytes) -> bytes:
    """Return what is the same for all lines of the same object, however their JSON is written.

    Raises ValueError for a line that is no JSON.
    """
    return digest_of(json.loads(line))


def digest_of(content: Any) -> bytes:
    """Return the digest of all lines that say this."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(canonical.encode(), digest_size=16).digest()
