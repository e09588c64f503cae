"""The policies that an administrator deploys before anything else."""

from __future__ import annotations

import hashlib
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

from bootstrap import policies
from tests.infra.synthesis import ROOT

_FILE = ROOT / "bootstrap" / "policies.yaml"
#: Their names are in bootstraps and environment files of others.
_POLICIES = {
    "Boundary": "GroundTruth-${Environment}-boundary",
    "DeployData": "GroundTruth-${Environment}-deploy-data",
    "DeployFunctions": "GroundTruth-${Environment}-deploy-functions",
    "DeployPeople": "GroundTruth-${Environment}-deploy-people",
}
#: What each version allows. An administrator has deployed it: what is allowed now is a new one.
_VERSIONS = {
    2: "70f5c5fdde8f39711bd6fa8b18a7fb2eaeab0c2604bc06be1017e0157526c24f",
}
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


def _template() -> dict[str, Any]:
    template: dict[str, Any] = yaml.load(_FILE.read_text(), Loader=_Loader)  # noqa: S506  # safe
    return template


def _statements(policy: str) -> list[dict[str, Any]]:
    properties = _template()["Resources"][policy]["Properties"]
    statements: list[dict[str, Any]] = properties["PolicyDocument"]["Statement"]
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


def test_the_template_is_what_the_permissions_say() -> None:
    assert _FILE.read_text(encoding="utf-8") == policies.template(), "run `make docs`"


def test_make_docs_writes_the_template() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert "\t@python -m bootstrap.policies\n" in makefile


def test_the_policies_have_the_names_that_bootstraps_know() -> None:
    resources = _template()["Resources"]

    assert {
        name: resource["Properties"]["ManagedPolicyName"] for name, resource in resources.items()
    } == _POLICIES


def test_what_is_allowed_is_what_its_version_allows() -> None:
    version, documents = int(_template()["Outputs"]["Version"]["Value"]), _documents()
    digest = hashlib.sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()

    assert version == max(_VERSIONS)
    assert digest == _VERSIONS[version], (
        "the policies allow something else than their version, which may be deployed, does: raise"
        " `version` in bootstrap/permissions.yaml, write the new digest here, and say in"
        " CHANGELOG.md that they must be deployed again"
    )


def _documents() -> dict[str, list[dict[str, Any]]]:
    return {policy: _statements(policy) for policy in _POLICIES}


def test_other_permissions_are_another_template() -> None:
    permissions = yaml.safe_load(policies.PERMISSIONS.read_text(encoding="utf-8"))
    permissions["types"]["AWS::SQS::Queue"]["actions"]["Queues"]["sqs:PurgeQueue"] = "delete"

    more = set(policies.written(permissions).splitlines()) - set(_FILE.read_text().splitlines())

    assert more == {"              - sqs:PurgeQueue"}


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


def test_no_role_is_made_for_a_service_but_that_of_cognito_s_mails() -> None:
    """AWS's names: https://docs.aws.amazon.com/cognito/latest/developerguide/using-service-linked-roles.html."""
    making = [
        statement
        for policy in _POLICIES
        for statement in _statements(policy)
        if "iam:CreateServiceLinkedRole" in _listed(statement["Action"])
    ]

    assert [each["Condition"] for each in making] == [
        {"StringEquals": {"iam:AWSServiceName": "email.cognito-idp.amazonaws.com"}}
    ]
    assert making[0]["Resource"].endswith(
        ":role/aws-service-role/email.cognito-idp.amazonaws.com/"
        "AWSServiceRoleForAmazonCognitoIdpEmailService"
    )


@pytest.mark.parametrize("environment", ["dev", "a", "ground", "groundtruth"])
def test_nobody_who_deploys_can_change_what_bounds_him(environment: str) -> None:
    (policies,) = (each for each in _statements("DeployFunctions") if each["Sid"] == "Policies")
    pattern = policies["Resource"].replace("${Environment}", environment)
    bounding = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/GroundTruth-{environment}"

    assert not fnmatchcase(f"{bounding}-boundary", pattern)
    assert not fnmatchcase(f"{bounding}-deploy-data", pattern)
