"""What is deployed of people, as the stack's own template says it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from workforce.event import Event

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

    from workforce.clients import Clients

#: Of a stack in such a state, template and resources say the same (botocore: StackStatus).
_SETTLED: Final = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"}
)
#: Outputs that stand for properties which may be of another stack.
_OUTPUTS: Final = ("UserPoolId",)


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A stack of people that nothing is being done to."""

    stack: StackTypeDef
    resources: Mapping[str, Mapping[str, Any]]
    #: Logical to physical id.
    ids: Mapping[str, str]

    def events(self, kind: str) -> Iterator[Event]:
        """Yield an event for each resource of a type, as a Create with what is deployed."""
        outputs = {each["OutputKey"]: each["OutputValue"] for each in self.stack.get("Outputs", [])}
        for name, resource in self.resources.items():
            if resource["Type"] != kind:
                continue
            properties = self._resolved(resource.get("Properties", {}))
            properties |= {key: outputs[key] for key in _OUTPUTS if key in outputs}
            yield Event(
                # As for a Create, nothing depends on what a deployment before has done.
                kind="Create",
                stack_id=self.stack["StackId"],
                logical_id=name,
                physical_id=None,
                properties=properties,
                before={},
            )

    def _resolved(self, value: Any) -> Any:
        """Put physical ids, and the ARNs of queues, in the place of references."""
        if isinstance(value, list):
            return [self._resolved(each) for each in value]
        if not isinstance(value, Mapping):
            return value
        if [*value] == ["Ref"] and value["Ref"] in self.ids:
            return self.ids[value["Ref"]]
        if [*value] == ["Fn::GetAtt"] and self._is_queue(value["Fn::GetAtt"]):
            _, partition, _, region, account, _ = self.stack["StackId"].split(":", 5)
            name = self.ids[value["Fn::GetAtt"][0]].rpartition("/")[2]
            return f"arn:{partition}:sqs:{region}:{account}:{name}"
        return {key: self._resolved(each) for key, each in value.items()}

    def _is_queue(self, attribute: object) -> bool:
        if not isinstance(attribute, list) or attribute[1:] != ["Arn"]:
            return False
        return self.resources.get(attribute[0], {}).get("Type") == "AWS::SQS::Queue"


def deployed(stack_id: str, aws: Clients) -> Deployed | None:
    """Return what is deployed; None while a deployment is under way, or after one that failed."""
    stack = _stack(stack_id, aws)
    if stack["StackStatus"] not in _SETTLED:
        return None
    body: Any = aws.cloudformation.get_template(StackName=stack_id)["TemplateBody"]
    template = json.loads(body) if isinstance(body, str) else body
    pages = aws.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_id)
    found = Deployed(
        stack=stack,
        resources=template["Resources"],
        ids={
            each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
            for page in pages
            for each in page["StackResourceSummaries"]
        },
    )
    return found if is_current(found, aws) else None


def is_current(found: Deployed, aws: Clients) -> bool:
    """Say whether nothing was begun with the stack since then."""
    now = _stack(found.stack["StackId"], aws)
    return (now["StackStatus"], now.get("LastUpdatedTime")) == (
        found.stack["StackStatus"],
        found.stack.get("LastUpdatedTime"),
    )


def _stack(stack_id: str, aws: Clients) -> StackTypeDef:
    (stack,) = aws.cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    return stack
