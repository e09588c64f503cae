"""The buckets and the key, as CloudFormation will get them."""

from typing import Any

import pytest

from tests.infra import golden
from tests.infra.synthesis import Synthesis


def _data_buckets(synthesis: Synthesis) -> list[dict[str, object]]:
    """Return the properties of the buckets that hold data, which is all but the access logs."""
    buckets = [bucket["Properties"] for bucket in synthesis.resources("Data", "AWS::S3::Bucket")]
    return [bucket for bucket in buckets if "LoggingConfiguration" in bucket]


def test_input_and_output_are_two_buckets_beside_one_for_access_logs(local: Synthesis) -> None:
    assert len(_data_buckets(local)) == 2
    assert len(local.resources("Data", "AWS::S3::Bucket")) == 3


def test_data_buckets_have_the_documented_cors_rule(local: Synthesis) -> None:
    for bucket in _data_buckets(local):
        assert bucket["CorsConfiguration"] == {
            "CorsRules": [
                {
                    "AllowedHeaders": [],
                    "AllowedMethods": ["GET"],
                    "AllowedOrigins": ["*"],
                    "ExposedHeaders": ["Access-Control-Allow-Origin"],
                }
            ]
        }


def test_data_buckets_are_encrypted_with_a_customer_key_that_rotates(local: Synthesis) -> None:
    (key,) = local.templates["Data"].find_resources("AWS::KMS::Key")

    for bucket in _data_buckets(local):
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]  # type: ignore[index]  # parsed JSON
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == {
            "Fn::GetAtt": [key, "Arn"]
        }
    assert local.properties("Data", "AWS::KMS::Key")["EnableKeyRotation"] is True


def test_every_bucket_is_private_and_versioned(local: Synthesis) -> None:
    for bucket in local.resources("Data", "AWS::S3::Bucket"):
        assert bucket["Properties"]["PublicAccessBlockConfiguration"] == {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        }
        assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}


def test_every_bucket_refuses_plain_http(local: Synthesis) -> None:
    buckets = local.templates["Data"].find_resources("AWS::S3::Bucket")
    policies = local.resources("Data", "AWS::S3::BucketPolicy")
    guarded = {
        policy["Properties"]["Bucket"]["Ref"]
        for policy in policies
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Action"] == "s3:*"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }

    assert guarded == set(buckets)


def _rules(bucket: dict[str, Any]) -> list[dict[str, Any]]:
    configuration = bucket["Properties"].get("LifecycleConfiguration", {"Rules": []})
    return [dict(rule) for rule in configuration["Rules"]]


@pytest.mark.parametrize("environment", ["local", "prod"])
def test_access_logs_are_gone_after_a_year_with_all_their_versions(
    environment: str, request: pytest.FixtureRequest
) -> None:
    buckets = request.getfixturevalue(environment).resources("Data", "AWS::S3::Bucket")
    (logs,) = (each for each in buckets if "LoggingConfiguration" not in each["Properties"])
    expiring, clearing = _rules(logs)

    end = expiring["NoncurrentVersionExpiration"]["NoncurrentDays"]
    assert expiring["ExpirationInDays"] + end == 365
    assert "NewerNoncurrentVersions" not in expiring["NoncurrentVersionExpiration"]
    assert clearing["ExpiredObjectDeleteMarker"] is True
    assert clearing["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert {rule["Status"] for rule in (expiring, clearing)} == {"Enabled"}


@pytest.mark.parametrize("environment", ["local", "prod"])
def test_no_rule_ends_data_objects_or_labels(
    environment: str, request: pytest.FixtureRequest
) -> None:
    synthesis: Synthesis = request.getfixturevalue(environment)
    ending = [
        name
        for bucket in synthesis.resources("Data", "AWS::S3::Bucket")
        if "LoggingConfiguration" in bucket["Properties"]
        for rule in _rules(bucket)
        for name in rule
        if name.startswith(("Expiration", "ExpiredObject", "Transition"))
    ]

    assert ending == []


def test_a_protected_environment_keeps_all_versions_of_data_objects_and_labels(
    prod: Synthesis,
) -> None:
    for bucket in prod.resources("Data", "AWS::S3::Bucket"):
        if "LoggingConfiguration" in bucket["Properties"]:
            assert not any("NoncurrentVersionExpiration" in rule for rule in _rules(bucket))


def _key_statement(synthesis: Synthesis, action: str, effect: str) -> dict[str, Any]:
    """Return the statement of the key's policy, beside that of the account, on an action."""
    (found,) = (
        statement
        for statement in synthesis.properties("Data", "AWS::KMS::Key")["KeyPolicy"]["Statement"]
        if statement["Effect"] == effect and action in statement["Action"]
    )
    return dict(found)


def test_only_logs_of_this_account_and_region_are_encrypted_with_the_key(local: Synthesis) -> None:
    statement = golden.readable(_key_statement(local, "kms:GenerateDataKey*", "Allow"))

    assert statement["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:<AWS::AccountId>:"
            "log-group:*"
        }
    }


def test_the_use_of_the_key_can_not_be_handed_on(local: Synthesis) -> None:
    statement = _key_statement(local, "kms:CreateGrant", "Deny")

    assert statement["Principal"] == {"AWS": "*"}
    assert statement["Condition"] == {
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false", "kms:GrantIsForAWSResource": "false"}
    }


@pytest.mark.parametrize("stack", ["Data", "Labeling"])
def test_a_function_s_log_is_encrypted_with_the_key(local: Synthesis, stack: str) -> None:
    for log_group in local.resources(stack, "AWS::Logs::LogGroup"):
        assert golden.readable(log_group["Properties"]["KmsKeyId"]) == "<DataKey.Arn>"
