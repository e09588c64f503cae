"""People of an environment that is deployed, as the commands ask AWS for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cli.aws.people import Clients
from tests.unit.fake_services import ACCOUNT
from tests.unit.workforce.cognito_pools import CLIENT, NOW, POOL, REGION
from tests.unit.workforce.sns_topics import QUEUE, topic_arn
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import (
    STACK,
    create,
    topics_properties,
    workers_properties,
)

_QUEUE: Final = "AWS::SQS::Queue"
_QUEUE_NAME: Final = QUEUE.rpartition(":")[2]

FILE = """\
region: us-east-1
protected: false
workforce:
  create: {organization: Example Labs, support_email: labeling@example.com}
  teams:
    readers:
      description: Reads
      workers: [ana@example.com, bo@example.com, cy@example.com]
"""
ANA, BO, CY = "ana@example.com", "bo@example.com", "cy@example.com"


@dataclass
class DeployedPeople(FakePeople):
    """Cognito and the stack `dev-Workforce`, with the topics of those who were told of."""

    stack_status: str = "UPDATE_COMPLETE"
    #: The properties of the workers, once they are deployed.
    deployed: dict[str, Any] = field(default_factory=dict)
    #: The properties of the subscriptions, once there are any.
    deployed_topics: dict[str, Any] = field(default_factory=dict)
    #: When a deployment has last begun; None for the first.
    updated: datetime | None = None

    def deploy(self, emails: Sequence[str], last_days: Mapping[str, str] | None = None) -> None:
        """Deploy these people, who confirm their notices, and forget the calls."""
        self.add_pool()
        self.groups[POOL] = {"dev-readers": set(), "dev-workers": set()}
        self.name_people(emails, last_days)
        create(self, "Workers", self.deployed)
        for email in emails:
            self.subscribe(email)
            self.confirm(email)
        self.requests.clear()
        self.calls.clear()

    def name_people(
        self, emails: Sequence[str], last_days: Mapping[str, str] | None = None
    ) -> None:
        """Let the deployed template name these people, and nothing else happen."""
        days = last_days or {}
        self.deployed = workers_properties(*emails)
        for member in self.deployed["Members"]:
            member |= {"Until": days[member["Email"]]} if member["Email"] in days else {}
        self.deployed_topics = topics_properties(*emails, last_days=days)

    def delete_by_hand(self, email: str) -> None:
        """Delete an account as the console does."""
        self._admin_delete_user({"UserPoolId": POOL, "Username": self.name_of(email)})

    def services(self) -> Clients:
        """Return clients that end here, for which nobody waits."""
        return Clients(
            cloudformation=self._client("cloudformation"),
            cognito=self._client("cognito-idp"),
            mailer=self._client("cognito-idp"),
            sns=self._client("sns"),
            notifier=self._client("sns"),
            sleep=self._sleep,
        )

    def _describe_stacks(self, parameters: dict[str, Any]) -> dict[str, Any]:
        (stack,) = super()._describe_stacks(parameters)["Stacks"]
        outputs = {"PortalUrl": "https://portal", "UserPoolId": POOL, "ClientId": CLIENT}
        stack["StackId"] = STACK
        if self.updated is not None:
            stack["LastUpdatedTime"] = self.updated
        stack["Outputs"] = [
            {"OutputKey": key, "OutputValue": value} for key, value in outputs.items()
        ]
        return {"Stacks": [stack]}

    def _list_stack_resources(self, parameters: dict[str, Any]) -> dict[str, Any]:
        del parameters
        ids = {
            "Pool": ("AWS::Cognito::UserPool", POOL),
            "Topic": ("AWS::SNS::Topic", topic_arn("readers")),
            "Queue": (_QUEUE, f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{_QUEUE_NAME}"),
        }
        if not self.deployed_topics:
            ids = {}
        return {
            "StackResourceSummaries": [
                {
                    "LogicalResourceId": name,
                    "PhysicalResourceId": physical_id,
                    "ResourceType": kind,
                    "LastUpdatedTimestamp": NOW,
                    "ResourceStatus": "CREATE_COMPLETE",
                }
                for name, (kind, physical_id) in ids.items()
            ]
        }

    def _get_topic_attributes(self, parameters: dict[str, Any]) -> dict[str, Any]:
        del parameters
        return {"Attributes": {"DisplayName": "Labeling work for dev-readers"}}

    def _get_template(self, parameters: dict[str, Any]) -> dict[str, Any]:
        del parameters
        properties = {**self.deployed, "UserPoolId": {"Fn::ImportValue": "dev-UserPoolId"}}
        workers = {"Type": "Custom::Workers", "Properties": properties}
        resources: dict[str, Any] = {"Workers": workers} if self.deployed else {}
        if self.deployed_topics:
            (topic,) = self.deployed_topics["Topics"]
            properties = {
                **self.deployed_topics,
                "DeadLetters": {"Fn::GetAtt": ["Queue", "Arn"]},
                "Topics": [{**topic, "TopicArn": {"Ref": "Topic"}}],
            }
            resources |= {
                "Queue": {"Type": _QUEUE},
                "Subscriptions": {"Type": "Custom::Subscriptions", "Properties": properties},
            }
        return {"TemplateBody": json.dumps({"Resources": resources})}
