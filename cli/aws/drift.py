"""What of an environment's stacks is not as its templates say, as CloudFormation finds it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from cli.errors import CommandError

_STACKS: Final = ("Data", "Workforce", "Labeling")
#: Seconds between two looks at a detection, and for all of it: it takes some minutes at most
#: (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/detect-drift-stack.html).
_PAUSE: Final = 2.0
_PATIENCE: Final = 1200.0


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A property that is not as it should be; `path` is a JSON pointer into the properties."""

    path: str
    expected: Any
    actual: Any


@dataclass(frozen=True, kw_only=True)
class Drifted:
    """A resource that was changed or deleted outside of CloudFormation."""

    stack: str
    #: Its name in the template.
    resource: str
    kind: str
    physical_id: str
    #: MODIFIED or DELETED.
    status: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack as it is deployed."""

    name: str
    template: Mapping[str, Any]
    outputs: Mapping[str, str]
    #: Physical ids, by the resources' names in the template.
    ids: Mapping[str, str]
    #: The types that CloudFormation has not compared: most can't be.
    not_checked: frozenset[str]

    def of_kind(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the names and properties of the resources of a type, as the template has them."""
        for name, resource in self.template.get("Resources", {}).items():
            if resource["Type"] == kind:
                yield name, resource.get("Properties", {})


def stack_names(environment: str) -> list[str]:
    """Return the names of an environment's stacks."""
    return [f"{environment}-{stack}" for stack in _STACKS]


def existing(cloudformation: Any) -> dict[str, str]:
    """Return the names of all stacks of the account in the Region, with their statuses."""
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    return {each["StackName"]: each["StackStatus"] for page in pages for each in page["Stacks"]}


def detect(
    stack: str, cloudformation: Any, *, sleep: Callable[[float], None] = time.sleep
) -> list[Drifted]:
    """Let CloudFormation compare a stack, and return what differs.

    Raises CommandError if it can't say for all resources, and botocore's ClientError.
    """
    started = cloudformation.detect_stack_drift(StackName=stack)
    _await(stack, started["StackDriftDetectionId"], cloudformation, sleep)
    return [_drifted(stack, each) for each in _pages(stack, cloudformation)]


def read(stack: str, cloudformation: Any) -> Stack:
    """Return a stack as it is deployed."""
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    body = cloudformation.get_template(StackName=stack)["TemplateBody"]
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    resources = [each for page in pages for each in page["StackResourceSummaries"]]
    return Stack(
        name=stack,
        # The SDK reads JSON; YAML comes as it is.
        template=yaml.safe_load(body) if isinstance(body, str) else body,
        outputs={each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])},
        ids={each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in resources},
        not_checked=frozenset(
            each["ResourceType"]
            for each in resources
            if each.get("DriftInformation", {}).get("StackResourceDriftStatus") == "NOT_CHECKED"
        ),
    )


def _await(stack: str, detection: str, cloudformation: Any, sleep: Callable[[float], None]) -> None:
    for _ in range(int(_PATIENCE / _PAUSE)):
        found = cloudformation.describe_stack_drift_detection_status(
            StackDriftDetectionId=detection
        )
        if found["DetectionStatus"] == "DETECTION_COMPLETE":
            return
        if found["DetectionStatus"] == "DETECTION_FAILED":
            raise CommandError(
                f"CloudFormation could not compare all of {stack}:"
                f" {found.get('DetectionStatusReason', 'it gives no reason')}; the credentials"
                " must be allowed to read each resource"
            )
        sleep(_PAUSE)
    raise CommandError(
        f"CloudFormation did not compare {stack} within {_PATIENCE:.0f} s; try again"
    )


def _pages(stack: str, cloudformation: Any) -> Iterator[Mapping[str, Any]]:
    request = {"StackName": stack, "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"]}
    while True:
        page = cloudformation.describe_stack_resource_drifts(**request)
        yield from page["StackResourceDrifts"]
        if "NextToken" not in page:
            return
        request["NextToken"] = page["NextToken"]


def _drifted(stack: str, found: Mapping[str, Any]) -> Drifted:
    return Drifted(
        stack=stack,
        resource=found["LogicalResourceId"],
        kind=found["ResourceType"],
        physical_id=found.get("PhysicalResourceId", ""),
        status=found["StackResourceDriftStatus"],
        differences=tuple(
            Difference(
                path=each["PropertyPath"],
                expected=_value(each["ExpectedValue"]),
                actual=_value(each["ActualValue"]),
            )
            for each in found.get("PropertyDifferences", [])
        ),
    )


def _value(text: str) -> Any:
    """Return what CloudFormation shows as a text: lists and objects are JSON."""
    try:
        return json.loads(text) if text.startswith(("[", "{")) else text
    except ValueError:
        return text
