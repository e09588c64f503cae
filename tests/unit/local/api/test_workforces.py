"""Workforces and work teams of local Ground Truth, by the rules of the API."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from local.ground_truth.api.resource_types import Workforces, Workteams
from local.ground_truth.api.service import GroundTruth
from local.ground_truth.cloud import Caller
from local.ground_truth.errors import AwsError
from tests.unit.local.local_cloud import SCOPE, Account, Clock, MemoryCloud

_OIDC: Final = {
    "ClientId": "portal-1",
    "ClientSecret": "s3cret",
    "Issuer": "https://idp.example.com",
    "AuthorizationEndpoint": "https://idp.example.com/authorize",
    "TokenEndpoint": "https://idp.example.com/token",
    "UserInfoEndpoint": "https://idp.example.com/userinfo",
    "LogoutEndpoint": "https://idp.example.com/logout",
    "JwksUri": "https://idp.example.com/keys",
}
_COGNITO: Final = {"UserPool": "us-east-1_pool", "ClientId": "client"}
_VPC: Final = {"VpcId": "vpc-1", "SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
_NAME: Final = {"WorkforceName": "default"}


class _Root:
    """Who may do everything."""

    def authorize(self, action: str, resource: str, context: Any) -> None:
        """Allow it."""


class _Aws:
    """An account without a workforce, in which each step of Ground Truth's takes ten seconds."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.ground_truth = GroundTruth(MemoryCloud(), delay=10.0, clock=self.clock)

    def send(self, operation: str, **request: Any) -> dict[str, Any]:
        """Send a request as a client does."""
        caller: Caller = _Root()
        body = json.dumps(request).encode()
        status, answer = self.ground_truth.answer(SCOPE, caller, operation, body)
        if status != 200:
            raise AwsError(answer["__type"], answer["message"])
        return answer

    def create(self, **config: Any) -> None:
        """Create the workforce, and wait until it is active."""
        self.send("CreateWorkforce", **{**_NAME, "CognitoConfig": _COGNITO, **config})
        self.clock.now += 10

    def create_oidc(self) -> None:
        """Create a workforce with its own identity provider."""
        self.send("CreateWorkforce", **_NAME, OidcConfig=_OIDC)
        self.clock.now += 10

    def team(self, member: dict[str, Any], name: str = "readers") -> dict[str, Any]:
        """Create a work team."""
        return self.send(
            "CreateWorkteam",
            WorkteamName=name,
            WorkforceName="default",
            MemberDefinitions=[member],
            Description="Reads",
        )

    def workforce(self) -> dict[str, Any]:
        """Describe the workforce."""
        described: dict[str, Any] = self.send("DescribeWorkforce", **_NAME)["Workforce"]
        return described


_GROUP: Final = {"CognitoMemberDefinition": {**_COGNITO, "UserGroup": "readers"}}
_OIDC_GROUPS: Final = {"OidcMemberDefinition": {"Groups": ["readers", "writers"]}}


@pytest.fixture
def aws() -> _Aws:
    return _Aws()


def test_a_new_workforce_has_no_sub_domain_before_it_is_active(aws: _Aws) -> None:
    aws.send("CreateWorkforce", **_NAME, CognitoConfig=_COGNITO)

    early = aws.workforce()
    aws.clock.now += 10

    assert early["Status"] == "Initializing"
    assert "SubDomain" not in early
    assert aws.workforce()["Status"] == "Active"
    assert aws.workforce()["SubDomain"].endswith(".labeling.us-east-1.sagemaker.aws")


def test_a_workforce_made_anew_has_another_sub_domain(aws: _Aws) -> None:
    aws.create()
    first = aws.workforce()["SubDomain"]

    aws.send("DeleteWorkforce", **_NAME)
    aws.clock.now += 10
    aws.create()

    assert aws.workforce()["SubDomain"] != first


def test_there_is_no_second_workforce_even_while_the_first_is_being_deleted(aws: _Aws) -> None:
    aws.create()
    second = {"WorkforceName": "second", "CognitoConfig": _COGNITO}

    with pytest.raises(AwsError, match="Cannot create more than one workforce"):
        aws.send("CreateWorkforce", **second)
    aws.send("DeleteWorkforce", **_NAME)
    assert aws.workforce()["Status"] == "Deleting"
    with pytest.raises(AwsError, match="Cannot create more than one workforce"):
        aws.send("CreateWorkforce", **second)
    aws.clock.now += 10

    aws.send("CreateWorkforce", **second)


def test_a_workforce_with_teams_can_not_be_deleted(aws: _Aws) -> None:
    aws.create()
    aws.team(_GROUP)

    with pytest.raises(AwsError, match="has work teams: readers") as refused:
        aws.send("DeleteWorkforce", **_NAME)
    aws.send("DeleteWorkteam", WorkteamName="readers")
    aws.send("DeleteWorkforce", **_NAME)

    assert refused.value.code == "ResourceInUse"


@pytest.mark.parametrize("operation", ["DescribeWorkforce", "UpdateWorkforce", "DeleteWorkforce"])
def test_a_missing_workforce_is_an_invalid_request(aws: _Aws, operation: str) -> None:
    with pytest.raises(AwsError, match="No workforce") as refused:
        aws.send(operation, WorkforceName="nobody")

    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize("config", [{}, {"CognitoConfig": _COGNITO, "OidcConfig": _OIDC}])
def test_a_workforce_has_one_kind_of_workers(aws: _Aws, config: dict[str, Any]) -> None:
    with pytest.raises(AwsError, match="Exactly one of CognitoConfig and OidcConfig"):
        aws.send("CreateWorkforce", **_NAME, **config)


def test_the_secret_of_an_identity_provider_is_never_shown(aws: _Aws) -> None:
    aws.create_oidc()

    shown = json.dumps(
        [aws.workforce(), aws.send("ListWorkforces"), aws.send("UpdateWorkforce", **_NAME)]
    )

    assert _OIDC["ClientSecret"] not in shown
    config = aws.workforce()["OidcConfig"]
    assert config == {name: value for name, value in _OIDC.items() if name != "ClientSecret"}
    assert "CognitoConfig" not in aws.workforce()


def test_the_identity_provider_can_be_changed_only_without_teams(aws: _Aws) -> None:
    aws.create_oidc()
    changed = {**_OIDC, "ClientId": "portal-2"}
    aws.team(_OIDC_GROUPS)

    with pytest.raises(AwsError, match="has work teams: readers"):
        aws.send("UpdateWorkforce", **_NAME, OidcConfig=changed)
    aws.send("DeleteWorkteam", WorkteamName="readers")
    aws.send("UpdateWorkforce", **_NAME, OidcConfig=changed)

    assert aws.workforce()["OidcConfig"]["ClientId"] == "portal-2"


def test_a_workforce_of_cognitos_takes_no_other_provider(aws: _Aws) -> None:
    aws.create()

    with pytest.raises(AwsError, match="uses Amazon Cognito and takes no OidcConfig"):
        aws.send("UpdateWorkforce", **_NAME, OidcConfig=_OIDC)


def test_a_change_takes_its_time_and_nothing_is_changed_meanwhile(aws: _Aws) -> None:
    aws.create()

    aws.send("UpdateWorkforce", **_NAME, SourceIpConfig={"Cidrs": ["192.0.2.0/24"]})

    assert aws.workforce()["Status"] == "Updating"
    with pytest.raises(AwsError, match="is Updating") as refused:
        aws.send("UpdateWorkforce", **_NAME, SourceIpConfig={"Cidrs": []})
    assert refused.value.code == "ConflictException"
    aws.clock.now += 10
    assert aws.workforce()["Status"] == "Active"


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (_OIDC_GROUPS, "have CognitoMemberDefinition"),
        ({**_GROUP, **_OIDC_GROUPS}, "either CognitoMemberDefinition or OidcMemberDefinition"),
        (
            {"CognitoMemberDefinition": {**_COGNITO, "UserGroup": "nobody"}},
            "has no user group nobody",
        ),
    ],
)
def test_a_team_of_cognitos_has_groups_of_the_pool(
    aws: _Aws, member: dict[str, Any], message: str
) -> None:
    aws.create()

    with pytest.raises(AwsError, match=message):
        aws.team(member)


def test_a_team_of_an_own_provider_has_its_groups(aws: _Aws) -> None:
    aws.create_oidc()

    aws.team(_OIDC_GROUPS)
    with pytest.raises(AwsError, match="have OidcMemberDefinition"):
        aws.team(_GROUP, name="others")

    team = aws.send("DescribeWorkteam", WorkteamName="readers")["Workteam"]
    assert team["MemberDefinitions"] == [_OIDC_GROUPS]


def test_the_first_team_of_an_own_provider_brings_no_workforce(aws: _Aws) -> None:
    request = {
        "WorkteamName": "readers",
        "MemberDefinitions": [_OIDC_GROUPS],
        "Description": "Reads",
    }

    with pytest.raises(AwsError, match="needs a workforce with OidcConfig"):
        aws.send("CreateWorkteam", **request)


def test_a_teams_access_is_kept_and_shown(aws: _Aws) -> None:
    aws.create()
    aws.team(_GROUP)
    access = {"S3Presign": {"IamPolicyConstraints": {"SourceIp": "Enabled"}}}

    aws.send("UpdateWorkteam", WorkteamName="readers", WorkerAccessConfiguration=access)
    aws.send("UpdateWorkteam", WorkteamName="readers", Description="Reads numbers")

    team = aws.send("DescribeWorkteam", WorkteamName="readers")["Workteam"]
    assert team["WorkerAccessConfiguration"] == access


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (
            {"SourceIpConfig": {"Cidrs": ["192.0.2.0/24"]}, "WorkforceVpcConfig": _VPC},
            "not supported for a worker portal in a VPC",
        ),
        (
            {"SourceIpConfig": {"Cidrs": [f"192.0.{n}.0/24" for n in range(11)]}},
            "at most 10 CIDRs, got 11",
        ),
        ({"SourceIpConfig": {"Cidrs": ["everywhere"]}}, "Value 'everywhere' at 'sourceIpConfig"),
        ({"WorkforceVpcConfig": {"VpcId": "vpc-1"}}, "got no SecurityGroupIds"),
    ],
)
def test_a_portal_is_restricted_by_addresses_or_by_a_vpc(
    aws: _Aws, network: dict[str, Any], message: str
) -> None:
    with pytest.raises(AwsError, match=message):
        aws.create(**network)
    aws.create()
    with pytest.raises(AwsError, match=message):
        aws.send("UpdateWorkforce", **_NAME, **network)


def test_a_portal_can_be_put_into_a_vpc_and_out_of_it(aws: _Aws) -> None:
    aws.create(WorkforceVpcConfig=_VPC)

    inside = aws.workforce()["WorkforceVpcConfig"]
    with pytest.raises(AwsError, match="not supported for a worker portal in a VPC"):
        aws.send("UpdateWorkforce", **_NAME, SourceIpConfig={"Cidrs": ["192.0.2.0/24"]})
    aws.send("UpdateWorkforce", **_NAME, WorkforceVpcConfig={})

    assert inside["VpcEndpointId"].startswith("vpce-")
    assert "WorkforceVpcConfig" not in aws.workforce()


def test_a_workforce_leaves_the_client_as_it_is_and_keeps_its_secret() -> None:
    account = Account()

    [workforce] = account.ground_truth.account(SCOPE).workforces.values()

    assert workforce.client_secret == "secret"  # noqa: S105  # the one of the tests' client
    assert "secret" not in json.dumps(account.call("DescribeWorkforce", _NAME))


@pytest.mark.parametrize("name", ["ClientId", "ClientSecret"])
@pytest.mark.parametrize("value", ["a-b", "a.b", "a~b"])
def test_a_template_takes_fewer_client_ids_and_secrets_than_the_api(name: str, value: str) -> None:
    aws = _Aws()
    properties = {**_NAME, "OidcConfig": {**_OIDC, "ClientId": "portal", name: value}}

    with pytest.raises(AwsError, match=f"OidcConfig/{name}: failed validation") as refused:
        Workforces(aws.ground_truth).create(SCOPE, "x", properties, {})
    aws.send("CreateWorkforce", **properties)

    assert name == "ClientId" or value not in refused.value.message


def test_a_template_gives_a_team_the_groups_of_an_own_provider() -> None:
    aws = _Aws()
    aws.create_oidc()
    properties = {
        "WorkteamName": "readers",
        "WorkforceName": "default",
        "Description": "Reads",
        "MemberDefinitions": [{"OidcMemberDefinition": {"OidcGroups": ["readers", "writers"]}}],
    }

    Workteams(aws.ground_truth).create(SCOPE, "x", properties, {})

    team = aws.send("DescribeWorkteam", WorkteamName="readers")["Workteam"]
    assert team["MemberDefinitions"] == [_OIDC_GROUPS]


def test_a_template_that_changes_nothing_of_the_provider_can_be_deployed_with_teams() -> None:
    aws = _Aws()
    types = Workforces(aws.ground_truth)
    oidc = {**_OIDC, "ClientId": "portal"}
    properties = {**_NAME, "OidcConfig": oidc}
    arn, _ = types.create(SCOPE, "x", properties, {})
    aws.team(_OIDC_GROUPS)

    types.update(SCOPE, arn, {**properties, "SourceIpConfig": {"Cidrs": ["192.0.2.0/24"]}}, {}, {})
    changed = {**properties, "OidcConfig": {**oidc, "ClientSecret": "another"}}
    with pytest.raises(AwsError, match="has work teams"):
        types.update(SCOPE, arn, changed, {}, {})

    assert aws.workforce()["SourceIpConfig"] == {"Cidrs": ["192.0.2.0/24"]}


def test_a_restriction_that_a_template_has_no_more_stays() -> None:
    # Nobody has written that CloudFormation lifts it: our function must.
    aws = _Aws()
    types = Workforces(aws.ground_truth)
    properties = {**_NAME, "OidcConfig": {**_OIDC, "ClientId": "portal"}}
    network = {"SourceIpConfig": {"Cidrs": ["192.0.2.0/24"]}}
    arn, _ = types.create(SCOPE, "x", {**properties, **network}, {})

    types.update(SCOPE, arn, properties, {}, {})

    assert aws.workforce()["SourceIpConfig"] == network["SourceIpConfig"]
