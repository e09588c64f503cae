"""Workforces and what belongs to them in memory, behind real clients.

Requests and answers are checked by botocore's model. What is known of the services' own rules is
here too: there is one workforce, and it outlives no team.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.validate import ParamValidator

from custom_resource.context import Clock, step_log
from tests.unit.fake_services import ACCOUNT, RefusedError
from tests.unit.workforce.cognito_idp import FakeCognito
from tests.unit.workforce.cognito_pools import CLIENT, NOW, POOL, REGION
from tests.unit.workforce.sns_topics import FakeTopics
from workforce.clients import Clients
from workforce.together import one_by_one

NAME = "dev"
SENDER = "labeling@example.com"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:oidc-AbCdEf"


@dataclass
class FakePeople(FakeTopics, FakeCognito):
    """All that belongs to a private workforce in one account and Region."""

    #: What DescribeWorkforce answers, by name; there is at most one.
    workforces: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: What DescribeWorkteam answers, by name.
    teams: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: SES identities, what SES says of the account, and texts of secrets.
    identities: dict[str, dict[str, Any]] = field(default_factory=dict)
    ses_account: dict[str, Any] = field(
        default_factory=lambda: {"SendingEnabled": True, "ProductionAccessEnabled": True}
    )
    secrets: dict[str, str] = field(default_factory=lambda: {SECRET: "a-secret~1.2"})
    #: When the present versions of secrets were made; before all else where it is not said.
    secret_dates: dict[str, datetime] = field(default_factory=dict)
    #: What a new workforce's status is at each look; the last one stays.
    course: tuple[str, ...] = ("Initializing", "Active")
    #: What one that is deleted shows before it is gone.
    end_course: tuple[str, ...] = ("Deleting",)
    #: Name to the statuses that its next looks show.
    ahead: dict[str, list[str]] = field(default_factory=dict)
    #: Looks at an Active workforce whose portal has no address yet.
    looks_without_address: int = 0
    #: StackStatus of all stacks.
    stack_status: str = "CREATE_IN_PROGRESS"
    #: Stack and logical id to when CloudFormation has begun or ended something with the resource,
    #: and what.
    resource_changed: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)
    #: The secret that the workforce has got.
    oidc_secret: str = ""

    def as_clients(self, *, seconds: float = 780.0) -> Clients:
        """Return real clients whose calls end here."""
        return Clients(
            client=self._client,
            client_without_retries=self._client,
            today=lambda: NOW + timedelta(seconds=self.time),
            clock=Clock(now=lambda: self.time, sleep=self._sleep, deadline=self.time + seconds),
            log=step_log("Test"),
            together=one_by_one,
        )

    # What CloudFormation, the console and people do.

    def add_workforce(self, name: str = NAME, **settings: Any) -> dict[str, Any]:
        """Put a workforce there that is Active, on the usual pool and client."""
        config = {"CognitoConfig": {"UserPool": POOL, "ClientId": CLIENT}}
        if "OidcConfig" in settings:
            config = {}
        self.workforces[name] = {
            "WorkforceName": name,
            "WorkforceArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workforce/{name}",
            "SubDomain": f"{name}0.labeling.{REGION}.sagemaker.aws",
            "Status": "Active",
            "CreateDate": self._now(),
            "LastUpdatedDate": self._now(),
            **config,
            **settings,
        }
        return self.workforces[name]

    def _now(self) -> datetime:
        return NOW + timedelta(seconds=self.time)

    def add_team(self, name: str, **settings: Any) -> None:
        """Put a work team there, and its group where the workforce has a user pool."""
        workforce = next(iter(self.workforces.values()), {})
        if ids := workforce.get("CognitoConfig"):
            self.groups[ids["UserPool"]].setdefault(name, set())
            member = {"CognitoMemberDefinition": {**ids, "UserGroup": name}}
        else:
            member = {"OidcMemberDefinition": {"Groups": [name]}}
        self.teams[name] = {
            "WorkteamName": name,
            "WorkteamArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/{name}",
            "Description": name,
            "MemberDefinitions": [member],
            **settings,
        }

    def writes(self) -> list[str]:
        """Return the operations called that change anything."""
        reading = ("Describe", "List", "Get", "AdminGet", "AdminList")
        return [name for name, _ in self.calls if not name.startswith(reading)]

    # The services.

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        http, answer = super()._answer(model, context)
        if http.status_code == 200 and model.output_shape:
            report = ParamValidator().validate(answer, model.output_shape)
            assert not report.has_errors(), report.generate_report()
        return http, copy.deepcopy(answer)

    def _list_workforces(self, parameters: dict[str, Any]) -> dict[str, Any]:
        words = parameters.get("NameContains", "")
        found = [self._look(name) for name in list(self.workforces) if words in name]
        return {"Workforces": [each for each in found if each is not None]}

    def _describe_workforce(self, parameters: dict[str, Any]) -> dict[str, Any]:
        found = self._look(parameters["WorkforceName"])
        if found is None:
            raise RefusedError("ValidationException", "No workforce found in this account.")
        return {"Workforce": found}

    def _look(self, name: str) -> dict[str, Any] | None:
        workforce = self.workforces.get(name)
        if workforce is None:
            return None
        if ahead := self.ahead.get(name):
            workforce["Status"] = ahead.pop(0)
        elif workforce["Status"] == "Deleting":
            del self.workforces[name]
            return None
        shown = dict(workforce)
        if workforce["Status"] == "Active" and self.looks_without_address:
            self.looks_without_address -= 1
            shown.pop("SubDomain")
        if workforce["Status"] == "Initializing":
            shown.pop("SubDomain")
        return shown

    def _create_workforce(self, parameters: dict[str, Any]) -> dict[str, Any]:
        if self.workforces:
            raise RefusedError(
                "ValidationException",
                f"Cannot create more than one workforce for account {ACCOUNT}. If you are trying "
                "to update existing workforce, please use UpdateWorkforce API",
            )
        name = parameters["WorkforceName"]
        settings = dict(parameters)
        if oidc := settings.get("OidcConfig"):
            settings["OidcConfig"] = {k: v for k, v in oidc.items() if k != "ClientSecret"}
            self.oidc_secret = oidc["ClientSecret"]
        made = self.add_workforce(**{"name": name, **settings, "Status": "Initializing"})
        self.ahead[name] = list(self.course)
        return {"WorkforceArn": made["WorkforceArn"]}

    def _update_workforce(self, parameters: dict[str, Any]) -> dict[str, Any]:
        workforce = self.workforces[parameters["WorkforceName"]]
        if workforce["Status"] != "Active":
            raise RefusedError("ConflictException", "The workforce is being changed")
        workforce["LastUpdatedDate"] = self._now()
        if oidc := parameters.get("OidcConfig"):
            if self.teams:
                raise RefusedError("ValidationException", "There are work teams in the workforce")
            workforce["OidcConfig"] = {k: v for k, v in oidc.items() if k != "ClientSecret"}
            self.oidc_secret = oidc["ClientSecret"]
        for name in ("SourceIpConfig", "WorkforceVpcConfig"):
            if name in parameters:
                workforce.pop(name, None)
                if any(parameters[name].values()):
                    workforce[name] = parameters[name]
        self.ahead[parameters["WorkforceName"]] = ["Updating", "Active"]
        return {"Workforce": workforce}

    def _delete_workforce(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = parameters["WorkforceName"]
        if name not in self.workforces:
            raise RefusedError("ValidationException", "No workforce found in this account.")
        if self.teams:
            raise RefusedError("ResourceInUse", "The workforce has work teams")
        self.ahead[name] = list(self.end_course)
        self.workforces[name]["Status"] = "Deleting"
        return {}

    def _list_workteams(self, parameters: dict[str, Any]) -> dict[str, Any]:
        words = parameters.get("NameContains", "")
        return {"Workteams": [team for name, team in self.teams.items() if words in name]}

    def _describe_workteam(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {"Workteam": self._team(parameters)}

    def _update_workteam(self, parameters: dict[str, Any]) -> dict[str, Any]:
        team = self._team(parameters)
        team.update(parameters)
        return {"Workteam": team}

    def _team(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = parameters["WorkteamName"]
        if name not in self.teams:
            raise RefusedError("ValidationException", f'The work team "{name}" was not there.')
        return self.teams[name]

    def _get_email_identity(self, parameters: dict[str, Any]) -> dict[str, Any]:
        if parameters["EmailIdentity"] not in self.identities:
            raise RefusedError("NotFoundException", "Email identity does not exist.")
        return self.identities[parameters["EmailIdentity"]]

    def _get_account(self, parameters: dict[str, Any]) -> dict[str, Any]:
        del parameters
        return self.ses_account

    def _get_secret_value(self, parameters: dict[str, Any]) -> dict[str, Any]:
        text = self.secrets.get(parameters["SecretId"])
        if text is None:
            raise RefusedError("ResourceNotFoundException", "there is no such secret")
        made = self.secret_dates.get(parameters["SecretId"], NOW - timedelta(days=1))
        kind = {"SecretString": text} if text else {"SecretBinary": b"not a text"}
        return {**kind, "CreatedDate": made}

    def _describe_stacks(self, parameters: dict[str, Any]) -> dict[str, Any]:
        stack = {
            "StackName": parameters["StackName"],
            "StackId": parameters["StackName"],
            "StackStatus": self.stack_status,
            "CreationTime": NOW - timedelta(days=40),
        }
        return {"Stacks": [stack]}

    def _describe_stack_resource(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = parameters["LogicalResourceId"]
        changed = self.resource_changed.get((parameters["StackName"], name))
        if changed is None:
            raise RefusedError("ValidationError", f"Resource {name} does not exist for stack")
        detail = {
            "LogicalResourceId": name,
            "ResourceType": "Custom::Workers",
            "LastUpdatedTimestamp": changed[0],
            "ResourceStatus": changed[1],
        }
        return {"StackResourceDetail": detail}
