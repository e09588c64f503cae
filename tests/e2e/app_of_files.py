"""The app with the environments of a folder: python -m tests.e2e.app_of_files FOLDER [MINUTES].

MINUTES is how long the portal's client lets an access token live, which no environment file says:
a change of it makes CloudFormation write the whole client anew.
"""

import sys
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito

from stacks.config import load_all
from stacks.environment import EnvironmentStage

app = cdk.App()
name = app.node.try_get_context("environment")
for environment in load_all(Path(sys.argv[1])):
    if name not in (None, environment.name):
        continue
    stage = EnvironmentStage(app, environment)
    # What is refused is refused for good here.
    stage.workforce.function.function.add_environment("PROPAGATION_SECONDS", "2")
    for construct in stage.workforce.node.find_all() if len(sys.argv) > 2 else ():
        if isinstance(construct, cognito.CfnUserPoolClient):
            construct.access_token_validity = int(sys.argv[2])
            construct.token_validity_units = cognito.CfnUserPoolClient.TokenValidityUnitsProperty(
                access_token="minutes"  # noqa: S106  # a unit
            )
app.synth()
