"""The function behind the custom resource: it writes manifests and starts and stops jobs."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.ground_truth.custom_resource_function import CustomResourceFunction
from dataset.layout import LABELS_FOLDER, REQUESTS_PREFIX
from dataset.names import TAG_PREFIX


class LabelingJobFunction(CustomResourceFunction):
    """One function for all labeling jobs of a stack, which can start jobs for private teams only.

    The package it runs is `lambda/labeling_job`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        job_name_prefix: str,
        execution_role: iam.IRole,
        output_bucket: s3.IBucket,
        key: kms.IKey,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            package="labeling_job",
            description="Custom::LabelingJob: writes the input manifest, starts and stops the job",
            role_description="Starts and stops Ground Truth labeling jobs during a deployment",
            log_key=key,
            statements=[
                iam.PolicyStatement(
                    actions=["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
                    resources=[output_bucket.arn_for_objects(f"{REQUESTS_PREFIX}*")],
                ),
                # What earlier runs have labeled is not labeled again.
                iam.PolicyStatement(
                    actions=["s3:ListBucket"],
                    resources=[output_bucket.bucket_arn],
                    conditions={"StringLike": {"s3:prefix": f"{LABELS_FOLDER}/{job_name_prefix}*"}},
                ),
                iam.PolicyStatement(
                    actions=["s3:GetObject"],
                    resources=[
                        output_bucket.arn_for_objects(f"{LABELS_FOLDER}/{job_name_prefix}*")
                    ],
                ),
                iam.PolicyStatement(
                    actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key.key_arn]
                ),
                *_job_statements(cdk.Stack.of(scope), job_name_prefix, execution_role),
            ],
        )

        self._listed: dict[str, list[str]] = {}
        self._listing: dict[str, iam.PolicyStatement] = {}
        #: Where manifests and labels go.
        self.output_bucket = output_bucket
        #: Encrypts both buckets.
        self.key = key

    def allow_listing(self, bucket: s3.IBucket, prefix: str) -> None:
        """Let the function list the objects under `prefix` of `bucket`; empty for all."""
        arn = bucket.bucket_arn
        if arn not in self._listed:
            # One statement for all prefixes of a bucket, since a policy has little room.
            self._listed[arn] = []
            self._listing[arn] = iam.PolicyStatement(actions=["s3:ListBucket"], resources=[arn])
            self.policy.add_statements(self._listing[arn])
        self._listed[arn] = sorted({*self._listed[arn], prefix})
        self._listing[arn].add_condition("StringEquals", {"s3:prefix": self._listed[arn]})

    def allow_reading(self, arn: str) -> None:
        """Let the function read an object, or all whose ARNs fit one with `*`."""
        self.policy.add_statements(iam.PolicyStatement(actions=["s3:GetObject"], resources=[arn]))

    def allow_decrypting(self, key_arn: str) -> None:
        """Let the function read labels that are encrypted with another key."""
        self.policy.add_statements(
            iam.PolicyStatement(actions=["kms:Decrypt"], resources=[key_arn])
        )


def _job_statements(
    stack: cdk.Stack, job_name_prefix: str, execution_role: iam.IRole
) -> list[iam.PolicyStatement]:
    jobs = stack.format_arn(
        service="sagemaker", resource="labeling-job", resource_name=f"{job_name_prefix}*"
    )
    # Names of `dev-2` begin as those of `dev` do; a job says by this tag whose it is.
    own = f"{TAG_PREFIX}stack"
    return [
        iam.PolicyStatement(
            actions=["sagemaker:CreateLabelingJob"],
            resources=[jobs],
            conditions={"StringEquals": {f"aws:RequestTag/{own}": stack.stack_id}},
        ),
        iam.PolicyStatement(
            actions=[
                "sagemaker:AddTags",
                "sagemaker:DeleteTags",
                "sagemaker:DescribeLabelingJob",
                "sagemaker:StopLabelingJob",
            ],
            resources=[jobs],
            # A new job shows its tags late, and one that is not there has none.
            conditions={"StringEqualsIfExists": {f"aws:ResourceTag/{own}": stack.stack_id}},
        ),
        # Says whether there is a job that can't be described; it knows no resources.
        iam.PolicyStatement(actions=["sagemaker:ListLabelingJobs"], resources=["*"]),
        # Nobody spends money on a public crowd by mistake
        # (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-workforce-authentication.html).
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=["sagemaker:CreateLabelingJob"],
            resources=["*"],
            conditions={"StringNotEquals": {"sagemaker:WorkteamType": "private-crowd"}},
        ),
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[execution_role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
    ]
