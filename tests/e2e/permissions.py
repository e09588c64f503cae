"""What the roles of deployed stacks may do, piece by piece, and how one piece is taken away."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.worker import WorkerError
from tests.e2e.deployed import RefusedError

Client = Callable[[str], Any]
_REGION = re.compile(r"\b[a-z]{2}-[a-z]+-[0-9]\b")
_STACK_ID = re.compile(r"(:stack/[^/]+)/[0-9a-f-]+")
#: Does something, or raises what it is refused with.
Run = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Call:
    """Something that a principal has asked of AWS, or a service on its behalf."""

    principal: str
    action: str
    resource: str
    allowed: bool


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One action on one resource, of one statement of one policy."""

    #: Where it is deployed.
    environment: str
    #: The construct, such as `Labeling/ExecutionRole`.
    role: str
    role_name: str
    effect: str
    action: str
    resource: str
    #: The ARN of a managed policy, or the name of the bucket whose policy it is.
    policy: str
    #: Its place in the policy.
    statement: int

    def __str__(self) -> str:
        return f"{self.role}: {self.effect} {self.action} on {self.resource}"

    @property
    def form(self) -> tuple[str, str, str, str]:
        """What it has in common with the same permission of another environment."""
        resource = _REGION.sub("<region>", _STACK_ID.sub(r"\1/<id>", self.resource))
        resource = re.sub(rf"\b{self.environment}\b", "<environment>", resource)
        return self.role, self.effect, self.action, resource

    @property
    def is_of_aws(self) -> bool:
        """Whether AWS has written the policy, so that nothing can be taken out of it."""
        return self.policy.startswith("arn:aws:iam::aws:")

    def is_asked_for(self, call: Call) -> bool:
        """Say whether a call is of this role and this permission is about it."""
        return (
            call.principal == self.role_name
            and fnmatchcase(call.action.lower(), self.action.lower())
            and fnmatchcase(call.resource, self.resource)
        )


def permissions(client: Client, stack: str) -> list[Permission]:
    """Return all that a stack's roles may do, by their own and by its buckets' policies."""
    found: list[Permission] = []
    formation, iam = client("cloudformation"), client("iam")
    roles: dict[str, str] = {}
    buckets: list[str] = []
    template = formation.get_template(StackName=stack, TemplateStage="Processed")
    declared = _parsed(template["TemplateBody"])["Resources"]
    for each in formation.describe_stack_resources(StackName=stack)["StackResources"]:
        name = each["LogicalResourceId"]
        if each["ResourceType"] == "AWS::IAM::Role":
            roles[each["PhysicalResourceId"]] = _construct(name, declared[name])
        elif each["ResourceType"] == "AWS::S3::Bucket":
            buckets.append(each["PhysicalResourceId"])
    for role_name, role in roles.items():
        about = {"environment": stack.split("-")[0], "role": role, "role_name": role_name}
        if names := iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
            raise ValueError(f"expected managed policies of {role} only, got {names}")
        attached = iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"]
        for policy in (each["PolicyArn"] for each in attached):
            found += _of_policy(client, policy, about)
        arn = iam.get_role(RoleName=role_name)["Role"]["Arn"]
        for bucket in buckets:
            found += _of_policy(client, bucket, about, principal=arn)
    return found


@contextmanager
def without(client: Client, permission: Permission) -> Iterator[None]:
    """Take a permission away, and give it back."""
    document = _document(client, permission.policy)
    _write(client, permission.policy, _less(document, permission))
    try:
        yield
    finally:
        _write(client, permission.policy, document)


def calls(log: Path, start: int) -> list[Call]:
    """Return the calls that are logged behind a byte of the log."""
    with log.open("rb") as lines:
        lines.seek(start)
        return [Call(**json.loads(line)) for line in lines]


@dataclass(frozen=True, kw_only=True)
class Roles:
    """What some roles may do, and the runs that they are for."""

    client: Client
    permissions: list[Permission]
    runs: dict[str, Run]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a run without a permission; `reason` is None where nobody noticed."""

    permission: Permission
    run: str
    reason: str | None
    denied: list[Call]

    @property
    def is_proof(self) -> bool:
        """Whether the run failed for want of the permission; a Deny is one less."""
        return self.reason is not None and bool(self.denied or self.permission.effect == "Deny")


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What is known of all permissions."""

    permissions: list[Permission]
    outcomes: list[Outcome]
    #: Runs that failed with all permissions: before one was taken away, or after all were back.
    broken: dict[str, str]

    @property
    def unproved(self) -> list[Permission]:
        """Permissions that no run needs, in no environment."""
        proved = {each.permission.form for each in self.outcomes if each.is_proof}
        return [each for each in self.permissions if each.form not in proved]

    def tried(self, permission: Permission) -> list[str]:
        """Return the runs that were tried without a permission."""
        return [each.run for each in self.outcomes if each.permission == permission]

    @classmethod
    def of(cls, parts: Iterable[Proof]) -> Proof:
        """Return all that is known."""
        parts = list(parts)
        return cls(
            permissions=[each for part in parts for each in part.permissions],
            outcomes=[each for part in parts for each in part.outcomes],
            broken={name: reason for part in parts for name, reason in part.broken.items()},
        )


def prove(log: Path, roles: Roles) -> Proof:
    """Take each permission away while the shortest run that asks for it is tried again.

    `log` is where all calls are logged.
    """
    runs = roles.runs
    asked: dict[str, list[Call]] = {}
    seconds: dict[str, float] = {}
    broken: dict[str, str] = {}
    for name, run in runs.items():
        start, began = log.stat().st_size, time.monotonic()
        if (reason := _refusal(run)) is not None:
            broken[name] = reason
        seconds[name] = time.monotonic() - began
        asked[name] = calls(log, start)
    outcomes = []
    for permission in roles.permissions:
        asking = [name for name in runs if any(map(permission.is_asked_for, asked[name]))]
        if permission.is_of_aws:
            continue
        for name in sorted(asking, key=seconds.__getitem__):
            start = log.stat().st_size
            with without(roles.client, permission):
                reason = _refusal(runs[name])
            made = calls(log, start)
            denied = [each for each in made if permission.is_asked_for(each) and not each.allowed]
            outcomes.append(Outcome(permission=permission, run=name, reason=reason, denied=denied))
            if outcomes[-1].is_proof:
                break
    for name, run in runs.items():
        if name not in broken and (reason := _refusal(run)) is not None:
            broken[name] = f"afterwards: {reason}"
    return Proof(permissions=roles.permissions, outcomes=outcomes, broken=broken)


def _refusal(run: Run) -> str | None:
    try:
        run()
    except (ClientError, RefusedError, WorkerError) as refusal:
        return str(refusal)
    return None


def _of_policy(
    client: Client, policy: str, about: Mapping[str, str], *, principal: str | None = None
) -> Iterator[Permission]:
    for place, statement in enumerate(_document(client, policy)["Statement"]):
        if _listed(statement.get("Principal", {}), "AWS") != ([principal] if principal else []):
            continue
        for action in _listed(statement, "Action"):
            for resource in _listed(statement, "Resource"):
                yield Permission(
                    **about,
                    policy=policy,
                    effect=statement["Effect"],
                    action=action,
                    resource=resource,
                    statement=place,
                )


def _less(document: Mapping[str, Any], permission: Permission) -> dict[str, Any]:
    """Return a policy without a permission; the rest of its statement stays."""
    statements = list(document["Statement"])
    whole = statements.pop(permission.statement)
    actions, resources = _listed(whole, "Action"), _listed(whole, "Resource")
    others = [each for each in actions if each != permission.action]
    elsewhere = [each for each in resources if each != permission.resource]
    if others:
        statements.append({**whole, "Action": others})
    if elsewhere:
        statements.append({**whole, "Action": permission.action, "Resource": elsewhere})
    # A policy has a statement, if only one that allows what everybody may do.
    harmless = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
    return {**document, "Statement": statements or [harmless]}


def _document(client: Client, policy: str) -> dict[str, Any]:
    if not policy.startswith("arn:"):
        return _parsed(client("s3").get_bucket_policy(Bucket=policy)["Policy"])
    iam = client("iam")
    version = iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=policy, VersionId=version)["PolicyVersion"]
    return _parsed(found["Document"])


def _write(client: Client, policy: str, document: Mapping[str, Any]) -> None:
    text = json.dumps(document)
    if not policy.startswith("arn:"):
        client("s3").put_bucket_policy(Bucket=policy, Policy=text)
        return
    iam = client("iam")
    before = iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"]
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=text, SetAsDefault=True)
    # A policy has five versions at most.
    iam.delete_policy_version(PolicyArn=policy, VersionId=before)


def _construct(logical_id: str, resource: Mapping[str, Any]) -> str:
    """Return where a role stands below its stage; CDK's own have only an id, with a hash."""
    path = resource.get("Metadata", {}).get("aws:cdk:path")
    if path is None:
        return logical_id[:-8]
    return str(path).split("/", 1)[1].removesuffix("/Resource").removesuffix("/Role")


def _listed(value: Any, name: str) -> list[str]:
    found = value.get(name, []) if isinstance(value, Mapping) else []
    return [found] if isinstance(found, str) else list(found)


def _parsed(document: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(document) if isinstance(document, str) else dict(document)
    return parsed
