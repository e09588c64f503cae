"""The policies that an administrator deploys before anything else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.synthesis import ROOT

_FILE = ROOT / "bootstrap" / "policies.yaml"
_POLICIES = ("Boundary", "DeployData", "DeployFunctions", "DeployPeople")
#: What CDK's own policies of buckets let the function do that empties them.
_EMPTYING = {
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:GetBucketPolicy",
    "s3:GetBucketTagging",
    "s3:ListBucketVersions",
    "s3:PutBucketPolicy",
}


class _Loader(yaml.SafeLoader):
    """Reads `!Sub` and `!Ref` as what stands behind them."""


_Loader.add_multi_constructor("!", lambda loader, _tag, node: loader.construct_scalar(node))


def _statements(policy: str) -> list[dict[str, Any]]:
    template = yaml.load(_FILE.read_text(), Loader=_Loader)  # noqa: S506  # it is a safe loader
    statements: list[dict[str, Any]] = template["Resources"][policy]["Properties"][
        "PolicyDocument"
    ]["Statement"]
    return statements


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _actions(statements: list[dict[str, Any]]) -> set[str]:
    return {
        action
        for statement in statements
        if statement["Effect"] == "Allow"
        for action in _listed(statement["Action"])
    }


def _roles(environment: str) -> list[dict[str, Any]]:
    folder = ROOT / "tests" / "data" / "snapshots" / environment
    return [
        resource["Properties"]
        for file in sorted(folder.iterdir())
        for resource in yaml.safe_load(file.read_text())["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
    ]


def _of_roles() -> Iterator[dict[str, Any]]:
    """Yield the statements of all policies in the templates that the snapshots show."""
    for file in (ROOT / "tests" / "data" / "snapshots").rglob("*.yaml"):
        for resource in yaml.safe_load(file.read_text())["Resources"].values():
            if resource["Type"] == "AWS::IAM::ManagedPolicy":
                yield from resource["Properties"]["PolicyDocument"]["Statement"]


def test_cfn_lint_finds_nothing() -> None:
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--", str(_FILE)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # the arguments are ours

    assert process.stdout == ""


@pytest.mark.parametrize("policy", _POLICIES)
def test_a_policy_has_no_more_characters_than_iam_allows(policy: str) -> None:
    document = json.dumps(_statements(policy), separators=(",", ":"))
    filled = re.sub(r"\$\{[^}]+}", "x" * 20, document)

    assert len(filled) < 6144


@pytest.mark.parametrize("policy", _POLICIES)
def test_a_policy_names_each_action(policy: str) -> None:
    assert not [action for action in _actions(_statements(policy)) if "*" in action]


def test_a_wildcard_has_its_reason_beside_it() -> None:
    text = _FILE.read_text()
    blocks = re.split(r"\n(?=          - Sid: )", text)[1:]

    unexplained = [
        block.split("\n")[0]
        for block in blocks
        if re.search(r"^\s+(Resource: |- )\S.*\*", block, re.MULTILINE) and "# " not in block
    ]

    assert len(blocks) > 30
    assert unexplained == []


def test_the_boundary_is_all_that_the_templates_let_roles_do_and_no_more() -> None:
    allowed = _actions(list(_of_roles()))

    assert _actions(_statements("Boundary")) == allowed | _EMPTYING


def test_a_boundary_that_the_file_names_bounds_every_role() -> None:
    roles = _roles("catalogue")

    assert len(roles) > 6
    assert {role["PermissionsBoundary"] for role in roles} == {
        "arn:aws:iam::<AWS::AccountId>:policy/GroundTruth-catalogue-boundary"
    }


def test_no_role_has_a_boundary_where_the_file_names_none() -> None:
    assert not [role for role in _roles("local") if "PermissionsBoundary" in role]


@pytest.mark.parametrize("environment", ["dev", "a", "ground", "groundtruth"])
def test_nobody_who_deploys_can_change_what_bounds_him(environment: str) -> None:
    (policies,) = (each for each in _statements("DeployFunctions") if each["Sid"] == "Policies")
    pattern = policies["Resource"].replace("${Environment}", environment)
    bounding = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/GroundTruth-{environment}"

    assert not fnmatchcase(f"{bounding}-boundary", pattern)
    assert not fnmatchcase(f"{bounding}-deploy-data", pattern)
