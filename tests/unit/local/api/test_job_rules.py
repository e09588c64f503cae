"""The rules by which local Ground Truth judges requests, and what they are about."""

from __future__ import annotations

from typing import Any

import pytest

from local.ground_truth.answers.data_kinds import FRAMES, IMAGE
from local.ground_truth.answers.task_types import TASK_TYPES
from local.ground_truth.api.documented_arns import algorithm_arns, function_arns, interface_arns
from local.ground_truth.api.job_rules import check_cors
from local.ground_truth.api.request_model import check_request
from local.ground_truth.cloud import Bucket, split_uri
from local.ground_truth.errors import AwsError

_ARN = "arn:aws:sagemaker:us-east-1:000000000000:workforce/default"


def test_all_task_types_of_the_api_are_known_in_twelve_regions() -> None:
    for prefix in ("PRE", "ACS"):
        arns = function_arns(prefix)

        assert set(arns.values()) == set(TASK_TYPES)
        assert len({arn.split(":")[3] for arn in arns}) == 12


def test_each_ready_interface_of_the_api_has_a_task_type() -> None:
    used = {each.interface for each in TASK_TYPES.values() if each.interface}

    assert set(interface_arns("us-east-1")) == used
    assert interface_arns("eu-west-1")["PointCloudObjectTracking"] == (
        "arn:aws:sagemaker:eu-west-1:394669845002:human-task-ui/PointCloudObjectTracking"
    )


def test_each_algorithm_of_the_api_has_a_task_type() -> None:
    used = {each.algorithm for each in TASK_TYPES.values() if each.algorithm}

    assert set(algorithm_arns("us-east-1")) == used


def test_labels_that_are_files_have_names_that_end_with_ref() -> None:
    # botocore's documentation of LabelAttributeName.
    documented = {
        "SemanticSegmentation",
        "AdjustmentSemanticSegmentation",
        *(
            f"{form}{name}"
            for form in ("", "Adjustment")
            for name in (
                "VideoObjectDetection",
                "VideoObjectTracking",
                "3DPointCloudSemanticSegmentation",
                "3DPointCloudObjectTracking",
            )
        ),
    }

    assert {each.name for each in TASK_TYPES.values() if each.reference} == documented


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


@pytest.mark.parametrize("uri", ["", "s3://", "s3://bucket", "https://bucket/key", "s3:///key"])
def test_what_names_no_object_is_no_uri(uri: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/key"):
        split_uri(uri)


@pytest.mark.parametrize(
    ("rules", "enough_for"),
    [
        ([], []),
        ([{"AllowedOrigin": ["*"], "AllowedMethod": ["PUT"]}], []),
        ([{"AllowedOrigin": ["https://*.sagemaker.aws"], "AllowedMethod": ["GET"]}], []),
        ([{"AllowedOrigin": ["*"], "AllowedMethod": ["PUT", "GET"]}], [IMAGE]),
        ([{"AllowedOrigin": ["*"], "AllowedMethod": ["PUT", "GET", "HEAD"]}], [IMAGE, FRAMES]),
    ],
)
def test_a_bucket_lets_any_origin_do_what_browsers_need(
    rules: list[dict[str, list[str]]], enough_for: list[Any]
) -> None:
    bucket = Bucket(region="us-east-1", cors=tuple(rules))

    for kind in (IMAGE, FRAMES):
        if kind in enough_for:
            check_cors(bucket, "s3://data/x", kind.cors)
            continue
        with pytest.raises(AwsError, match=r"CORS rule with AllowedOrigins .* and AllowedMethods"):
            check_cors(bucket, "s3://data/x", kind.cors)
