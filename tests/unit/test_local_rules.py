"""The rules by which local Ground Truth judges requests, files, templates and answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from local.ground_truth.classification import consolidate_text
from local.ground_truth.cloud import Bucket
from local.ground_truth.errors import AwsError
from local.ground_truth.inputs import read_labels, read_manifest, split_uri
from local.ground_truth.job_rules import check_cors
from local.ground_truth.request_model import check_request
from local.ground_truth.task_types import TASK_TYPES, function_arns
from local.ground_truth.worker_template import check, parse, render

_ARN = "arn:aws:sagemaker:us-east-1:000000000000:workforce/default"
_LABELS = ["Even", "Odd", "Zero"]
_FORM = (
    '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form>'
    '<crowd-classifier name="crowd-classifier" categories="{{ task.input.labels | to_json | escape'
    ' }}"><classification-target>{{ task.input.taskObject }}</classification-target>'
    "<full-instructions>a</full-instructions><short-instructions>b</short-instructions>"
    "</crowd-classifier></crowd-form>"
)


def _votes(*labels: str) -> list[Mapping[str, Any]]:
    return [{"crowd-classifier": {"label": label}} for label in labels]


@pytest.mark.parametrize(
    ("votes", "workers", "index", "confidence"),
    [
        (["Odd"], 1, "1", 0.0),
        (["Odd", "Odd", "Even"], 3, "1", 0.67),
        (["Zero", "Odd"], 2, "1", 0.5),
        (["Zero", "Zero", "Zero"], 3, "2", 1.0),
        (["Zero"], 3, "2", 1.0),
    ],
)
def test_most_workers_win_and_a_tie_goes_to_the_first_label(
    votes: list[str], workers: int, index: str, confidence: float
) -> None:
    value, metadata = consolidate_text(_votes(*votes), _LABELS, workers)

    assert (value, metadata["confidence"]) == (index, confidence)
    assert metadata["class-name"] == _LABELS[int(index)]


def test_all_task_types_of_the_api_are_known_in_twelve_regions() -> None:
    for prefix in ("PRE", "ACS"):
        arns = function_arns(prefix)

        assert set(arns.values()) == set(TASK_TYPES)
        assert len({arn.split(":")[3] for arn in arns}) == 12


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("DescribeWorkteam", {}, "Value null at 'workteamName' .* Member must not be null"),
        (
            "CreateWorkforce",
            {"WorkforceName": "-a", "CognitoConfig": {"UserPool": "x", "ClientId": ""}},
            "4 validation errors detected",
        ),
        ("ListWorkteams", {"MaxResults": 101}, "value less than or equal to 100"),
        ("ListWorkteams", {"SortOrder": "Up"}, r"enum value set: \[Ascending, Descending\]"),
        (
            "AddTags",
            {"ResourceArn": _ARN, "Tags": [{"Key": "a#", "Value": ""}]},
            "tags.1.member.key",
        ),
    ],
)
def test_a_request_is_checked_against_the_model_in_awss_words(
    operation: str, request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(AwsError, match=message) as refused:
        check_request(operation, request_)

    assert refused.value.code == "ValidationException"


def test_a_value_of_another_type_does_not_reach_the_rules() -> None:
    with pytest.raises(
        AwsError, match="expected a integer at 'maxResults', got str '1'"
    ) as refused:
        check_request("ListWorkteams", {"MaxResults": "1"})

    assert refused.value.code == "SerializationException"


def test_letters_of_any_alphabet_are_letters_of_a_pattern() -> None:
    check_request("AddTags", {"ResourceArn": _ARN, "Tags": [{"Key": "Prüfung 1", "Value": "é"}]})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "at least one data object, got none"),
        (b"\n \n", "got none"),
        (b'{"source": "a"}\n[1]\n', "line 2 of the input manifest is a JSON object"),
        (b'{"source": "a\n"}', "line 1 of the input manifest is JSON"),
        (b'{"source-ref": "s3://b/k"}', "has source for this task type, got source-ref"),
        (b'{"source": "a", "source-ref": "s3://b/k"}', "got source and source-ref"),
        (b'{"text": "a"}', "got neither"),
        (b'{"source": 1}', "has a text as source, got 1"),
        (b'{"source": "a", "$x": 1}', r"do not start with \$"),
        (json.dumps({"source": "a" * 20_001}).encode(), "at most 20000 characters in source"),
        (b'{"source": "a", "b": "' + b" " * 100_000 + b'"}', "at most 100000 characters"),
        (b'{"source": "a"}\n' * 100_001, "at most 100000 data objects, got 100001"),
        (b'{"source": "\xff"}', "is UTF-8"),
        (b'\xef\xbb\xbf{"source": "a"}', "is JSON"),
    ],
)
def test_a_bad_manifest_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_manifest(body, "source")


def test_a_line_of_a_manifest_ends_at_a_line_feed_and_nowhere_else() -> None:
    body = '{"source": "a\u2028b"}\r\n{"source": "c", "line": 2}\n'

    objects = read_manifest(body.encode(), "source")

    assert [content["source"] for _, content in objects] == ["a\u2028b", "c"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"labels": [{"label": "a"}, {"label": "b"}]}, "document-version 2018-11-28, got None"),
        ({"document-version": "2018-11-28", "labels": [{"label": "a"}]}, "at least 2 labels"),
        (
            {"document-version": "2018-11-28", "labels": [{"label": "a"}, {"label": "a"}]},
            "each label once, got a",
        ),
        (
            {"document-version": "2018-11-28", "labels": [{"label": "a" * 257}, {"label": "b"}]},
            "1 to 256 characters",
        ),
        ([], "document-version"),
    ],
)
def test_a_bad_label_file_is_refused(content: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_labels(json.dumps(content).encode(), 2)


@pytest.mark.parametrize("uri", ["", "s3://", "s3://bucket", "https://bucket/key", "s3:///key"])
def test_what_names_no_object_is_no_uri(uri: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/key"):
        split_uri(uri)


@pytest.mark.parametrize(
    ("rules", "good"),
    [
        ([], False),
        ([{"AllowedOrigin": ["*"], "AllowedMethod": ["PUT"]}], False),
        ([{"AllowedOrigin": ["https://*.sagemaker.aws"], "AllowedMethod": ["GET"]}], False),
        ([{"AllowedOrigin": ["*"], "AllowedMethod": ["PUT", "GET"]}], True),
    ],
)
def test_an_input_bucket_lets_any_origin_get(rules: list[dict[str, list[str]]], good: bool) -> None:  # noqa: FBT001  # a parameter of a case
    bucket = Bucket(region="us-east-1", cors=tuple(rules))

    if good:
        check_cors(bucket, "s3://data/x")
        return
    with pytest.raises(AwsError, match="CORS rule"):
        check_cors(bucket, "s3://data/x")


def test_a_template_shows_text_and_labels_escaped() -> None:
    page = render(parse(_FORM), {"taskObject": "<b>", "labels": ['"Even"', "Odd"]})

    check(page, "crowd-classifier", "crowd-classifier")
    assert "<classification-target>&lt;b&gt;<" in page
    assert 'categories="[&#34;\\&#34;Even\\&#34;&#34;, &#34;Odd&#34;]"' in page


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("https://assets.crowd.aws", "https://example.com", "loads https://assets.crowd.aws"),
        ("crowd-form", "form", "has a crowd-form"),
        ("crowd-classifier", "crowd-input", "has a crowd-classifier"),
        ('name="crowd-classifier"', 'name="answer"', "named crowd-classifier, got 'answer'"),
        ("short-instructions", "p", "has short-instructions within crowd-classifier"),
    ],
)
def test_a_template_that_is_no_form_of_the_task_type_is_refused(
    old: str, new: str, message: str
) -> None:
    page = render(parse(_FORM.replace(old, new)), {"taskObject": "1", "labels": _LABELS})

    with pytest.raises(ValueError, match=message):
        check(page, "crowd-classifier", "crowd-classifier")


@pytest.mark.parametrize("source", ["{{ task.input", "{% if x %}", "{{ 'a' | unknown }}"])
def test_a_template_that_is_no_liquid_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="the worker template"):
        render(parse(source), {})
