"""The topic that tells people about work to do and about jobs that have ended."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class Notifications(Construct):
    """An SNS topic on which Ground Truth announces work and EventBridge the end of jobs.

    Ground Truth subscribes nobody: each address here gets a mail to confirm its subscription
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-private-sns.html).
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, addresses: Iterable[str] = ()
    ) -> None:
        super().__init__(scope, construct_id)

        #: The topic, with the policy that the services need.
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True)
        self._allow("AwsSagemaker_SnsAccessPolicy", "sagemaker", resource="workteam/*")
        self._allow("LabelingJobEvents", "events", resource="rule/*")
        for address in sorted(set(addresses)):
            self.topic.add_subscription(subscriptions.EmailSubscription(address))

    def _allow(self, sid: str, service: str, *, resource: str) -> None:
        stack = cdk.Stack.of(self)
        source = stack.format_arn(service=service, resource=resource)
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={
                    "ArnLike": {"aws:SourceArn": source},
                    "StringEquals": {"aws:SourceAccount": stack.account},
                },
            )
        )
