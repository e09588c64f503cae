"""The one reviewed list of cdk-nag findings that stand, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import aws_cdk as cdk

from constructs.ground_truth.regions import REGIONS
from stacks.config import Environment, Job
from stacks.config.input import place
from stacks.environment import EnvironmentStage
from stacks.jobs import labels_folder

_USER_POOL: Final = "Workforce/WorkerPool/UserPool"
_WORKFORCE_POLICY: Final = "Workforce/WorkforceFunction/Policy"
_EXECUTION_POLICY: Final = "Labeling/ExecutionRole/Policy"
_FUNCTION_POLICY: Final = "Labeling/LabelingJobFunction/Policy"


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
    output_bucket = _as_nag_prints(stage.labeling, stage.data.data.output_bucket.bucket_arn)
    partition = REGIONS[environment.region].partition
    owner = f"{environment.region}:{environment.account or '<AWS::AccountId>'}"

    for queue in ("Workforce/Notifications/DeadLetters", "Labeling/JobEvents/DeadLetters"):
        yield Acknowledgement(
            construct=queue,
            finding="AwsSolutions-SQS3",
            reason="it is itself the dead-letter queue of topics or of a rule",
        )
    yield from _of_people(environment, partition, owner)
    yield Acknowledgement(
        construct=_EXECUTION_POLICY,
        finding=f"AwsSolutions-IAM5[Resource::{output_bucket}/requests/*]",
        reason="a job reads the manifest, template and label file of its own request, whose keys"
        " hold a hash of their content",
    )
    yield Acknowledgement(
        construct=_EXECUTION_POLICY,
        finding=f"AwsSolutions-IAM5[Resource::{output_bucket}/labels/*]",
        reason="Ground Truth chooses the keys below the output path",
    )
    yield Acknowledgement(
        construct=_EXECUTION_POLICY,
        finding=f"AwsSolutions-IAM5[Resource::arn:{partition}:logs:{owner}:log-group:"
        "/aws/sagemaker/LabelingJobs:log-stream:*]",
        reason="Ground Truth names a log stream after each job",
    )
    yield Acknowledgement(
        construct=_EXECUTION_POLICY,
        finding="AwsSolutions-IAM5[Resource::*]",
        reason="cloudwatch:PutMetricData knows no resources, and the namespace that Ground Truth"
        " writes to is not documented",
    )
    yield Acknowledgement(
        construct=_FUNCTION_POLICY,
        finding=f"AwsSolutions-IAM5[Resource::{output_bucket}/requests/*]",
        reason="the keys of a request hold a hash of its content, known when it is written",
    )
    yield Acknowledgement(
        construct=_FUNCTION_POLICY,
        finding=f"AwsSolutions-IAM5[Resource::{output_bucket}/labels/{environment.name}-*]",
        reason="what earlier runs of this environment's jobs have labeled is not labeled again, and"
        " their names end with hashes of their content",
    )
    yield Acknowledgement(
        construct=_FUNCTION_POLICY,
        finding=f"AwsSolutions-IAM5[Resource::arn:{partition}:sagemaker:{owner}:labeling-job/"
        f"{environment.name}-*]",
        reason="a job's name ends with a hash of its content",
    )
    for key, job in environment.jobs.items():
        yield from _of_job(stage, environment, key, job)


def _of_people(environment: Environment, partition: str, owner: str) -> Iterator[Acknowledgement]:
    create = environment.workforce.create
    if create is not None and create.mfa == "optional":
        yield Acknowledgement(
            construct=_USER_POOL,
            finding="AwsSolutions-COG2",
            reason="workers may set up a second factor; forcing one on people who label data, often"
            " without a work phone, is the environment owner's choice: `mfa: required`",
        )
    if create is not None and create.threat_protection == "off":
        yield Acknowledgement(
            construct=_USER_POOL,
            finding="AwsSolutions-COG8",
            reason="the Plus plan costs per worker and month; accounts are made by administrators"
            " only and reach the worker portal, nothing else; `threat_protection` switches it on",
        )
    yield Acknowledgement(
        construct=_WORKFORCE_POLICY,
        finding="AwsSolutions-IAM5[Resource::*]",
        reason="lists of workforces and teams, and the account's state in SES, know no resources",
    )
    yield Acknowledgement(
        construct=_WORKFORCE_POLICY,
        finding=f"AwsSolutions-IAM5[Resource::arn:{partition}:sagemaker:{owner}:workforce/*]",
        reason="the workforce that may be in the way has any name; it is read only",
    )
    yield Acknowledgement(
        construct=_WORKFORCE_POLICY,
        finding=f"AwsSolutions-IAM5[Resource::arn:{partition}:cognito-idp:{owner}:userpool/*]",
        reason="the pool of a workforce that is in the way has any id; it is read only",
    )
    if environment.workforce.pin_urls_to_worker_ip:
        yield Acknowledgement(
            construct="Workforce/WorkforceFunction/MorePolicy",
            finding=f"AwsSolutions-IAM5[Resource::arn:{partition}:sagemaker:{owner}:workteam/"
            f"private-crowd/{environment.name}-*]",
            reason="the teams of this environment, whose names begin with its own",
        )
    if environment.workforce.oidc is not None and environment.workforce.oidc.vpc is not None:
        yield Acknowledgement(
            construct="Workforce/WorkforceFunction/MorePolicy",
            finding="AwsSolutions-IAM5[Resource::*]",
            reason="the endpoint of a portal in a VPC gets its id when Ground Truth makes it",
        )


def _of_job(
    stage: EnvironmentStage, environment: Environment, key: str, job: Job
) -> Iterator[Acknowledgement]:
    data, resolve = stage.data.data, partial(_as_nag_prints, stage.labeling)
    partition = REGIONS[environment.region].partition
    own = resolve(data.input_bucket.bucket_arn)
    output = resolve(data.output_bucket.bucket_arn)

    def arn(location: str) -> str:
        bucket, path = place(location)
        return f"{own if bucket is None else f'arn:{partition}:s3:::{bucket}'}/{path}"

    source = environment.source(job)
    objects = f"AwsSolutions-IAM5[Resource::{arn(source.input.prefix or '')}*]"
    form = job.data_kind.form
    if form != "text":
        yield Acknowledgement(
            construct=_EXECUTION_POLICY,
            finding=objects,
            reason="workers see the data objects that people uploaded below a job's prefix",
        )
    is_listed = job.input.manifest is None and job.previous is None
    is_own = job.previous is None and not is_listed
    if (is_listed and form == "text") or (is_own and job.data_kind.is_sequence):
        yield Acknowledgement(
            construct=_FUNCTION_POLICY,
            finding=objects,
            reason="the function reads the texts and sequence files that people uploaded below a"
            " job's prefix",
        )
    if job.previous is not None and job.previous.job is not None:
        labels = f"{output}/labels/{environment.job_name_prefix(job.previous.job)}-*"
        yield Acknowledgement(
            construct=_FUNCTION_POLICY,
            finding=f"AwsSolutions-IAM5[Resource::{labels}]",
            reason="the name of the job whose labels are reviewed ends with a hash of its content",
        )
    if job.previous is not None and job.previous.manifest is not None:
        bucket, path = place(job.previous.manifest)
        folder = labels_folder(path)
        place_of_labels = f"s3://{bucket}/{folder}" if bucket else folder
        yield Acknowledgement(
            construct=_EXECUTION_POLICY,
            finding=f"AwsSolutions-IAM5[Resource::{arn(place_of_labels)}*]",
            reason="the labels that are reviewed are files below the folder of their job",
        )
    if job.post_annotation is not None and not job.post_annotation.startswith("arn:"):
        yield Acknowledgement(
            construct=f"Labeling/Jobs/{key}-PostAnnotation/Policy",
            finding=f"AwsSolutions-IAM5[Resource::{output}/labels/*]",
            reason="Ground Truth chooses the keys of the answers that the function consolidates",
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
            # With the pack's name in front, blanks in a resource's name are compared rightly.
            cdk.Acknowledgment(id=f"AwsSolutions::{entry.finding}", reason=entry.reason)
        )


def _as_nag_prints(stack: cdk.Stack, arn: str) -> str:
    return json.dumps(stack.resolve(arn), separators=(",", ":"))
