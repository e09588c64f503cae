"""The role with which Ground Truth reads what a job was asked and writes what came of it."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.ground_truth.policy_size import check_size
from dataset.layout import LABELS_FOLDER, REQUESTS_PREFIX

_LOG_GROUP: Final = "/aws/sagemaker/LabelingJobs"
#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-kms-permissions.html
_ENCRYPTION: Final = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


class ExecutionRole(Construct):
    """What a labeling job may do.

    It reads requests and writes labels; what some jobs need besides is allowed for them only. A job
    on text needs no access to the input bucket: its manifest carries the text
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-permission-execution-role.html).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        output_bucket: s3.IBucket,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)

        #: Passed to Ground Truth with each job.
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"),
            description="Ground Truth labeling jobs: reads requests, writes labels",
        )
        log_group = cdk.Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=_LOG_GROUP,
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        #: What the role may do; jobs depend on it, so that it is there before and after them.
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(
                    actions=["s3:GetBucketLocation", "s3:ListBucket"],
                    resources=[output_bucket.bucket_arn],
                ),
                iam.PolicyStatement(
                    actions=["s3:GetObject"],
                    resources=[
                        output_bucket.arn_for_objects(f"{prefix}*")
                        for prefix in (REQUESTS_PREFIX, f"{LABELS_FOLDER}/")
                    ],
                ),
                iam.PolicyStatement(
                    actions=["s3:AbortMultipartUpload", "s3:PutObject"],
                    resources=[output_bucket.arn_for_objects(f"{LABELS_FOLDER}/*")],
                ),
                iam.PolicyStatement(actions=list(_ENCRYPTION), resources=[key.key_arn]),
                iam.PolicyStatement(
                    actions=[
                        "logs:CreateLogGroup",
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:PutLogEvents",
                    ],
                    # One stream per job, named by the service.
                    resources=[log_group, f"{log_group}:log-stream:*"],
                ),
                # The action knows no resources, and the namespace that the service writes to is
                # not documented, so no condition can narrow it.
                iam.PolicyStatement(actions=["cloudwatch:PutMetricData"], resources=["*"]),
            ],
        )
        check_size(self.policy)

    def allow_reading(self, bucket: s3.IBucket, prefix: str) -> None:
        """Let workers see the objects under `prefix` of `bucket`; empty for all."""
        self.policy.add_statements(
            iam.PolicyStatement(
                actions=["s3:GetBucketLocation", "s3:ListBucket"], resources=[bucket.bucket_arn]
            ),
            iam.PolicyStatement(
                actions=["s3:GetObject"], resources=[bucket.arn_for_objects(f"{prefix}*")]
            ),
        )

    def allow_invoking(self, function_arn: str) -> None:
        """Let jobs call a custom function."""
        self.policy.add_statements(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function_arn])
        )

    def allow_encrypting(self, key_arn: str) -> None:
        """Let jobs encrypt labels with another key, whose own policy must allow it too."""
        self.policy.add_statements(
            iam.PolicyStatement(actions=list(_ENCRYPTION), resources=[key_arn])
        )

    def allow_auto_labeling(self, volume_key_arn: str | None) -> None:
        """Let jobs pass this role on to the training and inference of automated labeling.

        https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-permission-execution-role.html
        names this permission and no other.
        """
        self.policy.add_statements(
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[self.role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            )
        )
        if volume_key_arn is not None:
            self.policy.add_statements(
                iam.PolicyStatement(
                    actions=["kms:CreateGrant", *_ENCRYPTION], resources=[volume_key_arn]
                )
            )
