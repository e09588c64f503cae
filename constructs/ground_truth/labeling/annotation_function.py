"""A custom function before or after the workers of a custom task."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from dataset.layout import LABELS_FOLDER
from ground_truth.validators.custom_function import HANDLER, check_handler


class AnnotationFunction(Construct):
    """A folder with `handler.py`, in which `handler(event, context)` answers Ground Truth.

    A pre-annotation function makes a manifest line into a task's input, a post-annotation function
    makes workers' answers into a label
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html).
    boto3 is there; other packages have to stand in the folder. Raises ValueError if the folder has
    no such function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        folder: Path,
        output_bucket: s3.IBucket,
        key: kms.IKey,
        logs_key: kms.IKey,
        reads_answers: bool,
    ) -> None:
        super().__init__(scope, construct_id)

        check_handler(folder)
        log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=logs_key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
            retention=logs.RetentionDays.THREE_MONTHS,
        )
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="A person's own step of Ground Truth labeling jobs",
        )
        #: What the function may do: write its log and, after the workers, read their answers.
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[log_group.log_group_arn],
                )
            ],
        )
        if reads_answers:
            self.policy.add_statements(
                iam.PolicyStatement(
                    actions=["s3:GetObject"],
                    # Ground Truth chooses the keys of answers below its output path.
                    resources=[output_bucket.arn_for_objects(f"{LABELS_FOLDER}/*")],
                ),
                iam.PolicyStatement(actions=["kms:Decrypt"], resources=[key.key_arn]),
            )
        #: For `PreHumanTaskLambdaArn` or `AnnotationConsolidationLambdaArn`.
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(str(folder), exclude=["**/__pycache__"]),
            description=f"Ground Truth, {'after' if reads_answers else 'before'} the workers of"
            " a custom task",
            handler=HANDLER,
            log_group=log_group,
            memory_size=256,
            role=role,
            runtime=lambda_.Runtime.PYTHON_3_14,
            timeout=cdk.Duration.minutes(1),
        )
        # A job that names the function may call it at once.
        self.function.node.add_dependency(self.policy)
