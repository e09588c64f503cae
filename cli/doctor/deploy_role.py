"""Whether the role that CloudFormation deploys with may do what deploying needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml
from botocore.exceptions import ClientError

from cli.doctor.account import Account
from cli.doctor.findings import Answer, ask, code_of, right, to_do
from cli.repository import INSTALLATION
from ground_truth.config import Environment

_POLICIES: Final = INSTALLATION / "bootstrap" / "policies.yaml"
_PLACE: Final = re.compile(r"\$\{([\w:]+)\}")
#: How many actions a line names.
_SHOWN: Final = 5


@dataclass(frozen=True, kw_only=True)
class Need:
    """Actions on one resource, in circumstances in which they must be allowed."""

    actions: tuple[str, ...]
    resource: str
    #: Condition key → value.
    context: Mapping[str, str]


def check(account: Account, environment: Environment) -> Answer:
    """Ask IAM's simulation for every action that deploying needs.

    It knows the role's policies, its boundary and what the organization forbids
    (https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html).
    """
    name = f"cdk-{account.qualifier}-cfn-exec-role-{account.number}-{account.region}"
    arn = f"arn:{account.partition}:iam::{account.number}:role/{name}"
    try:
        needs = needed(account, environment)
        lacking = sorted({each for need in needs for each in _refused(account, arn, need)})
    except ClientError as error:
        if code_of(error) != "NoSuchEntity":
            raise
        return to_do(f"run `npx cdk bootstrap`: there is no role {name}")
    if lacking:
        more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
        return to_do(
            "deploy bootstrap/policies.yaml again and bootstrap with it (docs/security.md), or see"
            f" what the organization denies: {name} may not do {', '.join(lacking[:_SHOWN])}{more}"
        )
    return right(f"{name} may do all that deploying needs")


def needed(account: Account, environment: Environment) -> Iterator[Need]:
    """Yield what bootstrap/policies.yaml allows CloudFormation's role, for an environment."""
    template = yaml.load(_POLICIES.read_text(encoding="utf-8"), Loader=_Template)  # noqa: S506  # safe
    known = {
        "AWS::AccountId": account.number,
        "AWS::Partition": account.partition,
        "AWS::Region": account.region,
        "Environment": environment.name,
        "Qualifier": account.qualifier,
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


def _refused(account: Account, role: str, need: Need) -> list[str]:
    pages = (
        account.client("iam")
        .get_paginator("simulate_principal_policy")
        .paginate(
            PolicySourceArn=role,
            ActionNames=list(need.actions),
            ResourceArns=[need.resource],
            ContextEntries=[
                {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}
                for name, value in need.context.items()
            ],
        )
    )
    results = ask(
        "iam:SimulatePrincipalPolicy",
        lambda: [each for page in pages for each in page["EvaluationResults"]],
    )
    return [each["EvalActionName"] for each in results if each["EvalDecision"] != "allowed"]


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
