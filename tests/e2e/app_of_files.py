"""The app with the environments of a folder: python -m tests.e2e.app_of_files FOLDER [PATCH …].

A patch is what no environment file says: `token-minutes=30` lets CloudFormation write the portal's
client anew, `without-topic` leaves the teams without one. `again=NAME` replaces all buckets by such
with names that begin so, and the user pool; `failing` ends each stack with what never succeeds.
`as-deployed` leaves the function's patience with IAM as every environment has it.
"""

import sys
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker

from ground_truth.config import load_all
from stacks.environment_stage import EnvironmentStage

app = cdk.App()
name = app.node.try_get_context("environment")
patches = dict(each.partition("=")[::2] for each in sys.argv[2:])
for environment in load_all(Path(sys.argv[1])):
    if name not in (None, environment.name):
        continue
    stage = EnvironmentStage(app, environment)
    if "as-deployed" not in patches:
        # What is refused is refused for good here.
        stage.workforce.function.function.add_environment("PROPAGATION_SECONDS", "2")
    for construct in stage.node.find_all():
        if isinstance(construct, cognito.CfnUserPoolClient) and "token-minutes" in patches:
            construct.access_token_validity = int(patches["token-minutes"])
            construct.token_validity_units = cognito.CfnUserPoolClient.TokenValidityUnitsProperty(
                access_token="minutes"  # noqa: S106  # a unit
            )
        if isinstance(construct, sagemaker.CfnWorkteam) and "without-topic" in patches:
            construct.notification_configuration = None
        if isinstance(construct, s3.CfnBucket) and "again" in patches:
            purpose = construct.node.path.split("/")[-2]
            construct.bucket_name = f"{patches['again']}-{purpose.lower()}"
        if isinstance(construct, cognito.CfnUserPool) and "again" in patches:
            construct.override_logical_id("PoolOfAnotherId")
    for stack in (stage.data, stage.workforce) if "failing" in patches else ():
        resources = [each for each in stack.node.find_all() if isinstance(each, cdk.CfnResource)]
        handle = cdk.CfnWaitConditionHandle(stack, "NobodyCalls")
        failing = cdk.CfnWaitCondition(stack, "Failing", handle=handle.ref, timeout="1")
        for resource in resources:
            failing.add_resource_dependency(resource)
app.synth()
