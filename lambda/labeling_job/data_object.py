"""One data object as it stands in the manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

#: Characters (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-input-data-input-manifest.html).
MAXIMUM_LINE: Final = 100_000


@dataclass(frozen=True, slots=True)
class DataObject:
    """A line of the manifest."""

    #: What tells it from all others, wherever it is listed: an S3 URI, and what is needed besides.
    place: str
    #: UTF-8, with its line break.
    line: bytes


def manifest_line(content: Mapping[str, Any]) -> bytes:
    """Return one line of JSON."""
    return f"{json.dumps(content, ensure_ascii=False)}\n".encode()
