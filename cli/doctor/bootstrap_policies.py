"""bootstrap/policies.yaml: its content for an environment, and the version that is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml
from botocore.exceptions import ClientError

from cli.aws.policies import command, stack_name, version_in
from cli.doctor.account import Account
from cli.doctor.findings import Answer, ask, code_of, right, to_do
from cli.repository import INSTALLATION
from ground_truth.config import Environment

_FILE: Final = "bootstrap/policies.yaml"
_PLACE: Final = re.compile(r"\$\{([\w:]+)\}")


@dataclass(frozen=True, kw_only=True)
class Need:
    """Actions on one resource, in circumstances in which they must be allowed."""

    actions: tuple[str, ...]
    resource: str
    #: Condition key → value.
    context: Mapping[str, str]


def check(account: Account, environment: Environment, wanted: int) -> Answer:
    """Say whether the policies that are deployed for an environment are as new as `wanted`.

    Where none are, the role has what its bootstrap gave it.
    """
    formation, name = account.client("cloudformation"), stack_name(environment)
    try:
        found = ask(
            "cloudformation:DescribeStacks", lambda: formation.describe_stacks(StackName=name)
        )
    except ClientError as error:
        # CloudFormation has no code of its own for a stack that is not there.
        if code_of(error) != "ValidationError":
            raise
        found = {"Stacks": [{}]}
    deployed = version_in(found["Stacks"][0])
    if deployed is None:
        return right(f"there is no stack {name}: the role has what `cdk bootstrap` gave it")
    if deployed < wanted:
        return to_do(
            f"let an administrator run `{command(environment)}`: expected version {wanted}, got"
            f" {deployed}"
        )
    return right(f"{name} is as new as {_FILE}")


def needed(account: Account, environment: Environment) -> Iterator[Need]:
    """Yield what the policies allow CloudFormation's role, for an environment."""
    template = _template()
    known = {
        "AWS::AccountId": account.number,
        "AWS::Partition": account.partition,
        "AWS::Region": account.region,
        "Environment": environment.name,
        "Qualifier": account.qualifier(),
    }
    for name in _PLACE.findall(template["Outputs"]["ExecutionPolicies"]["Value"]):
        statements = template["Resources"][name]["Properties"]["PolicyDocument"]["Statement"]
        for statement in statements:
            if statement["Effect"] != "Allow":
                continue
            context = _context(statement.get("Condition", {}), template, known)
            for resource in _listed(statement["Resource"]):
                yield Need(
                    actions=tuple(_listed(statement["Action"])),
                    resource=_example(_filled(resource, template, known)),
                    context=context,
                )


def _context(
    conditions: Mapping[str, Mapping[str, Any]], template: Any, known: Mapping[str, str]
) -> dict[str, str]:
    """Return values that fulfil conditions: the first that each allows."""
    return {
        key: _example(_filled(_listed(values)[0], template, known))
        for keys in conditions.values()
        for key, values in keys.items()
    }


def _filled(text: str, template: Any, known: Mapping[str, str]) -> str:
    """Put values into the places of a text; a policy of the template stands for its ARN."""

    def value(found: re.Match[str]) -> str:
        if found[1] in known:
            return known[found[1]]
        policy = template["Resources"][found[1]]["Properties"]["ManagedPolicyName"]
        partition, account = known["AWS::Partition"], known["AWS::AccountId"]
        return f"arn:{partition}:iam::{account}:policy/{_PLACE.sub(value, policy)}"

    return _PLACE.sub(value, text)


def _example(pattern: str) -> str:
    """Return an ARN that a pattern fits; all resources stay all."""
    return pattern if pattern == "*" else pattern.replace("*", "x")


def _listed(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


class _Template(yaml.SafeLoader):
    """Reads CloudFormation's short forms; `!Ref Name` becomes `${Name}`."""


def _place(loader: yaml.SafeLoader, node: yaml.Node) -> str:
    return f"${{{_text(loader, node)}}}"


def _text(_: yaml.SafeLoader, node: yaml.Node) -> str:
    return str(node.value)


_Template.add_constructor("!Ref", _place)
_Template.add_constructor("!Sub", _text)


@cache
def _template() -> Any:
    text = (INSTALLATION / _FILE).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Template)  # noqa: S506  # a safe loader
