"""What a function runs on: Lambda's own, in versions that nobody chooses here."""

from __future__ import annotations

import platform

import boto3
import urllib3


def versions() -> str:
    """Return the versions of Python and of what Lambda brings with it, for the log.

    `ground-truth test-aws` reads them there.
    """
    other = urllib3.__version__  # type: ignore[attr-defined]  # both 1.26 and 2 have it
    return f"Python {platform.python_version()}, boto3 {boto3.__version__}, urllib3 {other}"
