"""The app of local AWS under a boundary: python -m tests.e2e.app_with_boundary [COST_CENTER]."""

import sys

import aws_cdk as cdk

from app import build_app
from ground_truth.config import load
from local.aws import ROOT

environment = load(ROOT / "environments" / "local.yaml")
tags = {"cost-center": sys.argv[1] if len(sys.argv) > 1 else "labeling"}
bounded = environment.model_copy(
    update={"permissions_boundary": "GroundTruth-local-boundary", "tags": tags}
)
build_app(cdk.App(), [bounded]).synth()
