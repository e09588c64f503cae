"""Lets CloudFormation do only what AWS's does, and what the role passed to it may do."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from local.ground_truth.cloud import Denied
from local.services.iam import Rights
from local.services.internals import module

_TABLE: Final = Path(__file__).parents[1] / "deployment_permissions.yaml"
_LINE: Final = re.compile(
    r"(?P<action>\S+)(?: (?!if )(?P<resource>\S+))?(?: if (?P<property>\w+))?"
)
#: Whom a role is passed to.
_SERVICES: Final = {
    "AWS::Events::Rule": "events.amazonaws.com",
    "AWS::Lambda::Function": "lambda.amazonaws.com",
}
_ROLE: Final = "AWS::IAM::Role"
_CUSTOM: Final = ("Custom::", "AWS::CloudFormation::CustomResource")
#: AWS's own words.
_OTHER_FUNCTION: Final = "Modifying service token is not allowed."
#: What the answer about a stack says while it is being worked on.
_BUSY: Final = re.compile(rb"<StackStatus>(?!REVIEW_)\w+_IN_PROGRESS<")
#: The seconds after which such a question is answered anyhow: before clients give up.
_PATIENCE: Final = 20.0
#: Types that are nothing in an account.
_NOTHING: Final = ("AWS::CDK::Metadata", "AWS::CloudFormation::")


class Deployments:
    """CloudFormation of MiniStack, which by itself does everything as the account's root.

    What is asked of a role stands in deployment_permissions.yaml. A role is bound to a stack from
    the call that passes it on; a stack without one is made with everybody's rights.
    """

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._iam = module("services.iam")
        self._stacks = module("services.cloudformation.stacks")
        self._requests = module("services.cloudformation.handlers")
        self._provisioners = module("services.cloudformation.provisioners")
        self._table: dict[str, dict[str, Any]] = yaml.safe_load(_TABLE.read_text())
        self._role_of: dict[str, str] = {}

    def install(self) -> None:
        """Ask before each resource is made, changed and deleted, and keep a role's boundary."""
        self._keep_service_tokens()
        self._answer_when_there_is_news()
        operations = self._requests._ACTION_HANDLERS
        for operation in ("CreateChangeSet", "CreateStack", "DeleteStack", "UpdateStack"):
            operations[operation] = self._noting_the_role(operations[operation])
        stacks = self._stacks
        provision = stacks._provision_resource
        update = stacks._update_resource
        delete = stacks._delete_resource

        def provision_if_allowed(kind: str, logical_id: str, new: Any, stack: str) -> Any:
            name = self._provisioners._physical_name(stack, logical_id)
            for each, operation in (("every-stack", "create"), (kind, "create"), (kind, "read")):
                self._require(stack, each, operation, name, new)
            made = provision(kind, logical_id, new, stack)
            self._bound(kind, made[0], new)
            return made

        def update_if_allowed(
            kind: str, physical_id: str, old: Any, new: Any, stack: str, *more: Any
        ) -> Any:
            if old != new:
                for operation in ("update", "read"):
                    self._require(stack, kind, operation, physical_id, new)
            made = update(kind, physical_id, old, new, stack, *more)
            self._bound(kind, made[0], new)
            return made

        def delete_if_allowed(
            kind: str, physical_id: str, old: Any, stack: str | None = None, *more: Any
        ) -> None:
            self._require(stack or "", kind, "delete", physical_id, old)
            delete(kind, physical_id, old, stack, *more)

        stacks._provision_resource = provision_if_allowed
        stacks._update_resource = update_if_allowed
        stacks._delete_resource = delete_if_allowed

    def _keep_service_tokens(self) -> None:
        """Refuse a custom resource another function than the one that has made it, as AWS does.

        Neither function is asked, so that the rollback has nothing to send back to the resource.
        """
        refusal = self._provisioners._custom_named_replacement_error

        def refusal_or_token(kind: str, old: Any, new: Any, *more: Any) -> Any:
            if kind.startswith(_CUSTOM) and old.get("ServiceToken") != new.get("ServiceToken"):
                return _OTHER_FUNCTION
            return refusal(kind, old, new, *more)

        for each in (self._provisioners, self._stacks):
            each._custom_named_replacement_error = refusal_or_token

    def _answer_when_there_is_news(self) -> None:
        """Hold the answer about a stack until it is done: the CDK command sleeps for 5 s between.

        A small stack takes a tenth of that.
        """
        services = module("app").SERVICE_HANDLERS
        handle = services["cloudformation"]

        async def answer(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
            about_one = b"Action=DescribeStacks" in body and b"StackName=" in body
            # Our functions ask while the stack waits for them.
            about_one &= "ground-truth-cdk" not in headers.get("user-agent", "")
            deadline = time.monotonic() + (_PATIENCE if about_one else 0)
            while True:
                found = await handle(method, path, headers, body, query)
                if time.monotonic() > deadline or not _BUSY.search(found[2]):
                    return found
                await asyncio.sleep(0.02)

        services["cloudformation"] = answer

    def _noting_the_role(self, handler: Any) -> Any:
        def handle(parameters: Any) -> Any:
            role = self._requests._p(parameters, "RoleARN")
            # A name, or an ARN in which it is the second part.
            stack = self._requests._p(parameters, "StackName").split("/")
            if role:
                self._role_of[stack[1] if len(stack) > 1 else stack[0]] = role
            return handler(parameters)

        return handle

    def _bound(self, kind: str, name: str, properties: Any) -> None:
        """Keep `PermissionsBoundary` of a role, which MiniStack's handler ignores."""
        if kind != _ROLE:
            return
        account = self._rights.current_scope().account
        record = self._iam._roles.get_scoped(account, None, name)
        record["PermissionsBoundary"] = properties.get("PermissionsBoundary")

    def _require(self, stack: str, kind: str, operation: str, name: str, properties: Any) -> None:
        """Raise ValueError, CloudFormation's reason, unless the stack's role may do all of it."""
        role = self._role_of.get(stack)
        if role is None or kind.startswith(_NOTHING):
            return
        scope = self._rights.current_scope()
        entry = self._entry(kind)
        name, own = _name(properties.get(entry.get("name", "")) or name)
        for action, resource in _needed(entry.get(operation, ()), properties):
            arn = (resource or own or entry["arn"]).format(
                partition="aws",
                account=scope.account,
                region=scope.region,
                name=name.lower() if kind.startswith("AWS::S3::") else name,
                stack=stack,
            )
            context = _context(kind, action, arn, properties)
            try:
                self._rights.require(scope, role, action, arn, context)
            except Denied as denied:
                raise ValueError(
                    f"User: {role} is not authorized to perform: {action} on resource: {arn}"
                ) from denied

    def _entry(self, kind: str) -> Mapping[str, Any]:
        name = "custom" if kind.startswith("Custom::") else kind
        if name not in self._table:
            raise ValueError(f"expected {kind} in {_TABLE.name}, got nothing; add what it needs")
        return self._table[name]


def _needed(lines: list[str], properties: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"expected an action in {_TABLE.name}, got {line!r}")
        if match["property"] is None or properties.get(match["property"]):
            yield match["action"], match["resource"]


def _name(value: Any) -> tuple[str, str | None]:
    """Return a name and, if that is what is known, its ARN."""
    first = str(value[0] if isinstance(value, list) else value)
    if first.startswith("arn:"):
        return first, first
    return first.rsplit("/", 1)[-1] if "://" in first else first, None


def _context(kind: str, action: str, arn: str, properties: Mapping[str, Any]) -> dict[str, str]:
    context: dict[str, str] = {}
    if action in ("iam:CreateRole", "iam:PutRolePermissionsBoundary"):
        context["iam:PermissionsBoundary"] = properties.get("PermissionsBoundary") or ""
    if action in ("iam:AttachRolePolicy", "iam:DetachRolePolicy"):
        # A managed policy is attached to its roles; a role may have some of AWS besides.
        policies = properties.get("ManagedPolicyArns", [arn.replace(":role/", ":policy/")])
        context["iam:PolicyARN"] = policies[0]
    if action == "iam:PassRole":
        context["iam:PassedToService"] = _SERVICES[kind]
    return context
