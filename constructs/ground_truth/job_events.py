"""Mail when a labeling job has ended."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns
from constructs import Construct


class JobEvents(Construct):
    """An EventBridge rule that sends the end of this environment's jobs to a topic.

    The event carries the job's ARN and its status, nothing else
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-monitor-cloud-watch.html).
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, job_name_prefix: str, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, construct_id)

        jobs = cdk.Stack.of(self).format_arn(
            service="sagemaker", resource="labeling-job", resource_name=job_name_prefix
        )
        # The topic's own policy lets EventBridge publish, by source; the class SnsTopic would add
        # a second statement to it without that condition.
        events.CfnRule(
            self,
            "Rule",
            description="Tells the teams that a labeling job has completed, failed or stopped",
            event_pattern={
                "source": ["aws.sagemaker"],
                "detail-type": ["SageMaker Ground Truth Labeling Job State Change"],
                "resources": [{"prefix": jobs}],
            },
            targets=[
                events.CfnRule.TargetProperty(
                    id="Topic",
                    arn=topic.topic_arn,
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map={
                            "job": "$.resources[0]",
                            "status": "$.detail.LabelingJobStatus",
                        },
                        input_template='"Ground Truth labeling job <job>: <status>"',
                    ),
                )
            ],
        )
