"""AWS's own answers to points that no public document settles (`docs/unverified.md`)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

_STOP_ATTEMPTS = 24


def ask_while_deployed(
    client: Callable[[str], Any], job_name: str, output_manifest_uri: str
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
            subscription["Protocol"]
            for subscription in client("sns").list_subscriptions_by_topic(TopicArn=topic)[
                "Subscriptions"
            ]
        ],
        "Ref of workforce and team": _references(client("cloudformation"), job_name.split("-")[0]),
        "namespaces of the job's metrics": sorted(
            {
                metric["Namespace"]
                for metric in client("cloudwatch").list_metrics(
                    Dimensions=[{"Name": "LabelingJobName", "Value": job_name}]
                )["Metrics"]
            }
        ),
    }


def _create_again(sagemaker: Any, job: dict[str, Any], name: str) -> None:
    """Ask for a described job again, as `name`; should that be accepted, stop it at once."""
    kept = (
        "LabelAttributeName",
        "InputConfig",
        "OutputConfig",
        "RoleArn",
        "LabelCategoryConfigS3Uri",
        "HumanTaskConfig",
    )
    sagemaker.create_labeling_job(LabelingJobName=name, **{key: job[key] for key in kept})
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


def _references(cloudformation: Any, environment: str) -> dict[str, str]:
    resources = cloudformation.describe_stack_resources(StackName=f"{environment}-Workforce")
    return {
        resource["ResourceType"]: resource["PhysicalResourceId"]
        for resource in resources["StackResources"]
        if resource["ResourceType"].startswith("AWS::SageMaker::")
    }
