"""The role that deploys, with bootstrap/policies.yaml, less an action where asked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from cli.aws.policy_documents import Parameters
from cli.aws.policy_parameters import text
from constructs.ground_truth.data.key_grants import ADMINISTRATION
from local.aws import ROOT, LocalAws

POLICIES: Final = ROOT / "bootstrap" / "policies.yaml"
_ROLE: Final = "deployer"
_TRUST: Final = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "cloudformation.amazonaws.com"},
        }
    ]
}


class Deployer:
    """Deploys small stacks of local AWS with a role of its own, straight through CloudFormation."""

    def __init__(
        self, aws: LocalAws, environment: str, parameters: Parameters | None = None
    ) -> None:
        #: What a program needs to work with this AWS.
        self.variables = aws.environment
        self._cloudformation = aws.client("cloudformation")
        self._iam = aws.client("iam")
        self._environment = environment
        self._account = aws.account
        outputs = self._declare_policies({"Environment": environment, **(parameters or {})})
        #: ARNs of the policies that `cdk bootstrap` is given.
        self.policies = outputs["ExecutionPolicies"].split(",")
        #: The ARN of the most that roles may do.
        self.boundary = f"arn:aws:iam::{aws.account}:policy/{outputs['PermissionsBoundary']}"
        self._documents = {arn: self.document(arn) for arn in self.policies}
        role = self._iam.create_role(RoleName=_ROLE, AssumeRolePolicyDocument=json.dumps(_TRUST))[
            "Role"
        ]
        self._role = role["Arn"]
        for arn in self.policies:
            self._iam.attach_role_policy(RoleName=_ROLE, PolicyArn=arn)

    @property
    def statements(self) -> list[dict[str, Any]]:
        """All that the policies say."""
        return [each for document in self._documents.values() for each in document["Statement"]]

    @property
    def actions(self) -> set[str]:
        """All that the policies allow."""
        return {action for each in self.statements for action in _listed(each["Action"])}

    @contextmanager
    def without(self, action: str, *, place: str = "") -> Iterator[None]:
        """Take an action out of the policies for a while, or of the resources with `place`."""
        for arn, document in self._documents.items():
            self._write(arn, _less(document, action, place))
        try:
            yield
        finally:
            for arn, document in self._documents.items():
                self._write(arn, document)

    def create(self, name: str, resources: Mapping[str, Any]) -> str:
        """Make a stack; return what went wrong, or nothing."""
        return self._do(self._cloudformation.create_stack, name, resources)

    def update(self, name: str, resources: Mapping[str, Any]) -> str:
        """Change a stack; return what went wrong, or nothing."""
        return self._do(self._cloudformation.update_stack, name, resources)

    def delete(self, name: str) -> str:
        """Delete a stack; return what went wrong, or nothing."""
        return self._do(self._cloudformation.delete_stack, name)

    def clear(self, name: str) -> None:
        """Delete a stack with everybody's rights, whatever has kept it from going."""
        mighty = "arn:aws:iam::aws:policy/AdministratorAccess"
        self._iam.attach_role_policy(RoleName=_ROLE, PolicyArn=mighty)
        if self._describe(self._name(name))["StackStatus"] != "DELETE_COMPLETE":
            self.delete(name)
        self._iam.detach_role_policy(RoleName=_ROLE, PolicyArn=mighty)

    def _do(self, operation: Any, name: str, resources: Mapping[str, Any] | None = None) -> str:
        stack_id = self._describe(self._name(name)).get("StackId")
        before = len(self._events(stack_id)) if stack_id else 0
        request: dict[str, Any] = {"StackName": self._name(name), "RoleARN": self._role}
        if resources is not None:
            request["TemplateBody"] = json.dumps({"Resources": resources})
            request["Capabilities"] = ["CAPABILITY_IAM"]
        stack_id = operation(**request).get("StackId", stack_id)
        while self._describe(stack_id)["StackStatus"].endswith("_IN_PROGRESS"):
            time.sleep(0.02)
        events = self._events(stack_id)  # the last one first
        return "\n".join(
            event.get("ResourceStatusReason", "")
            for event in events[: len(events) - before]
            if event["ResourceStatus"].endswith("_FAILED")
        )

    def _describe(self, stack: str) -> Any:
        try:
            (found,) = self._cloudformation.describe_stacks(StackName=stack)["Stacks"]
        except self._cloudformation.exceptions.ClientError:
            return {"StackStatus": "DELETE_COMPLETE"}
        return found

    def _events(self, stack_id: str) -> list[Any]:
        pages = self._cloudformation.get_paginator("describe_stack_events")
        return [
            event for page in pages.paginate(StackName=stack_id) for event in page["StackEvents"]
        ]

    def _declare_policies(self, parameters: Parameters) -> dict[str, str]:
        name = f"GroundTruth-{self._environment}"
        self._cloudformation.create_stack(
            StackName=name,
            TemplateBody=POLICIES.read_text(),
            Parameters=[
                {"ParameterKey": name, "ParameterValue": text(value)}
                for name, value in parameters.items()
            ],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        waiter = self._cloudformation.get_waiter("stack_create_complete")
        waiter.wait(StackName=name, WaiterConfig={"Delay": 1})
        (stack,) = self._cloudformation.describe_stacks(StackName=name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def document(self, arn: str) -> dict[str, Any]:
        """Return a managed policy as it stands."""
        version = self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = self._iam.get_policy_version(PolicyArn=arn, VersionId=version)
        document: dict[str, Any] = found["PolicyVersion"]["Document"]
        return document

    def _write(self, arn: str, document: Mapping[str, Any]) -> None:
        before = self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        self._iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True
        )
        self._iam.delete_policy_version(PolicyArn=arn, VersionId=before)

    def _name(self, name: str) -> str:
        return f"{self._environment}-{name}"

    def key_policy(self, *, without: str = "") -> dict[str, Any]:
        """Return the policy of a key that says itself who deploys it, less an action."""
        administration = [each for each in ADMINISTRATION if each != without]
        whole = {"AWS": f"arn:aws:iam::{self._account}:root"}
        statements = [
            {"Principal": whole, "Action": "kms:*"},
            {"Principal": {"AWS": self._role}, "Action": administration},
        ]
        return {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Resource": "*", **each} for each in statements],
        }


def _less(document: Mapping[str, Any], action: str, place: str) -> dict[str, Any]:
    statements = []
    for statement in document["Statement"]:
        actions = _listed(statement["Action"])
        others = [each for each in actions if each != action]
        statements.append({**statement, "Action": others})
        if place and others != actions:
            elsewhere = [each for each in _listed(statement["Resource"]) if place not in each]
            statements.append({**statement, "Action": action, "Resource": elsewhere})
    return {
        **document,
        "Statement": [each for each in statements if each["Action"] and each["Resource"]],
    }


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
