"""CORS rules that S3 takes, by botocore's model and by S3's guide."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest

from local.services.bucket_cors import METHODS, MOST, Rules, refusal

_RULE = {"AllowedOrigin": ["https://*.example.com", "*"], "AllowedMethod": ["GET", "HEAD"]}


def test_the_methods_and_the_number_of_rules_are_those_of_aws_s_model() -> None:
    model: Any = botocore.session.get_session().get_service_model("s3")

    methods = model.shape_for("CORSRule").members["AllowedMethods"].documentation
    rules = model.shape_for("CORSConfiguration").members["CORSRules"].documentation

    assert set(re.findall("<code>([A-Z]+)</code>", methods)) == set(METHODS)
    assert f"up to {MOST} rules" in rules


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([], "MalformedXML"),
        (None, "MalformedXML"),
        ([{"AllowedOrigin": ["*"]}], "MalformedXML"),
        ([{"AllowedMethod": ["GET"]}], "MalformedXML"),
        ([_RULE] * 101, "limit of 100 rules"),
        ([_RULE, {**_RULE, "AllowedMethod": ["OPTIONS"]}], "Unsupported method is OPTIONS"),
        ([{**_RULE, "AllowedOrigin": ["https://*.*"]}], "more than one wildcard"),
        ([{**_RULE, "AllowedHeader": ["x-*-*"]}], "more than one wildcard"),
        ([{**_RULE, "ExposeHeader": ["x-*"]}], "contains wildcard"),
    ],
)
def test_rules_that_s3_refuses_are_refused(rules: Rules, words: str) -> None:
    assert words in " ".join(refusal(rules) or ())


def test_rules_that_s3_takes_are_taken() -> None:
    assert refusal([{**_RULE, "AllowedHeader": ["*"], "ExposeHeader": ["ETag"]}]) is None
