"""The app with jobs of many task types: python -m tests.e2e.app_of_task_types [REVISION].

REVISION is that of the jobs that review others.
"""

import sys
from pathlib import Path

import aws_cdk as cdk

from app import build_app
from ground_truth.config import load

environment = load(Path(__file__).parent / "environments" / "local.yaml")
revision = int(sys.argv[1]) if len(sys.argv) > 1 else 1
jobs = {
    key: job.model_copy(update={"revision": revision if job.reviewed else job.revision})
    for key, job in environment.jobs.items()
}
build_app(cdk.App(), [environment.model_copy(update={"jobs": jobs})]).synth()
