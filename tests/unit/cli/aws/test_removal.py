"""What is in the way of a removal is said before anything goes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest

from cli.aws.removal import check_removal
from cli.errors import CommandError
from ground_truth.config import Environment
from tests.environments import shipped
from tests.unit.fake_services import ACCOUNT, FakeServices, RefusedError

_WHEN = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)


@dataclass
class Aws(FakeServices):
    """CloudFormation with some stacks."""

    stacks: list[str] = field(default_factory=lambda: ["local-Data", "local-Workforce"])
    #: Export to the stacks that import it.
    imports: dict[str, list[str]] = field(default_factory=lambda: {"local-WorkforceName": []})

    def check(self, environment: Environment) -> None:
        check_removal(environment, self._client("cloudformation"))

    def _describe_stacks(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "Stacks": [
                {"StackName": name, "StackStatus": "CREATE_COMPLETE", "CreationTime": _WHEN}
                for name in self.stacks
            ]
        }

    def _list_exports(self, _: dict[str, Any]) -> dict[str, Any]:
        owner = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/local-Workforce/0a"
        return {
            "Exports": [
                {"ExportingStackId": owner, "Name": name, "Value": "local"} for name in self.imports
            ]
        }

    def _list_imports(self, parameters: dict[str, Any]) -> dict[str, Any]:
        found = self.imports[parameters["ExportName"]]
        if not found:
            raise RefusedError("ValidationError", "is not imported by any stack.")
        return {"Imports": found}


def test_an_environment_that_nobody_uses_may_go() -> None:
    Aws().check(shipped("local"))


def test_where_nothing_is_deployed_nothing_is_said_to_go() -> None:
    with pytest.raises(CommandError, match="nothing of local is deployed in us-east-1"):
        Aws(stacks=["dev-Data", "local-web"]).check(shipped("local"))


def test_a_workforce_that_others_share_does_not_go() -> None:
    aws = Aws(imports={"local-WorkforceName": ["stage-Workforce"], "local-UserPoolId": []})

    with pytest.raises(CommandError, match="uses the workforce of local, in stage-Workforce"):
        aws.check(shipped("local"))


def test_what_stays_may_be_shared() -> None:
    aws = Aws(imports={"local-WorkforceName": ["stage-Workforce"]})

    aws.check(shipped("local").model_copy(update={"protected": True}))
