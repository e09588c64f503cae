"""One environment of the labeling operation: three stacks with three lives."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from constructs import Construct

from ground_truth.catalogue.data_kinds import IMAGE_CORS, Cors
from ground_truth.config import Environment
from stacks.data_stack import DataStack
from stacks.labeling_stack import LabelingStack
from stacks.replacement import another_id_when_replaced
from stacks.workforce_stack import WorkforceStack

#: AWS lists no workforce among what SageMaker's actions on tags take
#: (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html).
_WITHOUT_TAGS: Final = ["AWS::SageMaker::Workforce"]


class EnvironmentStage(cdk.Stage):
    """`<environment>/Data`, `<environment>/Workforce` and `<environment>/Labeling`."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(
            scope,
            environment.name,
            env=cdk.Environment(account=environment.account, region=environment.region),
            permissions_boundary=None
            if environment.permissions_boundary is None
            else cdk.PermissionsBoundary.from_name(environment.permissions_boundary),
        )

        #: Buckets and their key.
        self.data = DataStack(
            self,
            "Data",
            description="Ground Truth labeling: data objects, manifests and labels",
            protected=environment.protected,
            bounded=environment.permissions_boundary is not None,
            cors=_cors(environment),
            email_from=environment.workforce.declared_sender,
            termination_protection=environment.protected,
        )
        #: People.
        self.workforce = WorkforceStack(
            self,
            "Workforce",
            description="Ground Truth labeling: workforce, teams and workers",
            environment=environment,
            log_key=self.data.data.key,
            termination_protection=environment.protected,
        )
        #: Jobs.
        self.labeling = LabelingStack(
            self,
            "Labeling",
            description="Ground Truth labeling: jobs",
            environment=environment,
            data=self.data.data,
            topic=self.workforce.notifications.jobs,
        )
        # SES confirms a sender before anybody is invited in its name.
        self.workforce.add_stack_dependency(self.data)
        # Jobs name their team by an ARN that is made from its name, which tells CDK nothing.
        self.labeling.add_stack_dependency(self.workforce)
        for each in self._referred_to_by_others():
            another_id_when_replaced(each)
        for key, value in environment.tags.items():
            cdk.Tags.of(self).add(key, value, exclude_resource_types=_WITHOUT_TAGS)

    def _referred_to_by_others(self) -> tuple[cdk.IResource, ...]:
        data, notifications = self.data.data, self.workforce.notifications
        return (
            data.key,
            data.input_bucket,
            data.output_bucket,
            notifications.key,
            notifications.jobs,
        )


def _cors(environment: Environment) -> tuple[Cors, ...]:
    """Return the rules that the jobs' data asks for; that of images is always there."""
    asked = {job.data_kind.cors: None for job in environment.jobs.values()}
    return tuple({IMAGE_CORS: None} | {cors: None for cors in asked if cors is not None})
