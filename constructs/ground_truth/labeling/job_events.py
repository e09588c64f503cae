"""Mail when a labeling job has ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.ground_truth.workforce.notifications import dead_letter_queue

#: A pattern has 2,048 characters at most, and a prefix of the longest name some 130
#: (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
_JOBS_OF_A_RULE: Final = 12


class JobEvents(Construct):
    """EventBridge rules that send the end of this environment's jobs to a topic.

    The event carries the job's ARN and its status, nothing else
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-monitor-cloud-watch.html). So each job key
    is named: what begins with `dev-` may be a job of `dev-2`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        job_name_prefixes: Sequence[str],
        topic: sns.Topic,
    ) -> None:
        super().__init__(scope, construct_id)

        job = events.EventField.from_path("$.resources[0]")
        status = events.EventField.from_path("$.detail.LabelingJobStatus")
        # With a role, the topic and its key trust these rules and no service as such.
        target = targets.SnsTopic(
            topic,
            role=self._role(topic),
            dead_letter_queue=dead_letter_queue(self, "DeadLetters"),
            message=events.RuleTargetInput.from_text(f"Ground Truth labeling job {job}: {status}"),
        )
        for number, beginnings in enumerate(_parted(job_name_prefixes), start=1):
            events.Rule(
                self,
                "Rule" if number == 1 else f"Rule{number}",
                description="Tells the teams that a labeling job has completed, failed or stopped",
                event_pattern=events.EventPattern(
                    source=["aws.sagemaker"],
                    detail_type=["SageMaker Ground Truth Labeling Job State Change"],
                    resources=[
                        arn for each in beginnings for arn in events.Match.prefix(self._arn(each))
                    ],
                ),
                targets=[target],
            )

    def _arn(self, beginning: str) -> str:
        return cdk.Stack.of(self).format_arn(
            service="sagemaker", resource="labeling-job", resource_name=beginning
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


def _parted(job_name_prefixes: Sequence[str]) -> Sequence[Sequence[str]]:
    """Return by rule what names begin with; where there are no jobs, what none begins with."""
    names = [f"{each}-" for each in job_name_prefixes]
    shortest = [
        each
        for each in names
        if not any(each.startswith(other) for other in names if other != each)
    ] or ["-"]
    size = _JOBS_OF_A_RULE
    return [shortest[start : start + size] for start in range(0, len(shortest), size)]
