"""What bootstrap/policies.yaml says for an environment, with all parameters filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml

from cli.repository import INSTALLATION

FILE: Final = "bootstrap/policies.yaml"
_PLACE: Final = re.compile(r"\$\{([\w:]+)\}")

#: A statement of a policy, in IAM's own form.
Statement = Mapping[str, Any]
#: A text, or what is in a list.
Parameters = Mapping[str, str | list[str]]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where policies are deployed."""

    account: str
    region: str
    partition: str = "aws"


def documents(parameters: Parameters, place: Place) -> dict[str, list[Statement]]:
    """Return the statements of each policy, by its name in the template.

    `parameters` are those that are not their default.
    """
    return {
        name: list(_filled(resource["PolicyDocument"]["Statement"], _known(parameters, place)))
        for name, resource in _resources().items()
    }


def policy_arn(name: str, parameters: Parameters, place: Place) -> str:
    """Return the ARN of a policy by its name in the template."""
    return str(_value({"Ref": name}, _known(parameters, place)))


def defaults() -> dict[str, str | list[str]]:
    """Return the parameters that have a default, with it."""
    return {
        name: _listed(each) if each["Type"] == "CommaDelimitedList" else each["Default"]
        for name, each in template()["Parameters"].items()
        if "Default" in each
    }


def _listed(parameter: Mapping[str, str]) -> list[str]:
    return [parameter["Default"]] if parameter["Default"] else []


def _known(parameters: Parameters, place: Place) -> dict[str, str | list[str]]:
    return {
        **defaults(),
        **parameters,
        "AWS::AccountId": place.account,
        "AWS::Partition": place.partition,
        "AWS::Region": place.region,
    }


def _filled(statements: Any, known: Parameters) -> Iterator[Statement]:
    for each in statements:
        if "If" in each:
            condition, there, otherwise = each["If"]
            # Each condition is whether a parameter has anything.
            statement = there if known[condition.removeprefix("Has")] else otherwise
        else:
            statement = each
        if statement != {"Ref": "AWS::NoValue"}:
            yield {key: _value(content, known) for key, content in statement.items()}


def _value(value: Any, known: Parameters) -> Any:
    if isinstance(value, list):
        return [_value(each, known) for each in value]
    if not isinstance(value, Mapping):
        return value
    if "Sub" in value:
        return _PLACE.sub(lambda found: str(_value({"Ref": found[1]}, known)), value["Sub"])
    if "Ref" in value:
        name = value["Ref"]
        if name in known:
            return known[name]
        policy = _value(_resources()[name]["ManagedPolicyName"], known)
        return f"arn:{known['AWS::Partition']}:iam::{known['AWS::AccountId']}:policy/{policy}"
    return {key: _value(content, known) for key, content in value.items()}


def _resources() -> dict[str, Any]:
    return {name: each["Properties"] for name, each in template()["Resources"].items()}


class _Template(yaml.SafeLoader):
    """Reads CloudFormation's short forms: `!Ref Name` becomes {"Ref": "Name"}."""


def _short(loader: yaml.SafeLoader, form: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        return {form: loader.construct_sequence(node, deep=True)}
    return {form: str(node.value)}


_Template.add_multi_constructor("!", _short)


@cache
def template() -> Any:
    """Return the template, each short form as what it is short for, without `Fn::`."""
    text = (INSTALLATION / FILE).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Template)  # noqa: S506  # a safe loader
