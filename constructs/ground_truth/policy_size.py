"""Says at synthesis what IAM would say in the middle of a deployment: a policy is too long."""

from __future__ import annotations

import json
from typing import Any, Final

import aws_cdk as cdk
import jsii
from aws_cdk import aws_iam as iam
from constructs import IValidation

#: Characters of a managed policy without blanks
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
_MOST: Final = 6_144
#: What a reference may become: a bucket's ARN is no longer than this, nor is a key's.
_REFERENCE: Final = "x" * 75


def check_size(policy: iam.ManagedPolicy) -> None:
    """Let synthesis fail when `policy` may be longer than IAM allows."""
    policy.node.add_validation(_Size(policy))


@jsii.implements(IValidation)
class _Size:
    def __init__(self, policy: iam.ManagedPolicy) -> None:
        self._policy = policy

    def validate(self) -> list[str]:
        document = cdk.Stack.of(self._policy).resolve(self._policy.document)
        size = len(json.dumps(_filled(document), separators=(",", ":")))
        if size <= _MOST:
            return []
        return [
            f"expected at most {_MOST} characters in the policy of one role, got up to {size}: too"
            " many jobs have prefixes of their own; let jobs share prefixes, or put some of them"
            " into another environment"
        ]


def _filled(value: Any) -> Any:
    """Put something as long as what it stands for in the place of each reference."""
    if isinstance(value, list):
        return [_filled(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, content),) = value.items()
        if name == "Fn::Join":
            return "".join(_filled(part) for part in content[1])
        if name == "Ref" or name.startswith("Fn::"):
            return _REFERENCE
    return {key: _filled(item) for key, item in value.items()}
