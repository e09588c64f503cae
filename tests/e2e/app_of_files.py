"""The app with the environments of a folder: python -m tests.e2e.app_of_files FOLDER [PATCH …].

A patch is what no environment file says: `token-minutes=30` lets CloudFormation write the portal's
client anew, `without-topic` leaves the teams without one.
"""

import sys
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_sagemaker as sagemaker

from stacks.config import load_all
from stacks.environment import EnvironmentStage

app = cdk.App()
name = app.node.try_get_context("environment")
patches = dict(each.partition("=")[::2] for each in sys.argv[2:])
for environment in load_all(Path(sys.argv[1])):
    if name not in (None, environment.name):
        continue
    stage = EnvironmentStage(app, environment)
    # What is refused is refused for good here.
    stage.workforce.function.function.add_environment("PROPAGATION_SECONDS", "2")
    for construct in stage.workforce.node.find_all():
        if isinstance(construct, cognito.CfnUserPoolClient) and "token-minutes" in patches:
            construct.access_token_validity = int(patches["token-minutes"])
            construct.token_validity_units = cognito.CfnUserPoolClient.TokenValidityUnitsProperty(
                access_token="minutes"  # noqa: S106  # a unit
            )
        if isinstance(construct, sagemaker.CfnWorkteam) and "without-topic" in patches:
            construct.notification_configuration = None
app.synth()
