"""What there is in an account's Region, so that before and after can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from local.walkthrough import ENDED

#: Log groups that the service makes, for all jobs of the account.
_OF_GROUND_TRUTH = "/aws/sagemaker/"


def inventory(client: Callable[[str], Any]) -> set[str]:
    """Return a readable name of every resource of the kinds that the stacks make.

    `client` gives a boto3 client for a service. Left out is what AWS itself keeps: keys that wait
    for their deletion, labeling jobs that have ended, which can't be deleted, and Ground Truth's
    own log groups.
    """
    return set(_stacks_and_data(client)) | set(_people(client)) | set(_work(client))


def _stacks_and_data(client: Callable[[str], Any]) -> Iterator[str]:
    for stack in _pages(client("cloudformation"), "describe_stacks", "Stacks"):
        yield f"stack {stack['StackName']}"
    for bucket in client("s3").list_buckets()["Buckets"]:
        yield f"bucket {bucket['Name']}"
    kms = client("kms")
    for key in _pages(kms, "list_keys", "Keys"):
        state = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]
        if state != "PendingDeletion":
            yield f"key {key['KeyId']}"


def _people(client: Callable[[str], Any]) -> Iterator[str]:
    for pool in _pages(client("cognito-idp"), "list_user_pools", "UserPools", MaxResults=60):
        yield f"user pool {pool['Name']}"
    sagemaker = client("sagemaker")
    for workforce in _pages(sagemaker, "list_workforces", "Workforces"):
        yield f"workforce {workforce['WorkforceName']}"
    for team in _pages(sagemaker, "list_workteams", "Workteams"):
        yield f"work team {team['WorkteamName']}"
    for topic in _pages(client("sns"), "list_topics", "Topics"):
        yield f"topic {topic['TopicArn']}"
    for queue in _pages(client("sqs"), "list_queues", "QueueUrls"):
        yield f"queue {queue.rsplit('/', 1)[1]}"
    for secret in _pages(client("secretsmanager"), "list_secrets", "SecretList"):
        yield f"secret {secret['Name']}"
    for identity in client("sesv2").list_email_identities().get("EmailIdentities", ()):
        yield f"mail identity {identity['IdentityName']}"


def _work(client: Callable[[str], Any]) -> Iterator[str]:
    for role in _pages(client("iam"), "list_roles", "Roles"):
        yield f"role {role['RoleName']}"
    for policy in _pages(client("iam"), "list_policies", "Policies", Scope="Local"):
        yield f"policy {policy['PolicyName']}"
    for function in _pages(client("lambda"), "list_functions", "Functions"):
        yield f"function {function['FunctionName']}"
    for group in _pages(client("logs"), "describe_log_groups", "logGroups"):
        if not group["logGroupName"].startswith(_OF_GROUND_TRUTH):
            yield f"log group {group['logGroupName']}"
    for rule in _pages(client("events"), "list_rules", "Rules"):
        yield f"rule {rule['Name']}"
    for job in _pages(client("sagemaker"), "list_labeling_jobs", "LabelingJobSummaryList"):
        if job["LabelingJobStatus"] not in ENDED:
            yield f"labeling job {job['LabelingJobName']}"


def _pages(service: Any, operation: str, items: str, **arguments: object) -> Iterator[Any]:
    for page in service.get_paginator(operation).paginate(**arguments):
        yield from page.get(items, ())
