"""The one reviewed list of cdk-nag findings that stand, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import aws_cdk as cdk

from stacks.config import Environment
from stacks.environment import EnvironmentStage


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """One finding of one rule on one construct."""

    #: Below the stage, such as `Workforce/Workforce/UserPool`.
    construct: str
    #: As cdk-nag prints it, such as `AwsSolutions-IAM5[Resource::*]`.
    finding: str
    reason: str


def acknowledgements(
    stage: EnvironmentStage, environment: Environment
) -> Iterator[Acknowledgement]:
    """Yield all that is acknowledged in an environment."""
    user_pool = "Workforce/Workforce/UserPool"
    execution_policy = "Labeling/ExecutionRole/Policy"
    function_policy = "Labeling/LabelingJobFunction/Policy"
    labeling = stage.labeling
    input_bucket = _as_nag_prints(labeling, stage.data.data.input_bucket.bucket_arn)
    output_bucket = _as_nag_prints(labeling, stage.data.data.output_bucket.bucket_arn)
    owner = f"{environment.region}:{environment.account or '<AWS::AccountId>'}"

    yield Acknowledgement(
        construct=user_pool,
        finding="AwsSolutions-COG2",
        reason="workers may set up a second factor; forcing one on people who label data, often"
        " without a work phone, is the environment owner's choice",
    )
    yield Acknowledgement(
        construct=user_pool,
        finding="AwsSolutions-COG8",
        reason="the Plus plan costs per worker and month; accounts are made by administrators only"
        " and reach the worker portal, nothing else",
    )
    yield Acknowledgement(
        construct=execution_policy,
        finding=f"AwsSolutions-IAM5[Resource::{output_bucket}/requests/*]",
        reason="a job reads the manifest, template and label file of its own request, whose keys"
        " hold a hash of their content",
    )
    yield Acknowledgement(
        construct=execution_policy,
        finding=f"AwsSolutions-IAM5[Resource::{output_bucket}/labels/*]",
        reason="Ground Truth chooses the keys below the output path",
    )
    yield Acknowledgement(
        construct=execution_policy,
        finding=f"AwsSolutions-IAM5[Resource::arn:aws:logs:{owner}:log-group:"
        "/aws/sagemaker/LabelingJobs:log-stream:*]",
        reason="Ground Truth names a log stream after each job",
    )
    yield Acknowledgement(
        construct=execution_policy,
        finding="AwsSolutions-IAM5[Resource::*]",
        reason="cloudwatch:PutMetricData knows no resources, and the namespace that Ground Truth"
        " writes to is not documented",
    )
    yield Acknowledgement(
        construct=function_policy,
        finding=f"AwsSolutions-IAM5[Resource::{output_bucket}/requests/*]",
        reason="the keys of a request hold a hash of its content, known when it is written",
    )
    yield Acknowledgement(
        construct=function_policy,
        finding=f"AwsSolutions-IAM5[Resource::arn:aws:sagemaker:{owner}:labeling-job/"
        f"{environment.name}-*]",
        reason="a job's name ends with a hash of its content",
    )
    for job in environment.jobs.values():
        bucket = f"arn:aws:s3:::{job.input.bucket}" if job.input.bucket else input_bucket
        yield Acknowledgement(
            construct=function_policy,
            finding=f"AwsSolutions-IAM5[Resource::{bucket}/{job.input.prefix}*]",
            reason="the function reads the data objects that people uploaded below a job's prefix",
        )


def acknowledge(stage: EnvironmentStage, environment: Environment) -> None:
    """Acknowledge the list's findings on the constructs of `stage`.

    This synthesises the stage, because references between stacks get their final form, which
    findings show, only then. The app's own synthesis takes what is there.
    """
    stage.synth()
    for entry in acknowledgements(stage, environment):
        construct = stage.node.find_child(entry.construct.split("/")[0])
        for name in entry.construct.split("/")[1:]:
            construct = construct.node.find_child(name)
        cdk.Validations.of(construct).acknowledge(
            cdk.Acknowledgment(id=entry.finding, reason=entry.reason)
        )


def _as_nag_prints(stack: cdk.Stack, arn: str) -> str:
    return json.dumps(stack.resolve(arn), separators=(",", ":"))
