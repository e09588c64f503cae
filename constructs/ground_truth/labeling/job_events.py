"""Mail when a labeling job has ended."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.ground_truth.workforce.notifications import dead_letter_queue


class JobEvents(Construct):
    """An EventBridge rule that sends the end of this environment's jobs to a topic.

    The event carries the job's ARN and its status, nothing else
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-monitor-cloud-watch.html).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        job_name_prefix: str,
        topic: sns.Topic,
    ) -> None:
        super().__init__(scope, construct_id)

        jobs = cdk.Stack.of(self).format_arn(
            service="sagemaker", resource="labeling-job", resource_name=job_name_prefix
        )
        job = events.EventField.from_path("$.resources[0]")
        status = events.EventField.from_path("$.detail.LabelingJobStatus")
        events.Rule(
            self,
            "Rule",
            description="Tells the teams that a labeling job has completed, failed or stopped",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"],
                detail_type=["SageMaker Ground Truth Labeling Job State Change"],
                resources=events.Match.prefix(jobs),
            ),
            targets=[
                # With a role, the topic and its key trust this rule and no service as such.
                targets.SnsTopic(
                    topic,
                    role=self._role(topic),
                    dead_letter_queue=dead_letter_queue(self, "DeadLetters"),
                    message=events.RuleTargetInput.from_text(
                        f"Ground Truth labeling job {job}: {status}"
                    ),
                )
            ],
        )

    def _role(self, topic: sns.Topic) -> iam.IRole:
        """Return what the rule publishes as: a topic under a customer key takes both rights."""
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("events.amazonaws.com"),
            description="Publishes the end of Ground Truth labeling jobs",
        )
        statements = [iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn])]
        if topic.master_key is not None:
            statements.append(
                iam.PolicyStatement(
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[topic.master_key.key_arn],
                )
            )
        iam.ManagedPolicy(self, "Policy", roles=[role], statements=statements)
        # The target would add wider rights to the same things.
        return role.without_policy_updates()
