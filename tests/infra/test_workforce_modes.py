"""Workforces that are adopted, shared or sign in elsewhere, and what can be asked of a made one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ground_truth.config import Environment, load
from tests.infra.deployment_permissions import schemas
from tests.infra.golden import readable
from tests.infra.synthesis import Synthesis

_WORKERS = {"readers": {"description": "Reads", "workers": ["ana@example.com"]}}
_GROUPS = {"readers": {"description": "Reads", "groups": ["labelers", "leads"]}}
_VPC = {"id": "vpc-0a1b2c3d", "subnets": ["subnet-0a1b2c3d"], "security_groups": ["sg-0a1b2c3d"]}
_CREATE = {"organization": "Example Labs", "support_email": "labeling@example.com"}
_OIDC = {
    "client_id": "ground-truth~1",
    "client_secret": "arn:aws:secretsmanager:us-east-1:111122223333:secret:labeling-a1B2c3",
    "issuer": "https://id.example.com",
    "authorization_endpoint": "https://id.example.com/authorize",
    "token_endpoint": "https://id.example.com/token",
    "user_info_endpoint": "https://id.example.com/userinfo",
    "logout_endpoint": "https://id.example.com/logout",
    "jwks_uri": "https://id.example.com/keys",
}
_IN_COGNITO = ("AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient")

Synthesise = Callable[[Environment], Synthesis]


def _environment(folder: Path, workforce: dict[str, Any], *, name: str = "test") -> Environment:
    folder = folder / "environments"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.yaml"
    tags = {"cost-center": "labeling"}
    content = {"region": "us-east-1", "protected": False, "tags": tags, "workforce": workforce}
    file.write_text(yaml.safe_dump(content).replace("false", '"false"'))
    return load(file)


@pytest.fixture(scope="module")
def adopting(synthesise: Synthesise, tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    adopt = {
        "workforce_name": "default",
        "user_pool_id": "us-east-1_AbC123",
        "client_id": "1h57kf5cpq",
    }
    workforce = {"adopt": adopt, "pin_urls_to_worker_ip": "true", "teams": _WORKERS}
    return synthesise(_environment(tmp_path_factory.mktemp("adopting"), workforce))


@pytest.fixture(scope="module")
def sharing(synthesise: Synthesise, tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    folder = tmp_path_factory.mktemp("sharing")
    _environment(folder, {"create": _CREATE, "teams": _WORKERS}, name="dev")
    return synthesise(_environment(folder, {"shared_with": "dev", "teams": _WORKERS}))


@pytest.fixture(scope="module")
def with_oidc(synthesise: Synthesise, tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    workforce = {"oidc": {**_OIDC, "vpc": _VPC}, "pin_urls_to_worker_ip": "true", "teams": _GROUPS}
    return synthesise(_environment(tmp_path_factory.mktemp("oidc"), workforce))


@pytest.fixture(scope="module")
def guarded(synthesise: Synthesise, tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    create = {
        **_CREATE,
        "vpc": _VPC,
        "mfa": "required",
        "password_policy": {"minimum_length": "16", "temporary_password_days": "3"},
        "threat_protection": "enforced",
        "email_from": "labeling@example.com",
        "invitation": "Portal {portal}, name {username}, password {password}, {days} days",
    }
    workforce = {"create": create, "teams": _WORKERS}
    return synthesise(_environment(tmp_path_factory.mktemp("guarded"), workforce))


def test_an_adopted_workforce_its_pool_and_client_are_not_declared(adopting: Synthesis) -> None:
    for kind in ("AWS::SageMaker::Workforce", "AWS::Cognito::UserPoolDomain", *_IN_COGNITO):
        assert adopting.resources("Workforce", kind) == [], kind
    check = adopting.properties("Workforce", "Custom::WorkforceCheck")
    assert (check["Mode"], check["WorkforceName"]) == ("adopt", "default")
    assert (check["UserPoolId"], check["ClientId"]) == ("us-east-1_AbC123", "1h57kf5cpq")


def test_teams_and_workers_of_an_adopted_workforce_are_ours(adopting: Synthesis) -> None:
    team = adopting.properties("Workforce", "AWS::SageMaker::Workteam")
    (member,) = team["MemberDefinitions"]

    assert team["WorkforceName"] == "default"
    assert member["CognitoMemberDefinition"]["CognitoUserPool"] == "us-east-1_AbC123"
    assert adopting.properties("Workforce", "Custom::Workers")["Members"]


def test_nothing_is_written_before_the_ids_of_an_adopted_workforce_are_checked(
    adopting: Synthesis,
) -> None:
    for kind in ("AWS::Cognito::UserPoolGroup", "AWS::SageMaker::Workteam", "Custom::PortalLogin"):
        assert "Custom::WorkforceCheck" in adopting.after("Workforce", kind), kind


def test_the_pool_of_an_adopted_workforce_can_t_be_written(adopting: Synthesis) -> None:
    login = adopting.properties("Workforce", "Custom::PortalLogin")
    policies = json.dumps(adopting.resources("Workforce", "AWS::IAM::ManagedPolicy"))

    assert login["Keep"] is True
    assert "Invitation" not in login
    assert '"cognito-idp:UpdateUserPoolClient"' in policies
    assert '"cognito-idp:UpdateUserPool"' not in policies


def test_addresses_of_data_objects_can_be_tied_to_the_worker_s(adopting: Synthesis) -> None:
    access = adopting.properties("Workforce", "Custom::WorkerAccess")

    assert access["Teams"] == ["test-readers"]
    assert (access["SourceIp"], access["VpcSourceIp"]) == ("Enabled", "Disabled")


def test_a_shared_workforce_is_imported_so_that_its_owner_can_t_go(sharing: Synthesis) -> None:
    check = sharing.properties("Workforce", "Custom::WorkforceCheck")
    team = sharing.properties("Workforce", "AWS::SageMaker::Workteam")

    assert check["Mode"] == "shared"
    assert check["WorkforceName"] == {"Fn::ImportValue": "dev-WorkforceName"}
    assert check["UserPoolId"] == {"Fn::ImportValue": "dev-UserPoolId"}
    assert (team["WorkforceName"], team["WorkteamName"]) == ("dev", "test-readers")
    for kind in ("AWS::SageMaker::Workforce", "Custom::PortalLogin", *_IN_COGNITO):
        assert sharing.resources("Workforce", kind) == [], kind


def test_people_of_an_identity_provider_come_by_its_groups(with_oidc: Synthesis) -> None:
    team = with_oidc.properties("Workforce", "AWS::SageMaker::Workteam")

    assert team["MemberDefinitions"] == [
        {"OidcMemberDefinition": {"OidcGroups": ["labelers", "leads"]}}
    ]
    for kind in ("Custom::Workers", "AWS::Cognito::UserPoolGroup", *_IN_COGNITO):
        assert with_oidc.resources("Workforce", kind) == [], kind


def test_the_template_names_the_secret_and_does_not_resolve_it(with_oidc: Synthesis) -> None:
    workforce = with_oidc.properties("Workforce", "Custom::OidcWorkforce")
    template = json.dumps(with_oidc.templates["Workforce"].to_json())

    assert workforce["ClientSecretArn"] == _OIDC["client_secret"]
    assert workforce["Oidc"]["ClientId"] == "ground-truth~1"
    assert "{{resolve" not in template
    assert "CallbackUrl" in template


def test_a_portal_in_a_vpc_ties_addresses_to_the_vpc(with_oidc: Synthesis) -> None:
    workforce = with_oidc.properties("Workforce", "Custom::OidcWorkforce")
    access = with_oidc.properties("Workforce", "Custom::WorkerAccess")

    assert workforce["Vpc"] == {
        "VpcId": "vpc-0a1b2c3d",
        "SecurityGroupIds": ["sg-0a1b2c3d"],
        "Subnets": ["subnet-0a1b2c3d"],
    }
    assert (access["SourceIp"], access["VpcSourceIp"]) == ("Disabled", "Enabled")


def test_a_function_that_opens_a_portal_in_a_vpc_may_do_what_cloudformation_s_handlers_do(
    with_oidc: Synthesis,
) -> None:
    declared = {
        action
        for schema in schemas("AWS::SageMaker::Workforce")
        for handler in schema["handlers"].values()
        for action in handler["permissions"]
    }

    of_ec2 = {each for each in _allowed(with_oidc) if each.startswith("ec2:")}
    assert of_ec2 == {each for each in declared if each.startswith("ec2:")}


def test_a_team_is_named_in_both_forms_of_its_arn(with_oidc: Synthesis) -> None:
    (resources,) = (
        statement["Resource"]
        for statement in _statements(with_oidc)
        if "sagemaker:UpdateWorkteam" in statement["Action"]
    )

    named = sorted(readable(each).rpartition(":workteam/")[2] for each in resources)
    assert named == ["private-crowd/test-readers", "test-readers"]


def test_no_workforce_has_tags(with_oidc: Synthesis) -> None:
    assert "Tags" not in with_oidc.properties("Workforce", "Custom::OidcWorkforce")
    assert "sagemaker:AddTags" not in _allowed(with_oidc)


def _statements(synthesis: Synthesis) -> list[dict[str, Any]]:
    return [
        statement
        for policy in synthesis.resources("Workforce", "AWS::IAM::ManagedPolicy")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def _allowed(synthesis: Synthesis) -> set[str]:
    actions = (each["Action"] for each in _statements(synthesis))
    return {each for found in actions for each in ([found] if isinstance(found, str) else found)}


def test_what_the_file_asks_of_passwords_and_sign_in_is_declared(guarded: Synthesis) -> None:
    pool = guarded.properties("Workforce", "AWS::Cognito::UserPool")

    assert pool["MfaConfiguration"] == "ON"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 16
    assert pool["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] == 3
    assert pool["UserPoolTier"] == "PLUS"
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}


def test_a_sender_is_declared_with_the_data_and_checked_with_the_people(
    guarded: Synthesis,
) -> None:
    sender = guarded.properties("Data", "AWS::SES::EmailIdentity")
    email = guarded.properties("Workforce", "AWS::Cognito::UserPool")["EmailConfiguration"]

    assert sender["EmailIdentity"] == "labeling@example.com"
    assert email["EmailSendingAccount"] == "DEVELOPER"
    assert email["From"] == "Example Labs <labeling@example.com>"
    assert guarded.properties("Workforce", "Custom::WorkforceCheck")["EmailFrom"] == (
        "labeling@example.com"
    )


def test_the_invitation_is_the_file_s(guarded: Synthesis) -> None:
    invitation = guarded.properties("Workforce", "Custom::PortalLogin")["Invitation"]

    assert invitation["Body"] == (
        "<p>Portal {portal}, name {username}, password {####}, 3 days</p>"
    )


def test_a_change_of_the_client_or_the_pool_lets_the_login_be_done_again(
    guarded: Synthesis, local: Synthesis
) -> None:
    here = guarded.properties("Workforce", "Custom::PortalLogin")
    there = local.properties("Workforce", "Custom::PortalLogin")

    assert here["PoolSettings"] != there["PoolSettings"]
    assert here["ClientSettings"] == there["ClientSettings"]


@pytest.mark.parametrize("mode", ["adopting", "sharing", "with_oidc", "guarded"])
def test_no_mode_has_a_finding_that_is_not_listed(
    mode: str, request: pytest.FixtureRequest
) -> None:
    assert request.getfixturevalue(mode).findings == []
