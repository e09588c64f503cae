"""What a function runs on: Lambda's own, in versions that nobody chooses here."""

from __future__ import annotations

import platform

import boto3
import urllib3


def versions() -> str:
    """Return the versions of Python and of what Lambda brings with it, for the log.

    `ground-truth test-aws` reads them there.
    """
    python = platform.python_version()
    return f"Python {python}, boto3 {boto3.__version__}, urllib3 {urllib3.__version__}"
