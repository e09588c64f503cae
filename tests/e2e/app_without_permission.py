"""The app with one permission taken away: python -m tests.e2e.app_without_permission ACTION."""

import sys
from typing import Any
from unittest import mock

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from local.cdk_cli import ROOT
from stacks.config import load
from stacks.environment import EnvironmentStage

#: Allowed to everybody, so that a statement is never left without an action.
_HARMLESS = "sts:GetCallerIdentity"
_TAKEN = sys.argv[1]
_Statement = iam.PolicyStatement


def _without(*, actions: list[str], **arguments: Any) -> iam.PolicyStatement:
    left = [_HARMLESS if action == _TAKEN else action for action in actions]
    return _Statement(actions=left, **arguments)


with mock.patch.object(iam, "PolicyStatement", _without):
    app = cdk.App()
    stage = EnvironmentStage(app, load(ROOT / "environments" / "local.yaml"))
# What is refused is refused for good here.
stage.labeling.function.function.add_environment("PROPAGATION_SECONDS", "2")
app.synth()
