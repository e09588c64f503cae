"""Buckets and keys of your own that the file names: Ground Truth must be able to use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from cli.doctor.account import Account
from cli.doctor.findings import Answer, ask, code_of, right, to_do
from ground_truth.config import Environment
from ground_truth.config.input import place


def named_buckets(environment: Environment) -> dict[str, bool]:
    """Return the buckets that are not the environment's, and whether workers see what is in them.

    A worker's browser fetches images, videos and point clouds; texts stand in the manifest.
    """
    found: dict[str, bool] = {}
    for job in environment.jobs.values():
        source = environment.source(job)
        is_shown = job.data_kind.input_kind != "text"
        bucket, _ = place(source.input.prefix or "")
        if bucket is not None:
            found[bucket] = found.get(bucket, False) or is_shown
        reviewed = job.reviewed.manifest if job.reviewed is not None else None
        for manifest in (source.input.manifest, reviewed):
            bucket, _ = place(manifest or "")
            if bucket is not None:
                found.setdefault(bucket, False)
    return found


def named_keys(environment: Environment) -> Iterator[tuple[str, str]]:
    """Yield the keys that the file names, each once, with where it is named first."""
    found: dict[str, str] = {}
    for name, job in environment.jobs.items():
        for key, where in (
            (job.output_key, "output_key"),
            (job.auto_label.volume_key if job.auto_label else None, "auto_label.volume_key"),
        ):
            if key is not None:
                found.setdefault(key, f"jobs.{name}.{where}")
    oidc = environment.workforce.oidc
    if oidc is not None and oidc.client_secret_key is not None:
        found.setdefault(oidc.client_secret_key, "workforce.oidc.client_secret_key")
    yield from found.items()


def bucket(account: Account, name: str, *, is_shown: bool) -> Answer:
    """Say whether a bucket is in the Region, lets browsers read, and has a key that works."""
    s3 = account.client("s3")
    try:
        found = ask("s3:ListBucket", lambda: s3.head_bucket(Bucket=name))
    except ClientError as error:
        if code_of(error) != "404":
            raise
        return to_do("name another bucket in the file: there is none of this name")
    region = found.get("BucketRegion", account.region)
    if region != account.region:
        return to_do(
            f"copy the data to a bucket in {account.region}, since Ground Truth reads no other:"
            f" this one is in {region}"
        )
    if is_shown and not any(map(_lets_browsers_read, _cors(account, name))):
        return to_do(
            "add a CORS rule that allows GET from the origin *, which Ground Truth demands:"
            " workers' browsers would see no objects"
        )
    encryption = _encryption(account, name)
    if encryption is None or "KMSMasterKeyID" not in encryption:
        return right(f"in {region}, open to workers' browsers" if is_shown else f"in {region}")
    answer = key(account, encryption["KMSMasterKeyID"])
    return answer if answer.state != "right" else right(f"in {region}; its key is enabled")


def key(account: Account, arn: str) -> Answer:
    """Say whether a key can be used; `arn` is its ARN, its id or an alias."""
    region = _region_of(arn)
    if region not in (None, account.region):
        return to_do(f"use a key in {account.region}: {arn} is in {region}")
    kms = account.client("kms")
    try:
        found = ask("kms:DescribeKey", lambda: kms.describe_key(KeyId=arn))["KeyMetadata"]
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        return to_do(f"name another key: there is no {arn}")
    state = found["KeyState"]
    if state == "PendingDeletion":
        return to_do(f"cancel the deletion of {arn}, or use another key")
    if state != "Enabled":
        return to_do(f"enable {arn}, or use another key: it is {state}")
    return right("enabled")


def _region_of(key: str) -> str | None:
    """Return the Region of an ARN; an id or an alias names none."""
    return key.split(":")[3] if key.startswith("arn:") else None


def _cors(account: Account, name: str) -> list[Mapping[str, Any]]:
    s3 = account.client("s3")
    try:
        found = ask("s3:GetBucketCORS", lambda: s3.get_bucket_cors(Bucket=name))
    except ClientError as error:
        if code_of(error) != "NoSuchCORSConfiguration":
            raise
        return []
    rules: list[Mapping[str, Any]] = found["CORSRules"]
    return rules


def _lets_browsers_read(rule: Mapping[str, Any]) -> bool:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/sms-cors-update.html."""
    return "GET" in rule["AllowedMethods"] and "*" in rule["AllowedOrigins"]


def _encryption(account: Account, name: str) -> Mapping[str, Any] | None:
    s3 = account.client("s3")
    try:
        found = ask("s3:GetEncryptionConfiguration", lambda: s3.get_bucket_encryption(Bucket=name))
    except ClientError as error:
        if code_of(error) != "ServerSideEncryptionConfigurationNotFoundError":
            raise
        return None
    rules = found["ServerSideEncryptionConfiguration"]["Rules"]
    default: Mapping[str, Any] | None = next(
        (rule.get("ApplyServerSideEncryptionByDefault") for rule in rules), None
    )
    return default
