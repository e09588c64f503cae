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
from cli.aws.policy_documents import Place, documents, policy_arn
from cli.aws.policy_documents import template as read_template
from constructs.ground_truth.data.key_grants import ADMINISTRATION
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
    2: "8576b65acc93a3916837e4abbe1a4d2224f66d26a187ff84ebf19482f56c1d88",
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


#: As long as they can be.
_PLACE = Place(account="1" * 12, region="ap-northeast-1")
_ENVIRONMENT = "x" * 15
#: One of each that a file may name.
_NAMED = {
    "Buckets": ["arn:aws:s3:::letters-of-ours", "arn:aws:s3:::letters-of-ours/*"],
    "Keys": ["arn:aws:kms:ap-northeast-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    "UserPools": ["arn:aws:cognito-idp:ap-northeast-1:*:userpool/ap-northeast-1_AbCdEf123"],
    "Secrets": ["arn:aws:secretsmanager:ap-northeast-1:111111111111:secret:labeling-a1B2c3"],
    "Identities": ["arn:aws:ses:ap-northeast-1:*:identity/example.com"],
    "Functions": ["arn:aws:lambda:ap-northeast-1:111111111111:function:before-the-workers"],
}


def _template() -> dict[str, Any]:
    template: dict[str, Any] = read_template()
    return template


def _statements(policy: str, environment: str = _ENVIRONMENT) -> list[dict[str, Any]]:
    parameters: dict[str, str | list[str]] = {"Environment": environment, **_NAMED}
    return [dict(each) for each in documents(parameters, _PLACE)[policy]]


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
        name: resource["Properties"]["ManagedPolicyName"]["Sub"]
        for name, resource in resources.items()
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


def _documents() -> dict[str, Any]:
    return {
        name: resource["Properties"]["PolicyDocument"]["Statement"]
        for name, resource in _template()["Resources"].items()
    }


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
    whole = {"Version": "2012-10-17", "Statement": _statements(policy)}

    assert len(json.dumps(whole, separators=(",", ":"))) <= 6144


@pytest.mark.parametrize("policy", _POLICIES)
def test_a_policy_names_each_action(policy: str) -> None:
    assert not [action for action in _actions(_statements(policy)) if "*" in action]


def test_a_wildcard_has_its_reason_beside_it() -> None:
    text = _FILE.read_text()
    blocks = re.split(r"\n(?= +(?:- )?Effect: )", text)[1:]

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
    statements = _statements("DeployFunctions", environment)
    (policies,) = (each for each in statements if each["Sid"] == "Policies")

    bounding = [policy_arn(name, {"Environment": environment}, _PLACE) for name in _POLICIES]

    assert len(bounding) == 4
    assert not [
        arn for arn in bounding for pattern in policies["Resource"] if fnmatchcase(arn, pattern)
    ]


def test_a_key_s_own_policy_lets_deploy_what_the_policies_let_deploy_of_a_key_of_before() -> None:
    (keys,) = (each for each in _statements("DeployData") if each["Sid"] == "Keys")

    assert tuple(keys["Action"]) == ADMINISTRATION


@pytest.mark.parametrize("policy", _POLICIES)
def test_a_name_with_which_a_resource_of_ours_begins_has_its_stack_in_it(policy: str) -> None:
    """`dev-*` alone would be a neighbour's, too; jobs and teams have a name without a stack."""
    names = ("labeling-job", "workteam", "workforce")
    loose = [
        resource
        for statement in _statements(policy, "dev")
        for resource in _listed(statement["Resource"])
        if re.search(r"[:/]dev-?\*", resource) and not any(each in resource for each in names)
    ]

    assert loose == []


def test_names_of_buckets_are_those_that_cloudformation_makes_of_each() -> None:
    """CloudFormation makes `<stack>-<logical id>-<chance>`, of buckets in lower case."""
    patterns = {
        resource.removeprefix("arn:aws:s3:::")
        for policy in _POLICIES
        for statement in _statements(policy, "dev")
        for resource in _listed(statement["Resource"])
        if resource.startswith("arn:aws:s3:::dev-")
    }
    buckets = {
        f"dev-{file.stem}-{name}-*".lower()
        for file in (ROOT / "tests" / "data" / "snapshots" / "dev").iterdir()
        for name, resource in yaml.safe_load(file.read_text())["Resources"].items()
        if resource["Type"] == "AWS::S3::Bucket"
    }

    assert patterns == buckets


def test_nobody_deploys_them_for_a_name_that_cloudformation_would_cut() -> None:
    """It keeps 25 characters of a stack's name: docs/decisions/0028 has the examples."""
    environment = _template()["Parameters"]["Environment"]

    assert int(environment["MaxLength"]) + len("-Workforce") == 25
