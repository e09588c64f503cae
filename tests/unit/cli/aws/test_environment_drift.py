"""A stack that can't be compared is named, and the others are compared all the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from cli.aws.environment_drift import EnvironmentDrift, environment_drift
from cli.errors import CommandError
from ground_truth.config import Environment
from tests.environments import shipped
from tests.unit.fake_services import FakeServices, RefusedError

_NOW: Final = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
_WELL: Final = "CREATE_COMPLETE"
_ENVIRONMENT: Final[Environment] = shipped("dev")


@dataclass
class Aws(FakeServices):
    """CloudFormation with stacks, in each of which a key was changed by hand."""

    #: Name → status.
    stacks: dict[str, str] = field(default_factory=dict)

    def find(self) -> EnvironmentDrift:
        """Return what the command finds."""
        return environment_drift(
            _ENVIRONMENT,
            self._client("cloudformation"),
            self._client("cognito-idp"),
            say=lambda _: None,
            sleep=self._sleep,
        )

    def _describe_stacks(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {
            "Stacks": [
                {"StackName": name, "StackStatus": status, "CreationTime": _NOW}
                for name, status in self.stacks.items()
                if name == parameters.get("StackName", name)
            ]
        }

    def _detect_stack_drift(self, parameters: dict[str, Any]) -> dict[str, Any]:
        if self.stacks[parameters["StackName"]] != _WELL:
            raise RefusedError("ValidationError", "not in this state")
        return {"StackDriftDetectionId": parameters["StackName"]}

    def _describe_stack_drift_detection_status(self, parameters: dict[str, Any]) -> dict[str, Any]:
        del parameters
        return {"DetectionStatus": "DETECTION_COMPLETE"}

    def _describe_stack_resource_drifts(self, parameters: dict[str, Any]) -> dict[str, Any]:
        drift = {
            "StackId": parameters["StackName"],
            "LogicalResourceId": "Key",
            "ResourceType": "AWS::KMS::Key",
            "StackResourceDriftStatus": "MODIFIED",
            "Timestamp": _NOW,
            "PropertyDifferences": [
                {
                    "PropertyPath": "/EnableKeyRotation",
                    "ExpectedValue": "true",
                    "ActualValue": "false",
                }
            ],
        }
        return {"StackResourceDrifts": [drift]}

    def _get_template(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"TemplateBody": {"Resources": {}}}

    def _list_stack_resources(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"StackResourceSummaries": []}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("ROLLBACK_COMPLETE", "`ground-truth deploy dev` makes it anew"),
        ("ROLLBACK_FAILED", "`ground-truth deploy dev` makes it anew"),
        ("DELETE_FAILED", "`ground-truth destroy dev` again"),
        ("UPDATE_IN_PROGRESS", "wait until CloudFormation has ended"),
        ("A_STATUS_OF_TOMORROW", "then try again"),
    ],
)
@pytest.mark.parametrize("odd", ["dev-Data", "dev-Workforce", "dev-Labeling"])
def test_of_a_stack_in_a_state_without_drift_the_others_are_told(
    odd: str, status: str, words: str
) -> None:
    names = ["dev-Data", "dev-Workforce", "dev-Labeling"]

    found = Aws(stacks=dict.fromkeys(names, _WELL) | {odd: status}).find()

    assert [each.stack for each in found.drifted] == [name for name in names if name != odd]
    (left,) = found.not_compared
    assert (left.stack, left.status) == (odd, status)
    assert words in left.to_do


def test_a_refusal_that_a_stack_s_state_does_not_explain_is_raised() -> None:
    aws = Aws(stacks={"dev-Data": _WELL})
    aws.refuse("DetectStackDrift", "AccessDenied", "not authorized")

    with pytest.raises(ClientError, match="not authorized"):
        aws.find()


def test_a_detection_that_fails_is_told_beside_the_others() -> None:
    aws = Aws(stacks={"dev-Data": _WELL, "dev-Workforce": _WELL})
    aws.disturb("DescribeStackDriftDetectionStatus", CommandError("could not compare it"))

    found = aws.find()

    assert [each.stack for each in found.not_compared] == ["dev-Data"]
    assert "dev-Workforce" in {each.stack for each in found.drifted}


def test_where_nothing_is_deployed_it_is_said() -> None:
    with pytest.raises(CommandError, match="expected the stack dev-Data in us-east-1, got none"):
        Aws(stacks={"stage-Data": _WELL}).find()
