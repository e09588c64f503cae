"""What there is in an account of local AWS at one time, so that two times can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.aws import LocalAws
from local.browser import Browser
from local.mailbox import as_json
from local.worker import Worker

#: Where the jobs' function and Ground Truth write.
_OF_JOBS: Final = ("requests/", "labels/")
#: What the names of operations begin with that make, end or tell something.
_ACTING: Final = ("Admin", "Create", "Delete", "Disable", "Publish", "Schedule", "Send", "Stop")
#: Those of them that only look, or belong to every deployment.
_HARMLESS: Final = ("AdminGet", "AdminList", "CreateChangeSet", "DeleteChangeSet")


@dataclass(frozen=True, kw_only=True)
class Account:
    """All that a deployment may not touch."""

    #: Stack and logical id → type and physical id.
    resources: Mapping[tuple[str, str], tuple[str, str]]
    #: What there is of data and people → when it was made.
    made: Mapping[str, str]
    #: Name of a labeling job → its status, its time of creation and its counters.
    jobs: Mapping[str, tuple[str, str, Mapping[str, int]]]
    #: Bucket, key and version of what belongs to jobs.
    files: frozenset[tuple[str, str, str]]
    #: Worker → the ids of their open tasks.
    tasks: Mapping[str, frozenset[str]]
    #: Account → whether it is open, and since when; and its groups.
    people: Mapping[str, tuple[bool, str, frozenset[str]]]
    #: Recipient and subject of each mail, the newest first.
    mails: tuple[tuple[str, str], ...]
    #: Stack → its outputs.
    outputs: Mapping[str, Mapping[str, str]]


def look(aws: LocalAws, workers: Mapping[str, Worker]) -> Account:
    """Return what there is now."""
    return Account(
        resources=dict(_resources(aws)),
        made=dict(_made(aws)),
        jobs=dict(_jobs(aws)),
        files=frozenset(_files(aws)),
        tasks={
            name: frozenset(task.id for task in worker.tasks()) for name, worker in workers.items()
        },
        people=dict(_people(aws)),
        mails=mails(aws),
        outputs={
            stack["StackName"]: {
                each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())
            }
            for stack in _stacks(aws)
        },
    )


def mails(aws: LocalAws) -> tuple[tuple[str, str], ...]:
    """Return recipient and subject of each mail that was ever sent, the newest first."""
    box = Browser(aws.ca_bundle).open(as_json(aws.mailbox))
    return tuple((mail["to"], mail["subject"]) for mail in json.loads(box.content)["mails"])


def acts(aws: LocalAws, since: int = 0) -> list[str]:
    """Return the calls that make, end or tell something, but for the first `since` calls."""
    actions = [json.loads(line)["action"] for line in calls(aws)[since:]]
    names = [(action, action.partition(":")[2]) for action in actions]
    return [
        action
        for action, name in names
        if name.startswith(_ACTING) and not name.startswith(_HARMLESS)
    ]


def calls(aws: LocalAws) -> list[str]:
    """Return the lines of the log of all calls."""
    return aws.call_log.read_text().splitlines()


def _stacks(aws: LocalAws) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws.client("cloudformation").describe_stacks()["Stacks"]
    return found


def _resources(aws: LocalAws) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    formation = aws.client("cloudformation")
    for stack in _stacks(aws):
        name = stack["StackName"]
        for each in formation.describe_stack_resources(StackName=name)["StackResources"]:
            what = (each["ResourceType"], each["PhysicalResourceId"])
            yield (name, each["LogicalResourceId"]), what


def _made(aws: LocalAws) -> Iterator[tuple[str, str]]:
    """Yield when things were made: one of the same name may be another one."""
    for bucket in aws.client("s3").list_buckets()["Buckets"]:
        yield f"bucket {bucket['Name']}", str(bucket["CreationDate"])
    kms = aws.client("kms")
    for key in kms.list_keys()["Keys"]:
        about = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        yield f"key {key['KeyId']}", f"{about['CreationDate']}, {about['KeyState']}"
    cognito = aws.client("cognito-idp")
    for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]:
        about = cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
        yield f"pool {pool['Id']}", f"{about['CreationDate']}, {about.get('Domain')}"
        clients = cognito.list_user_pool_clients(UserPoolId=pool["Id"])["UserPoolClients"]
        for client in clients:
            ids = {name: client[name] for name in ("UserPoolId", "ClientId")}
            found = cognito.describe_user_pool_client(**ids)["UserPoolClient"]
            secret = found["ClientSecret"]
            yield f"client {client['ClientId']}", f"{found['CreationDate']}, {secret}"
        for group in cognito.list_groups(UserPoolId=pool["Id"])["Groups"]:
            yield f"group {group['GroupName']}", str(group["CreationDate"])
    sagemaker = aws.client("sagemaker")
    for each in sagemaker.list_workforces()["Workforces"]:
        yield f"workforce {each['WorkforceName']}", f"{each['CreateDate']}, {each['SubDomain']}"
    for each in sagemaker.list_workteams()["Workteams"]:
        yield f"team {each['WorkteamName']}", str(each["CreateDate"])
    for role in aws.client("iam").list_roles()["Roles"]:
        yield f"role {role['Path']}{role['RoleName']}", f"{role['CreateDate']}, {role['RoleId']}"
    sns = aws.client("sns")
    for each in sns.list_subscriptions()["Subscriptions"]:
        yield f"subscription of {each['Endpoint']} to {each['TopicArn']}", each["SubscriptionArn"]


def _jobs(aws: LocalAws) -> Iterator[tuple[str, tuple[str, str, Mapping[str, int]]]]:
    sagemaker = aws.client("sagemaker")
    for each in sagemaker.list_labeling_jobs()["LabelingJobSummaryList"]:
        name = each["LabelingJobName"]
        job = sagemaker.describe_labeling_job(LabelingJobName=name)
        yield name, (job["LabelingJobStatus"], str(job["CreationTime"]), job["LabelCounters"])


def _files(aws: LocalAws) -> Iterator[tuple[str, str, str]]:
    s3 = aws.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket["Name"]):
            for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if each["Key"].startswith(_OF_JOBS):
                    yield bucket["Name"], each["Key"], each["VersionId"]


def _people(aws: LocalAws) -> Iterator[tuple[str, tuple[bool, str, frozenset[str]]]]:
    cognito = aws.client("cognito-idp")
    for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]:
        for user in cognito.list_users(UserPoolId=pool["Id"])["Users"]:
            name = user["Username"]
            groups = cognito.admin_list_groups_for_user(UserPoolId=pool["Id"], Username=name)
            names = frozenset(group["GroupName"] for group in groups["Groups"])
            yield name, (user["Enabled"], str(user["UserCreateDate"]), names)
