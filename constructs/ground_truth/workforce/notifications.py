"""The topics that tell people about work to do and about jobs that have ended."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.ground_truth.data.key_grants import refuse_grants

_SAGEMAKER = "sagemaker.amazonaws.com"


class Notifications(Construct):
    """SNS topics under one customer key: one for each team, one for the end of jobs.

    Ground Truth subscribes nobody: each address gets a mail to confirm its subscription
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-private-sns.html).
    What can't be delivered stays in a queue for two weeks.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, addresses: Iterable[str] = ()
    ) -> None:
        super().__init__(scope, construct_id)

        #: Encrypts what is on its way to people.
        self.key = kms.Key(
            self,
            "Key",
            description="Ground Truth: messages about work and jobs",
            enable_key_rotation=True,
            pending_window=cdk.Duration.days(7),
            # Nothing that lasts is encrypted with it.
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        refuse_grants(self.key)
        #: What could not be delivered.
        self.dead_letters = dead_letter_queue(self, "DeadLetters")
        self._let_ground_truth_encrypt()
        #: Tells about the end of jobs.
        self.jobs = self._topic("Jobs", "Labeling jobs", addresses)

    def team(self, construct_id: str, name: str, addresses: Iterable[str]) -> sns.Topic:
        """Return the topic on which Ground Truth tells a team that there is work."""
        topic = self._topic(construct_id, f"Labeling work for {name}", addresses)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AwsSagemaker_SnsAccessPolicy",
                principals=[iam.ServicePrincipal(_SAGEMAKER)],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions=self._from(name),
            )
        )
        return topic

    def _topic(self, construct_id: str, display_name: str, addresses: Iterable[str]) -> sns.Topic:
        topic = sns.Topic(
            self,
            construct_id,
            # What people see as the sender; SNS takes 100 characters.
            display_name=display_name[:100],
            enforce_ssl=True,
            master_key=self.key,
        )
        for address in sorted(set(addresses)):
            topic.add_subscription(
                subscriptions.EmailSubscription(address, dead_letter_queue=self.dead_letters)
            )
        return topic

    def _let_ground_truth_encrypt(self) -> None:
        # Whose publishing it is, the topics ask: here a condition on the source keeps services out
        # that do not name theirs (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="GroundTruthPublishes",
                principals=[iam.ServicePrincipal(_SAGEMAKER)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],  # in a key's policy, the key
            )
        )

    def _from(self, team: str) -> dict[str, dict[str, object]]:
        """Let only this team of the account be the source, by either form of its ARN."""
        stack = cdk.Stack.of(self)
        sources = [
            stack.format_arn(service="sagemaker", resource=resource, resource_name=team)
            for resource in ("workteam", "workteam/private-crowd")
        ]
        return {
            "ArnLike": {"aws:SourceArn": sources},
            "StringEquals": {"aws:SourceAccount": stack.account},
        }


def dead_letter_queue(scope: Construct, construct_id: str) -> sqs.Queue:
    """Return a queue that keeps for two weeks what could not be delivered."""
    return sqs.Queue(
        scope,
        construct_id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
    )
