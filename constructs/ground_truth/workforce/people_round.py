"""What happens to people without a deployment: each hour, by the clock."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct, IDependable

from constructs.ground_truth.workforce.workforce_function import WorkforceFunction


class PeopleRound(Construct):
    """An EventBridge rule that lets the function of people look at what is deployed.

    Last days end, and so do subscriptions that were confirmed after their address had left the
    file: SNS lets nobody end them earlier.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: WorkforceFunction,
        after: IDependable,
    ) -> None:
        super().__init__(scope, construct_id)

        rule = events.Rule(
            self,
            "Rule",
            description="Ends last days, and subscriptions that were confirmed too late",
            schedule=events.Schedule.rate(cdk.Duration.hours(1)),
            targets=[
                targets.LambdaFunction(
                    function.function,
                    event=events.RuleTargetInput.from_object(
                        {"Round": {"StackId": cdk.Stack.of(self).stack_id}}
                    ),
                    # The next one does what this one has not.
                    max_event_age=cdk.Duration.minutes(10),
                    retry_attempts=2,
                )
            ],
        )
        rule.node.add_dependency(after)
