"""The place of an object in S3, as manifests and requests write it."""

from __future__ import annotations

import re
from typing import Final

_URI: Final = re.compile(r"s3://([^/]+)/(.+)", re.DOTALL)


def split_uri(uri: str) -> tuple[str, str]:
    """Return bucket and key of `s3://bucket/key`; ValueError if it is none."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise ValueError(f"an object's URI is s3://bucket/key, got {uri!r}")
    return match.group(1), match.group(2)
