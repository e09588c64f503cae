"""AWS's own answers to points that no public document settles (`docs/unverified.md`)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from ground_truth.config import Environment

_STOP_ATTEMPTS = 24
#: What a function logs that it runs on, as custom_resource/runtime.py writes it.
RUNTIME = re.compile(r"Python \S+, boto3 \S+, urllib3 \S+")


def ask_while_deployed(
    client: Callable[[str], Any],
    environment: Environment,
    job_name: str,
    output_manifest_uri: str,
) -> dict[str, Any]:
    """Ask what can be asked while the stacks are there and the job has ended."""
    sagemaker = client("sagemaker")
    job = sagemaker.describe_labeling_job(LabelingJobName=job_name)
    workforce = sagemaker.list_workforces()["Workforces"][0]
    team = sagemaker.describe_workteam(
        WorkteamName=job["HumanTaskConfig"]["WorkteamArn"].rsplit("/", 1)[1]
    )["Workteam"]
    topic = team["NotificationConfiguration"]["NotificationTopicArn"]
    return {
        "describe of a job that does not exist": _error(
            lambda: sagemaker.describe_labeling_job(LabelingJobName="there-is-no-such-job")
        ),
        "a second create of a name": _error(lambda: _create_again(sagemaker, job, job_name)),
        "a second create of a name in other capitals": _error(
            lambda: _create_again(sagemaker, job, job_name.upper())
        ),
        "a create with a role that does not exist": _error(
            lambda: _create_again(sagemaker, job, f"{job_name}-r", RoleArn=f"{job['RoleArn']}-none")
        ),
        "stop of a job that does not exist": _error(
            lambda: sagemaker.stop_labeling_job(LabelingJobName="there-is-no-such-job")
        ),
        "describe of a work team that does not exist": _error(
            lambda: sagemaker.describe_workteam(WorkteamName="there-is-no-such-team")
        ),
        "describe of a workforce that does not exist": _error(
            lambda: sagemaker.describe_workforce(WorkforceName="there-is-no-such-workforce")
        ),
        "stop of a job that has ended": _error(
            lambda: sagemaker.stop_labeling_job(LabelingJobName=job_name)
        ),
        "tags of a job, described": job.get("Tags"),
        "a line of the output manifest": _first_line(client("s3"), output_manifest_uri),
        "call-back URLs of the client": client("cognito-idp")
        .describe_user_pool_client(
            UserPoolId=workforce["CognitoConfig"]["UserPool"],
            ClientId=workforce["CognitoConfig"]["ClientId"],
        )["UserPoolClient"]
        .get("CallbackURLs"),
        "subscriptions of the team's topic": [
            _subscription(subscription, environment)
            for subscription in client("sns").list_subscriptions_by_topic(TopicArn=topic)[
                "Subscriptions"
            ]
        ],
        "Ref of workforce and team": _references(client("cloudformation"), environment.name),
        "what the functions run on": _runtimes(client, environment.name),
        "namespaces of the job's metrics": sorted(
            {
                metric["Namespace"]
                for metric in client("cloudwatch").list_metrics(
                    Dimensions=[{"Name": "LabelingJobName", "Value": job_name}]
                )["Metrics"]
            }
        ),
    }


def _create_again(sagemaker: Any, job: dict[str, Any], name: str, **changes: str) -> None:
    """Ask for a described job again, as `name`; should that be accepted, stop it at once."""
    kept = (
        "LabelAttributeName",
        "InputConfig",
        "OutputConfig",
        "RoleArn",
        "LabelCategoryConfigS3Uri",
        "HumanTaskConfig",
    )
    request = {**{key: job[key] for key in kept}, **changes}
    sagemaker.create_labeling_job(LabelingJobName=name, **request)
    # Its own error must not pass for one of the creation, nor may the job run on.
    for _ in range(_STOP_ATTEMPTS):
        try:
            sagemaker.stop_labeling_job(LabelingJobName=name)
            return
        except ClientError:
            time.sleep(5)
    raise RuntimeError(f"labeling job {name} can't be stopped; stop it by hand")


def _error(call: Callable[[], object]) -> str:
    try:
        call()
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return "accepted"


def _first_line(s3: Any, uri: str) -> Any:
    bucket, key = uri.removeprefix("s3://").split("/", 1)
    return json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read().splitlines()[0])


def _subscription(subscription: dict[str, str], environment: Environment) -> str:
    """Say who is subscribed, without an address."""
    address = subscription["Endpoint"].lower()
    teams = environment.workforce.teams.values()
    who = "somebody else"
    if any(address in team.notify for team in teams):
        who = "somebody to be notified"
    if any(address in team.emails for team in teams):
        who = "a worker"
    is_confirmed = subscription["SubscriptionArn"].startswith("arn:")
    return f"{who} by {subscription['Protocol']}, {'' if is_confirmed else 'not '}confirmed"


def _runtimes(client: Callable[[str], Any], environment: str) -> list[str]:
    """Return what functions have logged of their own Python and its packages."""
    logs = client("logs")
    groups = logs.describe_log_groups(logGroupNamePrefix=f"{environment}-")["logGroups"]
    found = {
        match[0]
        for group in groups
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        if (match := RUNTIME.search(event["message"]))
    }
    return sorted(found)


def _references(cloudformation: Any, environment: str) -> dict[str, str]:
    resources = cloudformation.describe_stack_resources(StackName=f"{environment}-Workforce")
    return {
        resource["ResourceType"]: resource["PhysicalResourceId"]
        for resource in resources["StackResources"]
        if resource["ResourceType"].startswith("AWS::SageMaker::")
    }
