"""What the tests look at: an environment's templates and cdk-nag's report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import assertions

from audit.synthesis import ROOT, feature_flags

__all__ = ["ROOT", "Synthesis", "before", "feature_flags"]


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """An environment's templates, by stack, and what cdk-nag said of them."""

    templates: dict[str, assertions.Template]
    findings: list[str]

    def resources(self, stack: str, kind: str) -> list[dict[str, Any]]:
        """Return all resources of a CloudFormation type, whole."""
        return [dict(found) for found in self.templates[stack].find_resources(kind).values()]

    def properties(self, stack: str, kind: str) -> dict[str, Any]:
        """Return the properties of the only resource of a CloudFormation type."""
        (resource,) = self.resources(stack, kind)
        properties: dict[str, Any] = resource["Properties"]
        return properties

    def id_of(self, stack: str, kind: str) -> str:
        """Return the logical id of the only resource of a CloudFormation type."""
        (found,) = self.templates[stack].find_resources(kind)
        return str(found)

    def after(self, stack: str, kind: str) -> set[str]:
        """Return the types of all that is made before, and so destroyed after, one of a type."""
        resources = self.templates[stack].to_json()["Resources"]
        ours = [name for name, each in resources.items() if each["Type"] == kind]
        return {resources[name]["Type"] for each in ours for name in before(each, resources)}


def before(resource: str, resources: Mapping[str, Any]) -> set[str]:
    """Return the ids of all that CloudFormation makes before a resource of a template."""
    found: set[str] = set()
    ahead = [resource]
    while ahead:
        for name in _needed(resources[ahead.pop()], resources):
            if name not in found:
                found.add(name)
                ahead.append(name)
    return found


def _needed(value: Any, resources: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of resources that a part of a template names."""
    if isinstance(value, str) and value in resources:
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _needed(each, resources)
    elif isinstance(value, list):
        for each in value:
            yield from _needed(each, resources)
