"""Lets CloudFormation do only what AWS's does, and what the role passed to it may do."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from local.ground_truth.cloud import Denied
from local.services.iam import Rights
from local.services.internals import module

#: Says itself how it is read.
_TABLE: Final = Path(__file__).parents[2] / "bootstrap" / "permissions.yaml"
#: The qualifier of CDK's bootstrap.
_QUALIFIER: Final = "hnb659fds"
#: What Cognito makes a role for, which sends the mails of a pool.
_MAILS: Final = "email.cognito-idp.amazonaws.com"
#: Whom a role is passed to.
_SERVICES: Final = {
    "AWS::Events::Rule": "events.amazonaws.com",
    "AWS::Lambda::Function": "lambda.amazonaws.com",
}
_ROLE: Final = "AWS::IAM::Role"
#: CloudFormation's own tag, which nobody else can set. The types that get it say so in their
#: schema (`cloudFormationSystemTags`); of those that MiniStack tags and AWS does not, and the
#: other way round, tests/infra/test_declared_permissions.py knows.
_STACK_TAG: Final = "aws:cloudformation:stack-name"
NEVER_TAGGED: Final = (
    *(_ROLE, "AWS::KMS::Key", "AWS::SQS::Queue"),
    *("AWS::SageMaker::Workforce", "AWS::SageMaker::Workteam"),
)
#: The type, the property that has tags, and its shape.
TAGGED_TOO: Final = {"AWS::SES::EmailIdentity": ("Tags", "list")}
#: The endpoint of a portal, as AWS's own policy for Ground Truth has it:
#: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSageMakerGroundTruthExecution.html
_PORTAL: Final = "aws.sagemaker.us-east-1.labeling"
_ATTACHING: Final = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")
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

    What is asked of a role stands in bootstrap/permissions.yaml: all that AWS's schemas declare for
    a handler, whether a resource has the property that it is for or not, and of a resource whose
    ARN has two forms, both. A role is bound to a stack from the call that passes it on; a stack
    without one is made with everybody's rights.
    """

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._iam = module("services.iam")
        self._engine = module("services.cloudformation.engine")
        self._changesets = module("services.cloudformation.changesets")
        self._stacks = module("services.cloudformation.stacks")
        self._requests = module("services.cloudformation.handlers")
        self._provisioners = module("services.cloudformation.provisioners")
        table = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
        self._types: Mapping[str, Mapping[str, Any]] = table["types"]
        #: The ARNs of a scope, with {name} and other words in them.
        self._arns: dict[str, list[str]] = {
            name: [scope["arn"]] if isinstance(scope["arn"], str) else scope["arn"]
            for policy in table["policies"].values()
            for name, scope in policy["scopes"].items()
            if "arn" in scope
        }
        self._role_of: dict[str, str] = {}

    def install(self) -> None:
        """Ask before each resource is made, changed and deleted, and keep a role's boundary."""
        self._join_in_conditions()
        self._keep_service_tokens()
        self._answer_when_there_is_news()
        self._tag_as_aws_does()
        operations = self._requests._ACTION_HANDLERS
        for operation in ("CreateChangeSet", "CreateStack", "DeleteStack", "UpdateStack"):
            operations[operation] = self._noting_the_role(operations[operation])
        stacks = self._stacks
        provision = stacks._provision_resource
        update = stacks._update_resource
        delete = stacks._delete_resource

        def provision_if_allowed(kind: str, logical_id: str, new: Any, stack: str) -> Any:
            name = self._provisioners._physical_name(stack, logical_id)
            self._require(stack, "every stack", ("create",), name, new)
            self._require(stack, kind, ("create", "tagging", "read"), name, new, is_new=True)
            made = provision(kind, logical_id, new, stack)
            self._bound(kind, made[0], new)
            return made

        def update_if_allowed(
            kind: str, physical_id: str, old: Any, new: Any, stack: str, *more: Any
        ) -> Any:
            if old != new:
                self._require(stack, kind, ("update", "tagging", "read"), physical_id, new)
            made = update(kind, physical_id, old, new, stack, *more)
            self._bound(kind, made[0], new)
            return made

        def delete_if_allowed(
            kind: str, physical_id: str, old: Any, stack: str | None = None, *more: Any
        ) -> None:
            self._require(stack or "", kind, ("delete",), physical_id, old)
            delete(kind, physical_id, old, stack, *more)

        stacks._provision_resource = provision_if_allowed
        stacks._update_resource = update_if_allowed
        stacks._delete_resource = delete_if_allowed

    def _join_in_conditions(self) -> None:
        """Let a condition ask whether a list has anything: MiniStack knows no Fn::Join in one.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
        """
        original = self._engine._evaluate_conditions

        def evaluate(template: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
            conditions = _joined(template.get("Conditions", {}), parameters)
            return original({**template, "Conditions": conditions}, parameters)

        for each in (self._engine, self._changesets, self._requests, self._stacks):
            each._evaluate_conditions = evaluate

    def _tag_as_aws_does(self) -> None:
        """Give CloudFormation's own tags to the types that have them on AWS."""
        self._provisioners._STACK_TAG_PROPERTY.update(TAGGED_TOO)
        original = self._provisioners._with_stack_tags

        def with_tags(kind: str, properties: Any, *more: Any) -> Any:
            tagged = original(kind, properties, *more)
            if kind not in NEVER_TAGGED or "Tags" not in tagged:
                return tagged
            tags = [each for each in tagged["Tags"] if not each["Key"].startswith("aws:")]
            return {**tagged, "Tags": tags} if tags else properties

        for each in (self._provisioners, self._stacks):
            each._with_stack_tags = with_tags

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

    def _require(
        self,
        stack: str,
        kind: str,
        handlers: Sequence[str],
        name: str,
        properties: Any,
        *,
        is_new: bool = False,
    ) -> None:
        """Raise ValueError, CloudFormation's reason, unless the stack's role may do all of it."""
        role = self._role_of.get(stack)
        if role is None or kind.startswith(_NOTHING):
            return
        scope = self._rights.current_scope()
        words = {
            "partition": "aws",
            "account": scope.account,
            "region": scope.region,
            "qualifier": _QUALIFIER,
            "stack": stack,
        }
        entry = self._entry(kind)
        names = entry.get("names", {})
        for handler, (place, callers) in itertools.product(handlers, entry["actions"].items()):
            called = [action for action, by in callers.items() if handler in by.split()]
            arns = _arns(self._arns[place], names.get(place), name, properties, words)
            # A new key has the policy that it is made with.
            policy = properties.get("KeyPolicy") if is_new and place == "Keys" else None
            for action, arn in itertools.product(called, arns):
                context = _context(kind, action, arn, properties)
                boundary = self._boundary(kind, name, properties)
                if action in _ATTACHING and boundary is None and not is_new:
                    continue  # nothing is detached from a role that is gone
                if boundary:
                    context["iam:PermissionsBoundary"] = boundary
                # What is being made is this stack's; anything else says whose it is.
                own = is_new and place not in names
                tags = {_STACK_TAG: stack} if own else self._rights.tags_of(scope, arn)
                context |= {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
                try:
                    self._rights.require(scope, role, action, arn, context, policy=policy)
                except Denied as denied:
                    raise ValueError(
                        f"User: {role} is not authorized to perform: {action} on resource: {arn}"
                    ) from denied

    def _boundary(self, kind: str, name: str, properties: Any) -> str | None:
        """Return the boundary of the role that is made or that something is done to.

        It is empty for a role that has none, and None where there is no role.
        """
        if kind == _ROLE and "PermissionsBoundary" in properties:
            return str(properties["PermissionsBoundary"])
        role = name if kind == _ROLE else _at(properties, ["Roles"])
        account = self._rights.current_scope().account
        record = self._iam._roles.get_scoped(account, None, role)
        return None if record is None else str(record.get("PermissionsBoundary") or "")

    def _entry(self, kind: str) -> Mapping[str, Any]:
        name = "custom" if kind.startswith("Custom::") else kind
        if name not in self._types:
            raise ValueError(f"expected {kind} in {_TABLE.name}, got nothing; add what it needs")
        return self._types[name]


def _arns(
    forms: Sequence[str], source: str | None, own: str, properties: Any, words: Mapping[str, str]
) -> list[str]:
    """Return the ARNs of a resource, or none where a property that would name it is absent.

    `source` is the path of that property, or a made-up name with {stack} in it; without it the
    resource is the one that is made.
    """
    if "{name}" not in "".join(forms):
        return [form.format(**words) for form in forms]
    if source is None:
        name = own
    elif "{" in source:
        name = source.format(**words)
    else:
        name = _at(properties, source.split("."))
    if not name:
        return []
    if name.startswith("arn:"):
        return [name]
    # Of a queue its URL is known, and buckets have names in lower case.
    name = name.rsplit("/", 1)[-1] if "://" in name else name
    return [form.format(name=name.lower() if ":s3:::" in form else name, **words) for form in forms]


def _joined(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Return conditions with the text of each list of a parameter that is joined."""
    if isinstance(value, list):
        return [_joined(each, parameters) for each in value]
    if not isinstance(value, Mapping):
        return value
    if "Fn::Join" in value:
        separator, items = value["Fn::Join"]
        if isinstance(items, Mapping) and items.get("Ref") in parameters:
            return separator.join(parameters[items["Ref"]]["Value"].split(","))
    return {key: _joined(each, parameters) for key, each in value.items()}


def _at(properties: Any, steps: Sequence[str]) -> str:
    """Return what is at a path of properties, in the first of the items of a list, or nothing."""
    found = properties
    for step in (*steps, ""):
        found = next(iter(found), {}) if isinstance(found, list) else found
        found = found.get(step) if step and isinstance(found, Mapping) else found
    return str(found or "")


def _context(kind: str, action: str, arn: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if action.endswith(":TagResource"):
        tags = properties.get("Tags", properties.get("UserPoolTags", {}))
        keys = [each["Key"] for each in tags] if isinstance(tags, list) else [*tags]
        context["aws:TagKeys"] = keys
    if action.startswith("ec2:"):
        context["ec2:VpceServiceName"] = _PORTAL
    if action in _ATTACHING:
        # A managed policy is attached to its roles; a role may have some of AWS besides.
        policies = properties.get("ManagedPolicyArns", [arn.replace(":role/", ":policy/")])
        context["iam:PolicyARN"] = policies[0]
    if action == "iam:PassRole":
        context["iam:PassedToService"] = _SERVICES[kind]
    if action == "iam:CreateServiceLinkedRole":
        context["iam:AWSServiceName"] = _MAILS
    return context
