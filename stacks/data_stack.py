"""What is labeled and what came of it: buckets and their key; and the sender of invitations."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from constructs.ground_truth import LabelingData
from constructs.ground_truth.data.key_grants import let_deploy
from ground_truth.catalogue.data_kinds import Cors


class DataStack(cdk.Stack):
    """Outlives the jobs and the people; in a protected environment it outlives itself."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        protected: bool,
        bounded: bool,
        cors: tuple[Cors, ...],
        email_from: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)

        #: The buckets and the key.
        self.data = LabelingData(self, "Data", protected=protected, cors=cors)
        if bounded:
            let_deploy(self.data.key)
        if email_from is not None:
            # Slow to import, and most environments send by Cognito.
            from aws_cdk import aws_ses as ses

            # Here, because whoever reads that mailbox must confirm it before people are invited,
            # and a deployment of people that fails for want of it must not take it back.
            ses.CfnEmailIdentity(self, "Sender", email_identity=email_from)

        cdk.CfnOutput(
            self,
            "InputBucketName",
            description="Upload the data objects here",
            value=self.data.input_bucket.bucket_name,
        )
        cdk.CfnOutput(
            self,
            "OutputBucketName",
            description="Manifests and labels appear here",
            value=self.data.output_bucket.bucket_name,
        )
