"""Where an environment reads, writes and tells, and all that names these places."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from local.aws import LocalAws


def updates(aws: LocalAws, environment: str) -> dict[str, datetime | None]:
    """Return when each stack of an environment was updated."""
    found = aws.client("cloudformation").describe_stacks()["Stacks"]
    return {
        stack["StackName"].removeprefix(f"{environment}-"): stack.get("LastUpdatedTime")
        for stack in found
        if stack["StackName"].startswith(f"{environment}-")
    }


def places(aws: LocalAws, environment: str) -> tuple[str, ...]:
    """Return the names of an environment's buckets, and that of the topic of its jobs."""
    formation = aws.client("cloudformation")
    found = {
        (each["ResourceType"], each["LogicalResourceId"]): each["PhysicalResourceId"]
        for stack in (f"{environment}-Data", f"{environment}-Workforce")
        for each in formation.describe_stack_resources(StackName=stack)["StackResources"]
    }
    return tuple(
        next(
            name.rpartition(":")[2]
            for (type_, logical_id), name in found.items()
            if type_ == kind and logical_id.startswith(beginning)
        )
        for kind, beginning in (
            ("AWS::S3::Bucket", "DataInput"),
            ("AWS::S3::Bucket", "DataOutput"),
            ("AWS::SNS::Topic", "NotificationsJobs"),
        )
    )


def what_names_places(aws: LocalAws, environment: str) -> list[tuple[str, str]]:
    """Return all that says what is read, written or told: what it is, and its text."""
    client = aws.client
    iam, events = client("iam"), client("events")
    (stack,) = client("cloudformation").describe_stacks(StackName=f"{environment}-Labeling")[
        "Stacks"
    ]
    found: list[tuple[str, Any]] = [
        (f"output {each['OutputKey']}", each["OutputValue"]) for each in stack["Outputs"]
    ]
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(
            PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"]
        )
        found.append(("policy", version["PolicyVersion"]["Document"]))
    for role in (each["RoleName"] for each in iam.list_roles()["Roles"]):
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            content = iam.get_role_policy(RoleName=role, PolicyName=name)
            found.append(("role", content["PolicyDocument"]))
    for rule in events.list_rules()["Rules"]:
        found.append(("target", events.list_targets_by_rule(Rule=rule["Name"])["Targets"]))
    return [(what, json.dumps(each)) for what, each in found]
