"""Writes policies.yaml, which an administrator deploys, from permissions.yaml: `make docs`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

PERMISSIONS: Final = Path(__file__).with_name("permissions.yaml")
TEMPLATE: Final = Path(__file__).with_name("policies.yaml")
#: What stands in the template for what stands in braces in permissions.yaml, beside parameters.
_REFERENCES: Final = {
    "{account}": "${AWS::AccountId}",
    "{boundary}": "${Boundary}",
    "{environment}": "${Environment}",
    "{partition}": "${AWS::Partition}",
    "{qualifier}": "${Qualifier}",
    "{region}": "${AWS::Region}",
}
_WIDTH: Final = 100
_BEGIN: Final = """\
# Written by `make docs` from permissions.yaml: what deploying one environment needs in an AWS
# account, and the most that the roles of its stacks can ever do. An administrator deploys it once
# per environment, then bootstraps CDK with it, and deploys it again when its version is later or
# the environment file names more of what is not its own: `ground-truth policies` prints how.
# See docs/security.md. Each wildcard has its reason beside it.
#
# The names of all that an environment makes begin with those of its stacks, such as dev-Data.

AWSTemplateFormatVersion: "2010-09-09"
Description: Permissions to deploy an environment of ground-truth-cdk
"""
_END: Final = """
Outputs:
  PermissionsBoundary:
    Description: For permissions_boundary in the environment file
    Value: !Sub GroundTruth-${{Environment}}-boundary
  ExecutionPolicies:
    Description: For cdk bootstrap --cloudformation-execution-policies
    Value: !Sub {policies}
  Version:
    Description: Compared by `ground-truth deploy` with that of the files it deploys
    Value: "{version}"
"""


def template() -> str:
    """Return the template as it must be."""
    return written(yaml.safe_load(PERMISSIONS.read_text(encoding="utf-8")))


def written(permissions: Mapping[str, Any]) -> str:
    """Return the template of what permissions.yaml holds."""
    parameters: Mapping[str, Mapping[str, Any]] = permissions["parameters"]
    policies: Mapping[str, Mapping[str, Any]] = permissions["policies"]
    needed = _needed(permissions["types"])
    lists = {
        scope.get("list", scope.get("or"))
        for policy in policies.values()
        for scope in policy["scopes"].values()
    }
    lines = [
        "",
        "Parameters:",
        *(line for name, each in parameters.items() for line in _parameter(name, each)),
        "",
        "Conditions:",
        *(
            f'  Has{name}: !Not [!Equals [!Join ["", !Ref {name}], ""]]'
            for name in parameters
            if name in lists
        ),
        "",
        "Resources:",
        *[line for name in policies for line in _policy(name, policies[name], needed)][1:],
    ]
    deploying = ",".join(f"${{{name}}}" for name in policies if name != "Boundary")
    end = _END.format(policies=deploying, version=permissions["version"])
    return _BEGIN + "\n".join(lines) + end


def _parameter(name: str, parameter: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {name}:"
    yield f"    Type: {'CommaDelimitedList' if parameter.get('list') else 'String'}"
    yield f"    Description: {parameter['description']}"
    if "pattern" in parameter:
        yield f'    AllowedPattern: "{parameter["pattern"]}"'
        yield f"    MaxLength: {parameter['longest']}"
    elif "default" in parameter or parameter.get("list"):
        yield f'    Default: "{parameter.get("default", "")}"'


def _needed(types: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return the actions that CloudFormation needs, by scope."""
    needed: dict[str, set[str]] = {}
    for entry in types.values():
        for scope, actions in entry["actions"].items():
            needed.setdefault(scope, set()).update(actions)
    return needed


def _policy(name: str, policy: Mapping[str, Any], needed: Mapping[str, set[str]]) -> Iterator[str]:
    yield ""
    yield f"  {name}:"
    yield "    Type: AWS::IAM::ManagedPolicy"
    yield "    Properties:"
    yield f"      ManagedPolicyName: {_sub(policy['name'])}"
    yield f"      Description: {policy['description']}"
    yield "      PolicyDocument:"
    yield '        Version: "2012-10-17"'
    yield "        Statement:"
    for sid, scope in policy["scopes"].items():
        actions = sorted(scope.get("actions") or needed[sid])
        # A boundary is one policy, and has no room for names of statements.
        is_named = name != "Boundary"
        if not is_named:
            yield f"          # {sid}"
        head = [f"Sid: {sid}"] if is_named else []
        statement = [*head, *_statement(scope, actions)]
        listed = scope.get("list", scope.get("or"))
        if listed is None:
            yield from _indented(10, _item(statement))
            continue
        yield from _indented(10, iter(["- !If", f"  - Has{listed}"]))
        yield from _indented(12, _item([*head, *_statement({"list": listed, **scope}, actions)]))
        otherwise = statement if "or" in scope else ["!Ref AWS::NoValue"]
        yield from _indented(12, _item(otherwise))


def _statement(scope: Mapping[str, Any], actions: Sequence[str]) -> Iterator[str]:
    yield "Effect: Allow"
    one_line = f"Action: [{', '.join(actions)}]"
    if len(actions) == 1:
        yield f"Action: {actions[0]}"
    elif len(one_line) <= _WIDTH - 14:
        yield one_line
    else:
        yield "Action:"
        yield from (f"  - {action}" for action in actions)
    if "list" in scope:
        yield f"Resource: !Ref {scope['list']}"
    else:
        yield from (f"# {line}" for line in textwrap.wrap(scope.get("because", ""), _WIDTH - 16))
        allowed = _listed(scope.get("names", ""))
        arns = [each.replace("{name}", name) for each in _listed(scope["arn"]) for name in allowed]
        yield from _value("Resource", arns if len(arns) > 1 else arns[0])
    # What is named needs no tag that says whose it is.
    if "condition" in scope and not {"list", "or"} <= scope.keys():
        yield from _value("Condition", scope["condition"])


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _value(name: str, value: Any) -> Iterator[str]:
    """Yield a member of a statement, whatever is in it."""
    key = f'"{name}"' if ":" in name else name
    if isinstance(value, str):
        yield f"{key}: {_sub(value)}"
        return
    if isinstance(value, Mapping) and set(value) == {"list"}:
        yield f"{key}: !Ref {value['list']}"
        return
    yield f"{key}:"
    if isinstance(value, Mapping):
        for each, content in value.items():
            yield from _indented(2, _value(each, content))
    else:
        yield from (f"  - {_sub(each)}" for each in value)


def _sub(text: str) -> str:
    """Return a text with references for what it has in braces: a parameter stands for itself."""
    found = text.strip()
    for word, reference in _REFERENCES.items():
        found = found.replace(word, reference)
    found = found.replace("${", "\0").replace("{", "${").replace("\0", "${")
    if "${" in found:
        return f"!Sub {found}"
    return f'"{found}"' if found == "true" or found.startswith("*") else found


def _item(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of an item of a list."""
    for number, line in enumerate(lines):
        yield f"{'  ' if number else '- '}{line}"


def _indented(depth: int, lines: Iterator[str]) -> Iterator[str]:
    return (f"{' ' * depth}{line}" for line in lines)


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
