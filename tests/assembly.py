"""Cloud assemblies made in the tests' own process: jsii and CDK's validation take 6 s to start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import aws_cdk as cdk

from audit.synthesis import feature_flags
from ground_truth.config import Environment
from stacks.environment_stage import EnvironmentStage

#: What the CDK command tells an app besides the flags of cdk.json.
_TOLD: Final = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:enable-asset-metadata": True,
    "aws:cdk:version-reporting": True,
}

#: What is done to a stage that no environment file says.
Change = Callable[[EnvironmentStage], None]


def synthesise(environments: Iterable[Environment], folder: Path, *changes: Change) -> Path:
    """Write the cloud assembly that `app.py` would write for the CDK command, changed."""
    app = cdk.App(context={**feature_flags(), **_TOLD}, outdir=str(folder))
    for environment in environments:
        stage = EnvironmentStage(app, environment)
        for change in changes:
            change(stage)
    app.synth()
    return folder
