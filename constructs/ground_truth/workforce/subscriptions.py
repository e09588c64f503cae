"""Sees to it that those get mails who shall, and nobody else, beyond what CloudFormation knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs.ground_truth.custom_resource_function import given
from constructs.ground_truth.workforce.notifications import Notifications
from constructs.ground_truth.workforce.workforce_function import WorkforceFunction


class Subscriptions(Construct):
    """`Custom::Subscriptions`: requests that nobody has answered, and late confirmations.

    CloudFormation makes the subscriptions (`Notifications`), and asks each address once. The
    function makes those for which a stack has no room, and those of people whom no template names.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        notifications: Notifications,
        last_days: Mapping[str, Mapping[str, date]],
        more: Mapping[str, Sequence[str]],
        groups: Mapping[str, str] | None = None,
        user_pool_id: str | None = None,
        revision: str | None = None,
        function: WorkforceFunction,
    ) -> None:
        """Each mapping is by topic's construct id.

        `last_days` is of the addresses that have one there, `more` are addresses beyond those that
        the template subscribes, and `groups` are those of the pool whose people are told too; they
        change with the `revision` of their list.
        """
        super().__init__(scope, construct_id)

        topics, groups = notifications.topics, groups or {}
        for key, (topic, _) in topics.items():
            if more.get(key) or key in groups:
                notifications.accept_dead_letters(topic)
        policy = function.own_policy(
            self,
            "Policy",
            [
                iam.PolicyStatement(
                    # What the round goes by is the stack's own template.
                    actions=["cloudformation:GetTemplate", "cloudformation:ListStackResources"],
                    resources=[cdk.Stack.of(self).stack_id],
                ),
                iam.PolicyStatement(
                    actions=["sns:ListSubscriptionsByTopic", "sns:Subscribe"],
                    resources=[topic.topic_arn for topic, _ in topics.values()],
                ),
                iam.PolicyStatement(
                    # IAM knows no resources for these
                    # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html).
                    actions=["sns:GetSubscriptionAttributes", "sns:Unsubscribe"],
                    resources=["*"],
                ),
            ],
        )
        #: What the round comes after.
        self.resource = function.resource(
            self,
            "Subscriptions",
            "Subscriptions",
            {
                "DeadLetters": notifications.dead_letters.queue_arn,
                "UserPoolId": user_pool_id,
                "Revision": revision,
                "Topics": [
                    given(
                        {
                            "TopicArn": topic.topic_arn,
                            "Addresses": list(addresses),
                            "More": [*more.get(key, ())] or None,
                            "Group": groups.get(key),
                            "LastDays": [
                                {"Email": email, "Until": f"{day}"}
                                for email, day in sorted(last_days.get(key, {}).items())
                            ]
                            or None,
                        }
                    )
                    for key, (topic, addresses) in topics.items()
                ],
            },
        )
        self.resource.node.add_dependency(policy, *function.permissions)
