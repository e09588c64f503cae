"""The buckets and the key that hold what is labeled and what came of it."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.ground_truth.data.key_grants import refuse_grants
from ground_truth.catalogue.data_kinds import IMAGE_CORS, Cors

#: The id of CDK's own construct behind `auto_delete_objects`.
_EMPTYING_PROVIDER: Final = "Custom::S3AutoDeleteObjectsCustomResourceProvider"

#: How long access logs are kept, until nothing is left of them.
_DAYS_OF_LOGS: Final = 365


class LabelingData(Construct):
    """An input and an output bucket, with access logs, under one customer key.

    A protected one outlives its stack, a mistaken replacement and a rollback. An unprotected one
    is emptied and removed with its stack.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        protected: bool,
        cors: tuple[Cors, ...] = (IMAGE_CORS,),
    ) -> None:
        super().__init__(scope, construct_id)

        self._protected = protected
        self._cors = [_cors_rule(each) for each in cors]
        self._removal_policy = (
            cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if protected else cdk.RemovalPolicy.DESTROY
        )
        #: Encrypts the objects of both buckets, and the logs of the functions that handle them.
        self.key = kms.Key(
            self,
            "Key",
            description="Ground Truth: data objects, manifests and labels",
            enable_key_rotation=True,
            pending_window=cdk.Duration.days(30 if protected else 7),
            removal_policy=self._removal_policy,
        )
        self._allow_logs()
        refuse_grants(self.key)
        self._access_logs = self._bucket(
            "AccessLogs",
            # S3 delivers access logs only to buckets encrypted with its own keys.
            encryption=s3.BucketEncryption.S3_MANAGED,
            lifecycle_rules=_ending_after(_DAYS_OF_LOGS),
        )
        #: Where people put the data objects.
        self.input_bucket = self._data_bucket("Input")
        #: Where requests (manifests, templates, label files) and labels go.
        self.output_bucket = self._data_bucket("Output")
        if not protected:
            self._own_log_of_emptying()

    def _allow_logs(self) -> None:
        """Let CloudWatch Logs encrypt the log groups of this account and Region that name the key.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        """
        stack = cdk.Stack.of(self)
        log_groups = stack.format_arn(
            service="logs",
            resource="log-group",
            resource_name="*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
                actions=[
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:GenerateDataKey*",
                    "kms:ReEncrypt*",
                ],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
            )
        )

    def _own_log_of_emptying(self) -> None:
        """Let the log of CDK's bucket-emptying function end with the stack, as all the rest."""
        log_group = logs.LogGroup(
            self,
            "EmptyingLogs",
            encryption_key=self.key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
            retention=logs.RetentionDays.ONE_MONTH,
        )
        provider = cdk.Stack.of(self).node.find_child(_EMPTYING_PROVIDER)
        function = provider.node.find_child("Handler")
        if not isinstance(function, cdk.CfnResource):
            raise TypeError(
                f"expected {function.node.path} to be the function that empties buckets, got"
                f" {type(function).__name__}; has aws-cdk-lib changed?"
            )
        function.add_property_override("LoggingConfig", {"LogGroup": log_group.log_group_name})

    def _data_bucket(self, construct_id: str) -> s3.Bucket:
        noncurrent_days = None if self._protected else cdk.Duration.days(30)
        return self._bucket(
            construct_id,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            cors=self._cors,
            server_access_logs_bucket=self._access_logs,
            server_access_logs_prefix=f"{construct_id.lower()}/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(1),
                    noncurrent_version_expiration=noncurrent_days,
                )
            ],
        )

    def _bucket(self, construct_id: str, **properties: object) -> s3.Bucket:
        return s3.Bucket(
            self,
            construct_id,
            auto_delete_objects=not self._protected,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=self._removal_policy,
            versioned=True,
            **properties,  # type: ignore[arg-type]  # each is an argument of s3.Bucket, checked by jsii
        )


def _ending_after(days: int) -> list[s3.LifecycleRule]:
    """Return rules that end all that is in a versioned bucket; never for one that holds labels.

    Expiration alone hides an object behind a delete marker and keeps its bytes, as a version that
    is not current any more. A marker can't be ended by the rule that makes it.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    return [
        s3.LifecycleRule(
            expiration=cdk.Duration.days(days - 1),
            noncurrent_version_expiration=cdk.Duration.days(1),
        ),
        s3.LifecycleRule(
            abort_incomplete_multipart_upload_after=cdk.Duration.days(1),
            expired_object_delete_marker=True,
        ),
    ]


def _cors_rule(cors: Cors) -> s3.CorsRule:
    return s3.CorsRule(
        allowed_headers=list(cors.headers),
        allowed_methods=[s3.HttpMethods[method] for method in cors.methods],
        allowed_origins=["*"],
        exposed_headers=["Access-Control-Allow-Origin"],
        max_age=cors.maximum_age,
    )
