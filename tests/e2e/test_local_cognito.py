"""Cognito of local AWS as it is documented, where MiniStack's own was not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError, WaiterError

from local.aws import LocalAws
from local.browser import Browser
from local.mailbox import as_json
from local.worker import WorkerError
from tests.e2e.people import OAUTH, People, make_people
from tests.e2e.stacks import delete, deploy

_POOL: Final[dict[str, Any]] = {
    "PoolName": "kept",
    "Policies": {"PasswordPolicy": {"MinimumLength": 20, "TemporaryPasswordValidityDays": 3}},
    "AdminCreateUserConfig": {
        "AllowAdminCreateUserOnly": True,
        "InviteMessageTemplate": {
            "EmailSubject": "Welcome",
            "EmailMessage": "{username} with {####}!",
        },
    },
    "UsernameAttributes": ["email"],
    "UsernameConfiguration": {"CaseSensitive": False},
    "UserPoolTags": {"purpose": "test"},
    "MfaConfiguration": "OFF",
    "Schema": [{"Name": "team", "AttributeDataType": "String"}],
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with LocalAws(tmp_path_factory.mktemp("local-aws"), delay=0.05) as aws:
        people = make_people(aws, {"ana": ["readers"], "bo": ["writers"]})
        people.team("readers")
        people.open_portal()
        yield people


@pytest.fixture
def pool(people: People) -> Iterator[str]:
    """Give a pool with many settings."""
    pool: str = people.cognito.create_user_pool(**_POOL)["UserPool"]["Id"]
    yield pool
    people.cognito.update_user_pool(UserPoolId=pool)
    people.cognito.delete_user_pool(UserPoolId=pool)


@pytest.fixture
def client(people: People, pool: str) -> dict[str, str]:
    """Give a client of the pool with many settings."""
    made = people.cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="portal",
        GenerateSecret=True,
        LogoutURLs=["https://127.0.0.1/logout"],
        AccessTokenValidity=2,
        PreventUserExistenceErrors="ENABLED",
        **OAUTH,
    )["UserPoolClient"]
    return {"UserPoolId": pool, "ClientId": made["ClientId"]}


def _client(people: People, client: dict[str, str]) -> dict[str, Any]:
    described: dict[str, Any] = people.cognito.describe_user_pool_client(**client)["UserPoolClient"]
    return described


def _pool(people: People, pool: str) -> dict[str, Any]:
    described: dict[str, Any] = people.cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    return described


def _accepted(people: People, operation: str, described: dict[str, Any]) -> dict[str, Any]:
    """Return what the operation accepts of a description."""
    shape = people.cognito.meta.service_model.operation_model(operation).input_shape
    return {name: value for name, value in described.items() if name in shape.members}


def _mails(people: People, to: str) -> list[dict[str, Any]]:
    box = Browser(people.aws.ca_bundle).open(as_json(people.aws.mailbox))
    return [mail for mail in json.loads(box.content)["mails"] if mail["to"] == to]


def test_an_update_of_a_client_resets_what_it_leaves_out(
    people: People, client: dict[str, str]
) -> None:
    before = _client(people, client)

    people.cognito.update_user_pool_client(**client, AccessTokenValidity=3)

    after = _client(people, client)
    assert after["AccessTokenValidity"] == 3
    gone = {"CallbackURLs", "LogoutURLs", "AllowedOAuthFlows", "AllowedOAuthScopes"}
    assert gone <= before.keys()
    assert not gone & after.keys()
    assert not after["AllowedOAuthFlowsUserPoolClient"]
    assert after["PreventUserExistenceErrors"] == "LEGACY"
    for kept in ("ClientId", "ClientName", "ClientSecret"):
        assert after[kept] == before[kept]


def test_a_client_written_back_whole_is_what_it_was(people: People, client: dict[str, str]) -> None:
    before = _client(people, client)

    people.cognito.update_user_pool_client(**_accepted(people, "UpdateUserPoolClient", before))

    after = _client(people, client)
    assert {**after, "LastModifiedDate": None} == {**before, "LastModifiedDate": None}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"CallbackURLs": []}, "InvalidOAuthFlowException.*CallbackUrls can not be empty"),
        ({"DefaultRedirectURI": "https://example.com"}, "DefaultRedirectURI"),
        ({"CallbackURLs": ["http://example.com"]}, "begins with https"),
    ],
)
def test_a_client_can_not_have_urls_that_nobody_may_be_led_to(
    people: People, client: dict[str, str], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        people.cognito.update_user_pool_client(**client, **{**OAUTH, **changes})


def test_an_update_of_a_pool_resets_what_it_leaves_out(people: People, pool: str) -> None:
    before = _pool(people, pool)

    people.cognito.update_user_pool(
        UserPoolId=pool, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}
    )

    after = _pool(people, pool)
    assert after["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert "InviteMessageTemplate" not in after["AdminCreateUserConfig"]
    assert "AccountRecoverySetting" not in after
    assert after.get("UserPoolTags", {}) == {}
    for kept in ("Name", "SchemaAttributes", "UsernameAttributes", "UserPoolTier"):
        assert after[kept] == before[kept]


def test_a_pool_written_back_has_one_of_two_validities_left_out(people: People, pool: str) -> None:
    before = _pool(people, pool)
    request = {"UserPoolId": pool, **_accepted(people, "UpdateUserPool", before)}

    with pytest.raises(ClientError, match="Please use TemporaryPasswordValidityDays"):
        people.cognito.update_user_pool(**request)
    config = dict(request["AdminCreateUserConfig"])
    del config["UnusedAccountValidityDays"]
    people.cognito.update_user_pool(**{**request, "AdminCreateUserConfig": config})

    after = _pool(people, pool)
    assert {**after, "LastModifiedDate": None} == {**before, "LastModifiedDate": None}


def test_a_pool_with_a_domain_or_protected_can_not_be_deleted(people: People, pool: str) -> None:
    cognito = people.cognito
    cognito.create_user_pool_domain(UserPoolId=pool, Domain="in-use")

    with pytest.raises(ClientError, match=r"InvalidParameterException.*domain configured"):
        cognito.delete_user_pool(UserPoolId=pool)
    cognito.delete_user_pool_domain(UserPoolId=pool, Domain="in-use")
    cognito.update_user_pool(UserPoolId=pool, DeletionProtection="ACTIVE")
    with pytest.raises(ClientError, match=r"InvalidParameterException.*deletion protection"):
        cognito.delete_user_pool(UserPoolId=pool)


def test_a_group_that_a_work_team_uses_can_not_be_deleted(people: People) -> None:
    group = {"UserPoolId": people.pool, "GroupName": "readers"}

    with pytest.raises(ClientError, match="work teams: readers"):
        people.cognito.delete_group(**group)
    people.cognito.delete_group(**{**group, "GroupName": "writers"})

    names = people.cognito.list_groups(UserPoolId=people.pool)["Groups"]
    assert [each["GroupName"] for each in names] == ["readers"]


def test_invitations_have_a_new_password_each_until_one_is_used(people: People) -> None:
    people.invite("cy", [])
    email = "cy@example.com"
    again = {"UserPoolId": people.pool, "Username": email, "MessageAction": "RESEND"}

    people.cognito.admin_create_user(**again)
    people.worker("cy").sign_in()

    first, second = (mail["body"] for mail in _mails(people, email))
    assert first != second
    with pytest.raises(ClientError, match="UnsupportedUserStateException"):
        people.cognito.admin_create_user(**again)


def test_a_temporary_password_fits_the_pools_policy_and_the_mail_its_template(
    people: People, pool: str
) -> None:
    people.cognito.admin_create_user(UserPoolId=pool, Username="dee@example.com")

    [mail] = _mails(people, "dee@example.com")
    assert mail["subject"] == "Welcome"
    assert mail["body"].startswith("dee@example.com with ")
    assert len(mail["body"].removeprefix("dee@example.com with ").removesuffix("!")) == 20


def test_an_invitation_without_the_place_for_the_password_is_not_sent(
    people: People, pool: str
) -> None:
    config = {"InviteMessageTemplate": {"EmailMessage": "Welcome {username}"}}
    people.cognito.update_user_pool(UserPoolId=pool, AdminCreateUserConfig=config)

    people.cognito.admin_create_user(UserPoolId=pool, Username="ed@example.com")

    assert _mails(people, "ed@example.com") == []


def test_users_are_found_in_either_case_if_the_pool_says_so(people: People, pool: str) -> None:
    cognito = people.cognito
    cognito.admin_create_user(UserPoolId=pool, Username="fay@example.com")

    user = cognito.admin_get_user(UserPoolId=pool, Username="Fay@Example.com")
    listed = cognito.list_users(UserPoolId=pool, Filter='email = "FAY@example.com"')["Users"]

    assert [each["Username"] for each in listed] == [user["Username"]]
    with pytest.raises(ClientError, match="UsernameExistsException"):
        cognito.admin_create_user(UserPoolId=pool, Username="Fay@example.com")
    with pytest.raises(ClientError, match="UserNotFoundException"):
        people.cognito.admin_get_user(UserPoolId=people.pool, Username="Ana@example.com")


def test_a_filter_that_is_none_is_refused(people: People) -> None:
    with pytest.raises(ClientError, match="InvalidParameterException"):
        people.cognito.list_users(UserPoolId=people.pool, Filter="email: ana@example.com")


def _template(**client: Any) -> dict[str, Any]:
    pool = {"Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolName": "formed"}}
    properties = {"UserPoolId": {"Ref": "Pool"}, "GenerateSecret": True, **OAUTH, **client}
    return {
        "Resources": {
            "Pool": pool,
            "Client": {"Type": "AWS::Cognito::UserPoolClient", "Properties": properties},
            "Group": {
                "Type": "AWS::Cognito::UserPoolGroup",
                "Properties": {"UserPoolId": {"Ref": "Pool"}, "GroupName": "formed"},
            },
        },
        "Outputs": {name: {"Value": {"Ref": name}} for name in ("Pool", "Client")},
    }


def test_cloudformation_overwrites_a_client_only_when_it_changes_it(people: People) -> None:
    made = deploy(people.aws, "formed", _template())
    client = {"UserPoolId": made["Pool"], "ClientId": made["Client"]}
    ours = {"CallbackURLs": ["https://ours"], "LogoutURLs": ["https://ours/logout"]}
    people.cognito.update_user_pool_client(**client, **{**OAUTH, **ours})

    template = _template()
    template["Resources"]["Group"]["Properties"]["Description"] = "changed"
    deploy(people.aws, "formed", template)
    untouched = _client(people, client)
    deploy(people.aws, "formed", _template(AccessTokenValidity=5))
    overwritten = _client(people, client)

    assert (untouched["CallbackURLs"], untouched["LogoutURLs"]) == tuple(ours.values())
    assert overwritten["CallbackURLs"] == OAUTH["CallbackURLs"]
    assert "LogoutURLs" not in overwritten
    assert overwritten["ClientSecret"] == untouched["ClientSecret"]
    delete(people.aws, "formed")


def test_cloudformation_overwrites_a_pool_only_when_it_changes_it(people: People) -> None:
    template = _template()
    policy = {"PasswordPolicy": {"MinimumLength": 10}}
    template["Resources"]["Pool"]["Properties"]["Policies"] = policy
    pool = deploy(people.aws, "overwritten", template)["Pool"]
    ours = {"InviteMessageTemplate": {"EmailMessage": "{username} {####} https://portal"}}
    people.cognito.update_user_pool(UserPoolId=pool, Policies=policy, AdminCreateUserConfig=ours)

    template["Resources"]["Group"]["Properties"]["Description"] = "changed"
    deploy(people.aws, "overwritten", template)
    untouched = _pool(people, pool)
    policy["PasswordPolicy"]["MinimumLength"] = 11
    deploy(people.aws, "overwritten", template)
    overwritten = _pool(people, pool)

    template_of = ours["InviteMessageTemplate"]
    assert untouched["AdminCreateUserConfig"]["InviteMessageTemplate"] == template_of
    assert "InviteMessageTemplate" not in overwritten["AdminCreateUserConfig"]
    assert overwritten["Policies"]["PasswordPolicy"]["MinimumLength"] == 11
    delete(people.aws, "overwritten")


def test_cloudformation_can_not_delete_a_group_that_a_team_uses(people: People) -> None:
    member = {"UserPoolId": people.pool, "GroupName": "teams-own"}
    group = {"Type": "AWS::Cognito::UserPoolGroup", "Properties": member}
    deploy(people.aws, "group", {"Resources": {"Group": group}})
    people.team("teams-own")

    with pytest.raises(WaiterError):
        delete(people.aws, "group")
    people.sagemaker.delete_workteam(WorkteamName="teams-own")
    delete(people.aws, "group")


def test_cognitos_own_mailer_sends_fifty_mails_a_day(tmp_path: Path) -> None:
    with LocalAws(tmp_path) as aws:
        cognito = aws.client("cognito-idp")
        pool = cognito.create_user_pool(PoolName="many", UsernameAttributes=["email"])
        request = {"UserPoolId": pool["UserPool"]["Id"]}
        for number in range(50):
            cognito.admin_create_user(**request, Username=f"w{number}@example.com")

        with pytest.raises(ClientError, match=r"LimitExceededException.*daily email limit"):
            cognito.admin_create_user(**request, Username="w50@example.com")
        own = {"EmailSendingAccount": "DEVELOPER", "From": "labels@example.com"}
        cognito.update_user_pool(**request, EmailConfiguration=own)
        cognito.admin_create_user(**request, Username="w50@example.com")


def test_cloudformations_tags_of_a_pool_stay_and_nobody_else_can_set_such(people: People) -> None:
    pool = deploy(people.aws, "tagged", _template())["Pool"]
    before = _pool(people, pool)["UserPoolTags"]

    people.cognito.update_user_pool(UserPoolId=pool, UserPoolTags={"purpose": "test"})
    with pytest.raises(ClientError, match="aws: prefixed tag key names are not allowed"):
        people.cognito.update_user_pool(UserPoolId=pool, UserPoolTags=before)

    assert before["aws:cloudformation:stack-name"] == "tagged"
    assert _pool(people, pool)["UserPoolTags"] == {**before, "purpose": "test"}
    delete(people.aws, "tagged")


def test_a_disabled_user_can_not_sign_in_with_the_right_password(people: People) -> None:
    people.invite("gil", [])
    people.cognito.admin_disable_user(UserPoolId=people.pool, Username="gil@example.com")

    with pytest.raises(WorkerError, match="Incorrect username or password"):
        people.worker("gil").sign_in()

    user = people.cognito.admin_get_user(UserPoolId=people.pool, Username="gil@example.com")
    assert (user["Enabled"], user["UserStatus"]) == (False, "FORCE_CHANGE_PASSWORD")
