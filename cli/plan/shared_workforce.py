"""Environments that use the workforce of another one, and what its changes are to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cli.plan.assembly import AssembledEnvironment
from cli.plan.resource_changes import ResourceChange

#: What the workers of all of them log in to. Teams, groups and topics are each environment's own.
_SHARED: Final = (
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::SageMaker::Workforce",
    "Custom::OidcWorkforce",
    "Custom::PortalLogin",
    "Custom::PortalNetwork",
)
#: Is told whose workforce it is.
_CHECK: Final = "Custom::WorkforceCheck"


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The other environments of a workforce, before and after."""

    before: tuple[AssembledEnvironment, ...] = ()
    after: tuple[AssembledEnvironment, ...] = ()


NOBODY: Final = Neighbours()


@dataclass(frozen=True, kw_only=True)
class OwnersChange:
    """A change in the environment whose workforce is used."""

    owner: str
    change: ResourceChange


def neighbours(
    name: str,
    before: Mapping[str, AssembledEnvironment],
    after: Mapping[str, AssembledEnvironment],
) -> Neighbours:
    """Return the other environments whose workers have their accounts in the same pool."""
    return Neighbours(before=tuple(_others(name, before)), after=tuple(_others(name, after)))


def owners_changes(
    name: str,
    environments: Mapping[str, AssembledEnvironment],
    changes: Mapping[str, Iterable[ResourceChange]],
) -> tuple[OwnersChange, ...]:
    """Return what of all environments' `changes` concerns the workers of one that shares."""
    owner = owner_of(name, environments)
    if owner == name:
        return ()
    return tuple(
        OwnersChange(owner=owner, change=each)
        for each in changes.get(owner, ())
        if each.type in _SHARED and each.action != "left behind"
    )


def owner_of(name: str, environments: Mapping[str, AssembledEnvironment]) -> str:
    """Return the environment whose exports one imports; itself where it imports none."""
    if name not in environments:
        return name
    exports = {
        output.get("Export", {}).get("Name"): each.name
        for each in environments.values()
        for stack in each.stacks.values()
        for output in stack.template.get("Outputs", {}).values()
    }
    imports = (
        found
        for check in environments[name].resources(_CHECK)
        for found in _imports(check.properties)
    )
    return next((exports[each] for each in imports if each in exports), name)


def _others(
    name: str, environments: Mapping[str, AssembledEnvironment]
) -> Iterator[AssembledEnvironment]:
    owner = owner_of(name, environments)
    for each in environments.values():
        if each.name != name and owner_of(each.name, environments) == owner:
            yield each


def _imports(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _imports(each)
    if isinstance(value, Mapping):
        for name, content in value.items():
            if name == "Fn::ImportValue" and isinstance(content, str):
                yield content
            yield from _imports(content)
