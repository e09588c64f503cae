"""Which permissions are gained and lost: of roles, and on buckets, keys, topics and functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from cli.plan.assembly import AssembledEnvironment, Resource
from cli.plan.references import References

#: Where a resource's policy stands, and the property that says what it is for.
_POLICIES_OF_RESOURCES: Final = {
    "AWS::S3::BucketPolicy": ("PolicyDocument", "Bucket"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "Topics"),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "Queues"),
    "AWS::KMS::Key": ("KeyPolicy", None),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy", "SecretId"),
}
_POLICIES_OF_ROLES: Final = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")


@dataclass(frozen=True, kw_only=True, order=True)
class Permission:
    """A statement of a policy, taken apart as far as it goes."""

    #: The role that has it, or the resource that grants it, such as `role Labeling/…/Role`.
    holder: str
    #: Who may, in a resource's policy; empty in a role's.
    principal: str
    effect: str
    actions: tuple[str, ...]
    resource: str
    condition: str = ""


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """The difference."""

    gained: tuple[Permission, ...] = ()
    lost: tuple[Permission, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gained or self.lost)


def permissions(before: AssembledEnvironment, after: AssembledEnvironment) -> Permissions:
    """Compare what both allow and deny; a denial that goes is in `lost`, as it stands there."""
    old, new = set(_all(before)), set(_all(after))
    return Permissions(gained=_together(new - old), lost=_together(old - new))


def _together(found: Iterable[Permission]) -> tuple[Permission, ...]:
    """Put the actions that differ in nothing else into one."""
    actions: dict[Permission, list[str]] = {}
    for each in found:
        actions.setdefault(replace(each, actions=()), []).extend(each.actions)
    return tuple(
        replace(key, actions=tuple(sorted(listed))) for key, listed in sorted(actions.items())
    )


def _all(environment: AssembledEnvironment) -> Iterator[Permission]:
    references = References(environment)
    for resource in environment.resources():
        yield from _of(resource, references)


def _of(resource: Resource, references: References) -> Iterator[Permission]:
    properties, stack = resource.properties, resource.stack
    if resource.type == "AWS::IAM::Role":
        role = f"role {resource.path}"
        yield from _document(
            properties.get("AssumeRolePolicyDocument"), role, references, stack, on="this role"
        )
        for policy in properties.get("Policies", []):
            yield from _document(policy.get("PolicyDocument"), role, references, stack)
        for arn in properties.get("ManagedPolicyArns", []):
            name = references.text(arn, stack)
            yield Permission(
                holder=role,
                principal="",
                effect="Allow",
                actions=(f"all of {name}",),
                resource="what that names",
            )
    elif resource.type in _POLICIES_OF_ROLES:
        for role in properties.get("Roles", []):
            holder = f"role {references.text(role, stack).strip('<>')}"
            yield from _document(properties.get("PolicyDocument"), holder, references, stack)
    elif resource.type in _POLICIES_OF_RESOURCES:
        member, target = _POLICIES_OF_RESOURCES[resource.type]
        targets = properties.get(target, []) if target else [{"Ref": resource.logical_id}]
        for each in targets if isinstance(targets, list) else [targets]:
            holder = references.text(each, stack).strip("<>")
            yield from _document(properties.get(member), holder, references, stack, on=holder)
    elif resource.type == "AWS::Lambda::Permission":
        holder = references.text(properties.get("FunctionName"), stack).strip("<>")
        conditions = {
            name: properties[name] for name in ("SourceArn", "SourceAccount") if name in properties
        }
        yield Permission(
            holder=holder,
            principal=references.text(properties.get("Principal"), stack),
            effect="Allow",
            actions=(references.text(properties.get("Action"), stack),),
            resource=f"<{holder}>",
            condition=references.text(conditions, stack) if conditions else "",
        )


def _document(
    document: Any, holder: str, references: References, stack: str, *, on: str = "*"
) -> Iterator[Permission]:
    statements = document.get("Statement", []) if isinstance(document, Mapping) else []
    for statement in [statements] if isinstance(statements, Mapping) else statements:
        condition = statement.get("Condition")
        for principal in _principals(statement, references, stack):
            for resource in _listed(statement, "Resource", references, stack) or [on]:
                for action in _listed(statement, "Action", references, stack):
                    yield Permission(
                        holder=holder,
                        principal=principal,
                        effect=statement.get("Effect", "Allow"),
                        actions=(action,),
                        resource=resource,
                        condition=references.text(condition, stack) if condition else "",
                    )


def _listed(
    statement: Mapping[str, Any], name: str, references: References, stack: str
) -> list[str]:
    """Return the items of `Action` or `Resource`, or what is said with `Not` before it."""
    for member, words in ((name, ""), (f"Not{name}", "all but ")):
        if member in statement:
            value = statement[member]
            items = value if isinstance(value, list) else [value]
            texts = [references.text(item, stack) for item in items]
            return [words + ", ".join(texts)] if words else texts
    return []


def _principals(statement: Mapping[str, Any], references: References, stack: str) -> list[str]:
    for member, words in (("Principal", ""), ("NotPrincipal", "all but ")):
        value = statement.get(member)
        if isinstance(value, Mapping):
            return [
                words + references.text(item, stack)
                for listed in value.values()
                for item in (listed if isinstance(listed, list) else [listed])
            ]
        if value is not None:
            return [words + ("anybody" if value == "*" else references.text(value, stack))]
    return [""]
