"""The policies of bootstrap/: what they allow for an environment, and which are deployed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from cli.aws import policy_parameters
from cli.aws.policies import command, stack_name, version_in
from cli.aws.policy_documents import FILE, Parameters, Place, documents
from cli.doctor.account import Account
from cli.doctor.findings import Answer, ask, code_of, is_denied, right, to_do
from ground_truth.config import Environment


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
    (stack,) = found["Stacks"]
    deployed = version_in(stack)
    if deployed is None:
        return right(f"there is no stack {name}: the role has what `cdk bootstrap` gave it")
    if len(environment.name) > policy_parameters.LONGEST:
        return right(f"{name} stays: later policies know no names longer than its resources' ones")
    parameters = _parameters(account, environment)
    what_to_do = f"let an administrator run `{command(environment, parameters)}`"
    if deployed < wanted:
        return to_do(f"{what_to_do}: expected version {wanted}, got {deployed}")
    if less := policy_parameters.lacking(parameters, stack):
        return to_do(f"{what_to_do}: the file names others in {', '.join(less)}")
    return right(f"{name} is as new as {FILE}")


def needed(account: Account, environment: Environment) -> Iterator[Need]:
    """Yield what the policies allow CloudFormation's role, for an environment."""
    if len(environment.name) > policy_parameters.LONGEST:
        return
    place = Place(account=account.number, region=account.region, partition=account.partition)
    parameters = {**_parameters(account, environment), "Qualifier": account.qualifier()}
    for name, statements in documents(parameters, place).items():
        for statement in statements if name != "Boundary" else ():
            context = _context(statement.get("Condition", {}))
            for resource in _listed(statement["Resource"]):
                # A key that says itself who may deploy it is not named.
                if not resource.endswith(":key/none"):
                    yield Need(
                        actions=tuple(_listed(statement["Action"])),
                        resource=_example(resource),
                        context=context,
                    )


def _parameters(account: Account, environment: Environment) -> Parameters:
    """Return what the policies must be deployed with, as far as the account may be looked at."""
    named = policy_parameters.named(environment)
    try:
        return named | policy_parameters.deployed(environment, account.client)
    except ClientError as error:
        if not is_denied(error):
            raise
        return named


def _context(conditions: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return values that fulfil conditions: the first that each allows."""
    return {
        key: _example(_listed(values)[0])
        for keys in conditions.values()
        for key, values in keys.items()
    }


def _example(pattern: str) -> str:
    """Return an ARN that a pattern fits; all resources stay all."""
    return pattern if pattern == "*" else pattern.replace("*", "x")


def _listed(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
