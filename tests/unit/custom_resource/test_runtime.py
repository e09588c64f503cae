"""A function's log says what it runs on, which nobody chooses here."""

import re

import boto3

from custom_resource.runtime import versions
from tests.e2e.answers import RUNTIME


def test_the_versions_of_what_lambda_brings_are_told() -> None:
    said = versions()

    assert re.fullmatch(r"Python 3\.\d+\.\S+, boto3 \d+\.\d+\.\d+, urllib3 (1\.26|2)\.\S+", said)
    assert f"boto3 {boto3.__version__}," in said


def test_what_asks_a_real_account_finds_the_versions_in_a_log_line() -> None:
    found = RUNTIME.search(f"[INFO] Create Job: begins with id none on {versions()}\n")

    assert found is not None
    assert found[0] == versions()
