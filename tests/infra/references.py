"""Names in the place of a template's references, the same ones each time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.plan.assembly import AssembledEnvironment, Resource
from tests.unit.fake_services import ACCOUNT


@dataclass(frozen=True)
class Resolver:
    """Puts names in the place of references, as CloudFormation puts what AWS has made."""

    environment: AssembledEnvironment

    def resolve(self, resource: Resource) -> Any:
        """Return a resource's properties; a reference becomes `Data.DataKey0C3B.Arn`."""
        return self.of(resource.properties, resource.stack)

    def of(self, value: Any, stack: str) -> Any:
        """Return a value of a template of `stack`."""
        if isinstance(value, list):
            return [self.of(each, stack) for each in value]
        if not isinstance(value, Mapping):
            return value
        if not is_reference(value):
            return {name: self.of(each, stack) for name, each in value.items()}
        ((name, content),) = value.items()
        if name == "Fn::Join":
            return content[0].join(str(self.of(each, stack)) for each in content[1])
        if name == "Fn::GetStackOutput":
            # What it is called on the way from stack to stack is nobody's concern.
            other = next(
                each
                for each in self.environment.stacks.values()
                if each.name == content["StackName"]
            )
            return self.of(other.template["Outputs"][content["OutputName"]]["Value"], other.key)
        if name == "Ref" and content.startswith("AWS::"):
            return {"AWS::AccountId": ACCOUNT, "AWS::Partition": "aws"}.get(content, content)
        if name in ("Ref", "Fn::GetAtt"):
            return ".".join([stack, *([content] if name == "Ref" else content)])
        return json.dumps(value, sort_keys=True)


def is_reference(value: Mapping[str, Any]) -> bool:
    """Say whether a mapping is one of CloudFormation's functions."""
    return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))
