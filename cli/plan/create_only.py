"""Which properties CloudFormation can't change, so that a change of them makes a new resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

#: What `lambda/` makes the id of, where that is more than a trigger.
_OF_CUSTOM_RESOURCES: Final = {"Custom::OidcWorkforce": ("WorkforceName",)}
#: What the schemas call changeable and the service refuses to change: the deployment fails
#: (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html;
#: for user pools https://github.com/aws-amplify/amplify-cli/issues/4227 and CreateUserPool, whose
#: members these are, beside UpdateUserPool, which has none of them).
_REFUSED: Final = {
    "AWS::KMS::Key": ("KeySpec", "KeyUsage", "MultiRegion", "Origin"),
    "AWS::Cognito::UserPool": ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration"),
}


def changed_create_only(
    type_: str, region: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """Return the changed properties that make CloudFormation replace a resource.

    Taken from the resource type's schema in `region`
    (https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html,
    createOnlyProperties), which cfn-lint brings.
    """
    return [
        ".".join(steps)
        for steps in _create_only(type_, region)
        if _at(before, steps) != _at(after, steps)
    ]


def changed_refused(type_: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the changed properties for which AWS refuses to update a resource."""
    return [name for name in _REFUSED.get(type_, ()) if before.get(name) != after.get(name)]


def _create_only(type_: str, region: str) -> list[tuple[str, ...]]:
    if type_.startswith("Custom::"):
        return [(name,) for name in _OF_CUSTOM_RESOURCES.get(type_, ())]
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, type_).schema
    except ResourceNotFoundError:
        return []
    pointers = [
        *schema.get("createOnlyProperties", ()),
        *schema.get("conditionalCreateOnlyProperties", ()),
    ]
    return [tuple(pointer.split("/")[2:]) for pointer in pointers]


def _at(value: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if not isinstance(value, Mapping):
            # A list's items are compared together.
            return value
        value = value.get(step)
    return value
