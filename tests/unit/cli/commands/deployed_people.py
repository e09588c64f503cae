"""People of an environment that is deployed, as the commands ask AWS for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cli.aws.people import Clients
from tests.unit.workforce.cognito_pools import CLIENT, POOL
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import STACK, create, workers_properties

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
    """Cognito and the stack `dev-Workforce`, which has no topics."""

    stack_status: str = "UPDATE_COMPLETE"
    #: The properties of the workers, once they are deployed.
    deployed: dict[str, Any] = field(default_factory=dict)

    def deploy(self, emails: Sequence[str]) -> None:
        """Deploy these people, and forget the calls."""
        self.add_pool()
        self.groups[POOL] = {"dev-readers": set(), "dev-workers": set()}
        self.deployed = workers_properties(*emails)
        create(self, "Workers", self.deployed)
        self.calls.clear()

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
            sleep=self._sleep,
        )

    def _describe_stacks(self, parameters: dict[str, Any]) -> dict[str, Any]:
        (stack,) = super()._describe_stacks(parameters)["Stacks"]
        outputs = {"PortalUrl": "https://portal", "UserPoolId": POOL, "ClientId": CLIENT}
        stack["StackId"] = STACK
        stack["Outputs"] = [
            {"OutputKey": key, "OutputValue": value} for key, value in outputs.items()
        ]
        return {"Stacks": [stack]}

    def _list_stack_resources(self, parameters: dict[str, Any]) -> dict[str, Any]:
        del parameters
        return {"StackResourceSummaries": []}

    def _get_template(self, parameters: dict[str, Any]) -> dict[str, Any]:
        del parameters
        properties = {**self.deployed, "UserPoolId": {"Ref": "Pool"}}
        workers = {"Type": "Custom::Workers", "Properties": properties}
        resources = {"Workers": workers} if self.deployed else {}
        return {"TemplateBody": json.dumps({"Resources": resources})}
