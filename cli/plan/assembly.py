"""Reads what synthesis wrote: environments, their stacks, and the resources in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

#: What the CDK CLI adds for itself.
_NOT_OURS: Final = frozenset({"AWS::CDK::Metadata"})


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource of a template."""

    #: The stack's name below its environment, such as `Workforce`.
    stack: str
    logical_id: str
    type: str
    #: Its construct below the environment, such as `Workforce/Workforce/UserPool`.
    path: str
    properties: Mapping[str, Any]
    #: What CloudFormation does when the resource leaves the template, and when it is replaced.
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"

    @property
    def id(self) -> tuple[str, str]:
        """What tells it from all others of its environment."""
        return self.stack, self.logical_id


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack of an environment."""

    #: Below the environment, such as `Workforce`.
    key: str
    #: As CloudFormation knows it, such as `dev-Workforce`.
    name: str
    #: Account and Region, such as `aws://unknown-account/us-east-1`.
    location: str
    template: Mapping[str, Any]
    #: The template's file, None where it was never written.
    file: Path | None = None
    is_protected: bool = False
    #: Its own, which CloudFormation gives to all that is in it.
    tags: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The Region that it is deployed to."""
        return self.location.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class AssembledEnvironment:
    """What is deployed of one environment file."""

    name: str
    #: By their keys, in the order in which they are deployed.
    stacks: Mapping[str, Stack] = field(default_factory=dict)

    @property
    def is_protected(self) -> bool:
        """Whether its file says `protected: true`, which is termination protection."""
        return any(stack.is_protected for stack in self.stacks.values())

    def resources(self, *types: str) -> Iterator[Resource]:
        """Yield all resources, or those of some types."""
        for stack in self.stacks.values():
            for resource in stack.resources.values():
                if not types or resource.type in types:
                    yield resource


def read_assembly(folder: Path) -> dict[str, AssembledEnvironment]:
    """Return the environments of a cloud assembly by their names.

    A stage of the app is an environment
    (https://docs.aws.amazon.com/cdk/v2/guide/deploy-synth.html).
    """
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    stages = (
        each["properties"]
        for each in manifest["artifacts"].values()
        if each["type"] == "cdk:cloud-assembly"
    )
    return {
        stage["displayName"]: _environment(stage["displayName"], folder / stage["directoryName"])
        for stage in sorted(stages, key=lambda stage: str(stage["displayName"]))
    }


def _environment(name: str, folder: Path) -> AssembledEnvironment:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    stacks = [
        _stack(name, artifact, folder)
        for artifact in manifest["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    ]
    return AssembledEnvironment(name=name, stacks={stack.key: stack for stack in stacks})


def _stack(environment: str, artifact: Mapping[str, Any], folder: Path) -> Stack:
    properties = artifact["properties"]
    file = folder / properties["templateFile"]
    return stack_of(
        json.loads(file.read_text(encoding="utf-8")),
        environment=environment,
        key=artifact["displayName"].removeprefix(f"{environment}/"),
        location=artifact["environment"],
        file=file,
        name=properties.get("stackName"),
        is_protected=properties.get("terminationProtection", False),
        tags=properties.get("tags"),
    )


def stack_of(
    template: Mapping[str, Any],
    *,
    environment: str,
    key: str,
    location: str = "aws://unknown-account/us-east-1",
    file: Path | None = None,
    name: str | None = None,
    is_protected: bool = False,
    tags: Mapping[str, str] | None = None,
) -> Stack:
    """Return a template as a stack of an environment."""
    return Stack(
        key=key,
        name=name or f"{environment}-{key}",
        location=location,
        template=template,
        file=file,
        is_protected=is_protected,
        tags=tags or {},
        resources={
            logical_id: _resource(environment, key, logical_id, content)
            for logical_id, content in template.get("Resources", {}).items()
            if content["Type"] not in _NOT_OURS
        },
    )


def _resource(
    environment: str, stack: str, logical_id: str, content: Mapping[str, Any]
) -> Resource:
    path = str(
        content.get("Metadata", {}).get("aws:cdk:path", f"{environment}/{stack}/{logical_id}")
    )
    for name in ("/Resource", "/Default"):
        path = path.removesuffix(name)
    deletion_policy = content.get("DeletionPolicy", "Delete")
    return Resource(
        stack=stack,
        logical_id=logical_id,
        type=content["Type"],
        path=path.removeprefix(f"{environment}/"),
        properties=content.get("Properties", {}),
        deletion_policy=deletion_policy,
        replace_policy=content.get("UpdateReplacePolicy", "Delete"),
    )
