"""CloudFormation stacks of local AWS, without the CDK CLI."""

from __future__ import annotations

import json
from typing import Any

from local.aws import LocalAws


def deploy(aws: LocalAws, name: str, template: dict[str, Any]) -> dict[str, str]:
    """Create or update a stack, and return its outputs; WaiterError if that fails."""
    formation = aws.client("cloudformation")
    known = [stack["StackName"] for stack in formation.describe_stacks()["Stacks"]]
    operation = formation.update_stack if name in known else formation.create_stack
    done = "stack_update_complete" if name in known else "stack_create_complete"
    capabilities = ["CAPABILITY_IAM"]
    operation(StackName=name, TemplateBody=json.dumps(template), Capabilities=capabilities)
    formation.get_waiter(done).wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    stack = formation.describe_stacks(StackName=name)["Stacks"][0]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}


def delete(aws: LocalAws, name: str) -> None:
    """Delete a stack; WaiterError if that fails."""
    formation = aws.client("cloudformation")
    formation.delete_stack(StackName=name)
    waiter = formation.get_waiter("stack_delete_complete")
    waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})


def reasons(aws: LocalAws, name: str) -> list[str]:
    """Return why resources of a stack failed."""
    formation = aws.client("cloudformation")
    events = formation.describe_stack_events(StackName=name)["StackEvents"]
    return [each["ResourceStatusReason"] for each in events if each.get("ResourceStatusReason")]
