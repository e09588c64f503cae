"""What tests do to the stacks of an environment, and no environment file says."""

import re
from typing import TypeVar

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from constructs import IConstruct

from constructs.ground_truth.custom_resource_function import CustomResourceFunction
from stacks.environment_stage import EnvironmentStage

T = TypeVar("T")


def soon_refused(stage: EnvironmentStage) -> None:
    """Take what is refused for good after 2 seconds: here it is."""
    stage.workforce.function.function.add_environment("PROPAGATION_SECONDS", "2")


def with_minutes_of_tokens(stage: EnvironmentStage) -> None:
    """Let CloudFormation write the portal's client anew."""
    for client in _all(stage, cognito.CfnUserPoolClient):
        client.access_token_validity = 30
        client.token_validity_units = cognito.CfnUserPoolClient.TokenValidityUnitsProperty(
            access_token="minutes"  # noqa: S106  # a unit
        )


def without_topic(stage: EnvironmentStage) -> None:
    """Leave the teams without a topic."""
    for team in _all(stage, sagemaker.CfnWorkteam):
        team.notification_configuration = None


def again(stage: EnvironmentStage) -> None:
    """Replace all buckets by such with names that begin with `again`, and the user pool."""
    for bucket in _all(stage, s3.CfnBucket):
        purpose = bucket.node.path.split("/")[-2]
        bucket.bucket_name = f"again-{purpose.lower()}"
    for pool in _all(stage, cognito.CfnUserPool):
        pool.override_logical_id("PoolOfAnotherId")


def elsewhere(stage: EnvironmentStage) -> None:
    """Replace the buckets and the topic of the jobs; their constructs stay."""
    data, topic = stage.data.data, stage.workforce.notifications.jobs
    for bucket, name in ((data.input_bucket, "objects"), (data.output_bucket, "labels")):
        for inner in _all(bucket, s3.CfnBucket):
            inner.bucket_name = f"elsewhere-{name}"
    for each in _all(topic, sns.CfnTopic):
        each.topic_name = "elsewhere-jobs"


def keeping_less(stage: EnvironmentStage) -> None:
    """Change a bucket in place."""
    stage.data.data.output_bucket.add_lifecycle_rule(
        noncurrent_version_expiration=cdk.Duration.days(20)
    )


def failing(stage: EnvironmentStage) -> None:
    """End the stacks of data and of people with what never succeeds."""
    for stack in (stage.data, stage.workforce):
        resources = _all(stack, cdk.CfnResource)
        handle = cdk.CfnWaitConditionHandle(stack, "NobodyCalls")
        condition = cdk.CfnWaitCondition(stack, "Failing", handle=handle.ref, timeout="1")
        for resource in resources:
            condition.add_resource_dependency(resource)


def telling_events(stage: EnvironmentStage) -> None:
    """Let the stacks say what their functions are asked to do.

    Each custom resource is an output too, as the part of an event that comes from its template.
    """
    for resource in _all(stage, cdk.CustomResource):
        _tell(resource)
    for construct in _all(stage, CustomResourceFunction):
        # What is refused is refused for good here.
        construct.function.add_environment("PROPAGATION_SECONDS", "0")


def telling_jobs(stage: EnvironmentStage) -> None:
    """Let the stack of the jobs say what its function is asked to do, as outputs."""
    for resource in _all(stage.labeling, cdk.CustomResource):
        _tell(resource)


def _tell(resource: cdk.CustomResource) -> None:
    stack, inner = cdk.Stack.of(resource), resource.node.default_child
    if not isinstance(inner, cdk.CfnResource):
        raise TypeError(f"expected {resource.node.path} to have a resource, got {inner!r}")
    event = {
        "ResourceType": inner.cfn_resource_type,
        "LogicalResourceId": inner.logical_id,
        "PhysicalResourceId": inner.ref,
        "ResourceProperties": inner._cfn_properties,
    }
    name = re.sub(r"\W", "", "".join(resource.node.path.split("/")[2:]).title())
    cdk.CfnOutput(stack, f"{name}Event", value=stack.to_json_string(event))


def _all(scope: IConstruct, kind: type[T]) -> list[T]:
    return [each for each in scope.node.find_all() if isinstance(each, kind)]
