"""What the tests look at: an environment's templates and cdk-nag's report."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import assertions

from audit.synthesis import ROOT, feature_flags

__all__ = ["ROOT", "Synthesis", "feature_flags"]


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
