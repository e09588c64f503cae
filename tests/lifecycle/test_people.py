"""Deployments of an environment's people, and what gets in their way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.lifecycle.people import People, PeopleStack, PeopleWorld, adopted
from tests.unit.workforce.cognito_pools import PLACEHOLDER, client_settings
from tests.unit.workforce.workforce_events import OIDC

_ANA, _BO, _CY = "ana@example.com", "bo@example.com", "cy@example.com"
_PORTAL = "https://dev0.labeling.us-east-1.sagemaker.aws"
_CALLBACK, _LOGOUT = f"{_PORTAL}/oauth2/idpresponse", f"{_PORTAL}/logout"
_OTHERS = "https://app.example.com/signed-in"
_OIDC = People(mode="oidc")


def _can_log_in(world: PeopleWorld, client: str = "devclient") -> bool:
    settings = world.clients[client]
    return _CALLBACK in settings["CallbackURLs"] and _LOGOUT in settings["LogoutURLs"]


def _nothing_is_left(world: PeopleWorld) -> bool:
    return not any(value for name, value in world.state().items() if name != "mails")


def test_case_79_a_second_environment_with_its_own_workforce_is_refused(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    before = repr(people_world.state())
    second = PeopleStack(people_world, "prod")

    status = second.deploy(People(workforce_name="prod"))

    assert status == "ROLLBACK_COMPLETE"
    assert "an account has one workforce per Region" in second.reason
    assert (
        "adopt: {workforce_name: dev, user_pool_id: us-east-1_devPool1, client_id: devclient}"
        in second.reason
    )
    assert repr(people_world.state()) == before


def test_case_81_an_address_of_the_portal_that_is_not_there_yet_is_waited_for(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    people_world.looks_without_address = 3

    status = stack.deploy(People())

    assert status == "CREATE_COMPLETE"
    assert _can_log_in(people_world)
    assert people_world.time >= 15


def test_case_81_an_address_that_never_comes_fails_in_time(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    people_world.looks_without_address = 10_000

    status = stack.deploy(People())

    assert status == "ROLLBACK_COMPLETE"
    assert "is still Active after 10 minutes" in stack.reason
    assert _nothing_is_left(people_world)


def test_case_82_an_update_of_the_client_keeps_all_that_it_has(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    extras = {"CallbackURLs": [_OTHERS, PLACEHOLDER], "IdTokenValidity": 45}

    stack.deploy(People(client=extras))

    assert people_world.clients["devclient"] == client_settings(
        UserPoolId=stack.pool,
        ClientId=stack.client,
        IdTokenValidity=45,
        CallbackURLs=[_OTHERS, _CALLBACK],
        LogoutURLs=[_LOGOUT],
    )
    assert people_world.pools[stack.pool]["MfaConfiguration"] == "OPTIONAL"


def test_case_82_a_delete_takes_only_its_own_urls_away(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People(client={"CallbackURLs": [_OTHERS]}))

    stack._resources["PortalLogin"].destroy()

    assert people_world.clients["devclient"]["CallbackURLs"] == [_OTHERS]
    assert people_world.clients["devclient"]["LogoutURLs"] == []


@pytest.mark.parametrize("gone", ["clients", "pools", "workforces", "users"])
def test_case_83_a_client_or_pool_that_is_gone_does_not_stop_a_delete(
    people_world: PeopleWorld, stack: PeopleStack, gone: str
) -> None:
    stack.deploy(People())
    getattr(people_world, gone).clear()
    if gone == "users":
        people_world.groups.clear()

    assert stack.destroy() == "DELETE_COMPLETE"


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ConcurrentModificationException"])
@pytest.mark.parametrize(
    "operation",
    ["DescribeUserPoolClient", "UpdateUserPoolClient", "UpdateUserPool", "AdminCreateUser"],
)
def test_case_84_too_many_calls_to_cognito_are_tried_again(
    people_world: PeopleWorld, stack: PeopleStack, code: str, operation: str
) -> None:
    people_world.refuse(operation, code, "again", times=6)

    assert stack.deploy(People()) == "CREATE_COMPLETE"
    assert _can_log_in(people_world)
    assert people_world.mails == [_ANA, _BO]


def test_case_85_a_client_that_changes_in_the_same_deployment_gets_its_call_backs_after_that(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())

    status = stack.deploy(People(client={"AccessTokenValidity": 30}))

    assert status == "UPDATE_COMPLETE"
    assert _can_log_in(people_world)
    assert people_world.clients["devclient"]["CallbackURLs"] == [_CALLBACK]
    assert people_world.clients["devclient"]["AccessTokenValidity"] == 30


def test_case_85_a_client_that_changed_in_a_deployment_that_failed_has_its_call_backs(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())

    status = stack.deploy(People(client={"AccessTokenValidity": 30}), fails_at="PortalLogin")

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert _can_log_in(people_world)
    assert people_world.clients["devclient"]["AccessTokenValidity"] == 60


def _wrong_pool(people: People) -> People:
    return replace(people, user_pool_id="us-east-1_Other")


def _wrong_client(people: People) -> People:
    return replace(people, client_id="other")


def _wrong_kind(people: People) -> People:
    return replace(people, user_pool_id=None, client_id=None)


def _wrong_name(people: People) -> People:
    return replace(people, workforce_name="default")


@pytest.mark.parametrize("mistake", [_wrong_pool, _wrong_client, _wrong_kind, _wrong_name])
@pytest.mark.parametrize("mode", ["adopt", "shared"])
def test_case_86_an_adopted_workforce_of_another_pool_is_refused_before_any_write(
    people_world: PeopleWorld, stack: PeopleStack, mistake: Callable[[People], People], mode: str
) -> None:
    stack.deploy(People())
    second = PeopleStack(people_world, "prod")
    people_world.calls.clear()

    status = second.deploy(mistake(adopted(People(), stack, mode)))

    assert status == "ROLLBACK_COMPLETE"
    assert people_world.writes() == []
    assert second.reason.startswith("expected workforce ")
    assert "(user pool us-east-1_devPool1, client devclient)" in second.reason


def test_case_86_an_oidc_workforce_is_not_adopted_with_a_pool(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    people_world.add_workforce(OidcConfig=dict(OIDC))

    status = stack.deploy(adopted(People(), stack))

    assert status == "ROLLBACK_COMPLETE"
    assert "got workforce dev (OIDC, https://login.example.com)" in stack.reason
    assert people_world.writes() == []


def test_case_86_a_delete_touches_nothing_that_was_adopted(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    people_world.add_user("carl@example.com", pool=stack.pool)
    second = PeopleStack(people_world, "prod")
    before = repr(people_world.state())
    client = dict(people_world.clients["devclient"])

    second.deploy(adopted(People(teams={"readers": ("carl@example.com",)}), stack))
    second.destroy()

    assert people_world.clients["devclient"] == client
    assert repr(people_world.state()) == before


def test_workers_can_log_in_after_one_deployment(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    status = stack.deploy(People())

    assert status == "CREATE_COMPLETE"
    assert people_world.clients["devclient"]["CallbackURLs"] == [_CALLBACK]
    assert people_world.clients["devclient"]["AllowedOAuthFlows"] == ["code"]
    assert people_world.mails == [_ANA, _BO]
    assert people_world.groups_of(_ANA, stack.pool) == {"dev-readers", "dev-workers"}
    invitation = people_world.pools[stack.pool]["AdminCreateUserConfig"]["InviteMessageTemplate"]
    assert invitation["EmailMessage"] == f"{{username}} {{####}} {_PORTAL}"


def test_nobody_is_invited_before_the_invitation_names_the_portal(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())

    writes = people_world.writes()
    assert writes.index("UpdateUserPool") < writes.index("AdminCreateUser")
    assert writes.index("UpdateUserPoolClient") < writes.index("AdminCreateUser")


def test_a_destroyed_environment_leaves_nothing(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())

    assert stack.destroy() == "DELETE_COMPLETE"
    assert _nothing_is_left(people_world)


def test_what_was_destroyed_can_be_deployed_again_with_another_portal(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    stack.destroy()

    assert stack.deploy(People()) == "CREATE_COMPLETE"
    assert _can_log_in(people_world)


def test_a_file_without_changes_sends_nothing(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    people_world.calls.clear()

    assert stack.deploy(People()) == "UPDATE_COMPLETE"
    assert people_world.calls == []


@pytest.mark.parametrize("mode", ["adopt", "shared"])
def test_the_workforce_of_another_environment_is_worked_with(
    people_world: PeopleWorld, stack: PeopleStack, mode: str
) -> None:
    stack.deploy(People())
    pool, workforce = dict(people_world.pools[stack.pool]), dict(people_world.workforces["dev"])
    second = PeopleStack(people_world, "prod")

    status = second.deploy(adopted(People(teams={"readers": (_ANA, _CY)}), stack, mode))

    assert status == "CREATE_COMPLETE"
    assert people_world.mails == [_ANA, _BO, _CY]
    assert people_world.groups_of(_CY, stack.pool) == {"prod-readers", "prod-workers"}
    assert people_world.groups_of(_ANA, stack.pool) == {
        "dev-readers",
        "dev-workers",
        "prod-readers",
    }
    assert people_world.pools[stack.pool] == pool
    assert people_world.workforces["dev"] == workforce


def test_an_adopted_client_without_the_portal_s_urls_gets_them(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    people_world.clients["devclient"] |= {"CallbackURLs": [_OTHERS], "LogoutURLs": []}
    second = PeopleStack(people_world, "prod")

    second.deploy(adopted(People(), stack))

    assert people_world.clients["devclient"]["CallbackURLs"] == [_OTHERS, _CALLBACK]
    assert people_world.clients["devclient"]["LogoutURLs"] == [_LOGOUT]


def test_what_another_environment_made_outlives_those_that_share_it(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    second = PeopleStack(people_world, "prod")
    second.deploy(adopted(People(teams={"readers": (_ANA, _CY)}), stack, "shared"))

    assert second.destroy() == "DELETE_COMPLETE"
    assert people_world.people(stack.pool).keys() == {_ANA, _BO}
    assert people_world.groups_of(_ANA, stack.pool) == {"dev-readers", "dev-workers"}
    assert _can_log_in(people_world)


def test_an_account_that_another_environment_uses_outlives_the_one_that_made_it(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    second = PeopleStack(people_world, "prod")
    second.deploy(adopted(People(teams={"readers": (_CY,)}), stack, "shared"))
    third = PeopleStack(people_world, "test")
    third.deploy(adopted(People(teams={"readers": (_CY,)}), stack, "shared"))

    second.destroy()

    assert _CY in people_world.people(stack.pool)
    assert people_world.groups_of(_CY, stack.pool) == {"test-readers"}


def test_an_account_that_no_list_shows_yet_is_found_by_its_name(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    people_world.add_user(_CY, pool=stack.pool)
    people_world.looks_without_account = 99
    second = PeopleStack(people_world, "prod")

    second.deploy(adopted(People(teams={"readers": (_CY,)}), stack))

    assert people_world.groups_of(_CY, stack.pool) == {"prod-readers"}


def test_one_more_worker_gets_one_more_invitation(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    people_world.mails.clear()

    stack.deploy(People(teams={"readers": (_ANA, _BO, _CY)}))

    assert people_world.mails == [_CY]


def test_one_fewer_worker_is_disabled_and_still_has_a_name(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    name = people_world.name_of(_BO, stack.pool)
    subject = people_world.users[stack.pool][name]["UserAttributes"][0]

    stack.deploy(People(teams={"readers": (_ANA,)}))

    assert people_world.people(stack.pool).get(_BO) == (
        False,
        "FORCE_CHANGE_PASSWORD",
        {"dev-workers"},
    )
    assert people_world.users[stack.pool][name]["UserAttributes"][0] == subject


def test_a_worker_whose_removal_is_taken_back_works_on(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())

    status = stack.deploy(People(teams={"readers": (_ANA,)}), fails_at="Workers")

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert people_world.people(stack.pool)[_BO][0]
    assert people_world.groups_of(_BO, stack.pool) == {"dev-readers", "dev-workers"}


def test_a_worker_whose_invitation_is_taken_back_is_disabled(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())

    stack.deploy(People(teams={"readers": (_ANA, _BO, _CY)}), fails_at="Workers")

    assert people_world.people(stack.pool).get(_CY) == (
        False,
        "FORCE_CHANGE_PASSWORD",
        {"dev-workers"},
    )


def test_a_renamed_team_has_the_workers_and_the_access_of_the_old_one(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())

    status = stack.deploy(People(teams={"checkers": (_ANA, _BO)}))

    assert status == "UPDATE_COMPLETE"
    assert people_world.members(stack.pool) == {
        "dev-workers": {_ANA, _BO},
        "dev-checkers": {_ANA, _BO},
    }
    assert people_world.mails == [_ANA, _BO]
    assert _source_ip(people_world, "dev-checkers") == "Enabled"


def test_a_renamed_team_that_is_taken_back_has_its_workers_again(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())

    status = stack.deploy(People(teams={"checkers": (_ANA, _BO)}), fails_at="Workers")

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert people_world.members(stack.pool) == {
        "dev-workers": {_ANA, _BO},
        "dev-readers": {_ANA, _BO},
    }


def test_a_topic_that_is_added_later_changes_neither_access_nor_log_in(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    people_world.calls.clear()
    topic = "arn:aws:sns:us-east-1:111122223333:dev-readers"

    status = stack.deploy(People(topics={"readers": topic}))

    assert status == "UPDATE_COMPLETE"
    team = people_world.teams["dev-readers"]
    assert team["NotificationConfiguration"] == {"NotificationTopicArn": topic}
    assert _source_ip(people_world, "dev-readers") == "Enabled"
    assert _can_log_in(people_world)
    assert people_world.writes() == []


def test_access_that_was_lost_when_a_topic_was_added_is_set_again(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    del people_world.teams["dev-readers"]["WorkerAccessConfiguration"]

    stack.deploy(People(topics={"readers": "arn:aws:sns:us-east-1:111122223333:dev-readers"}))

    assert _source_ip(people_world, "dev-readers") == "Enabled"


def test_a_workforce_that_a_failed_destruction_has_left_is_told_how_to_remove(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    people_world.pools.clear()
    again = PeopleStack(people_world)

    status = again.deploy(People())

    assert status == "ROLLBACK_COMPLETE"
    assert "its user pool is gone. Remove it and deploy again: " in again.reason
    assert (
        "aws sagemaker delete-workteam --workteam-name dev-readers --region us-east-1 && "
        "aws sagemaker delete-workforce --workforce-name dev --region us-east-1" in again.reason
    )


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "adopt", "user_pool_id": "us-east-1_devPool1", "client_id": "devclient"},
        {"mode": "oidc"},
        {"workforce_name": "dev-2"},
    ],
)
def test_a_workforce_in_use_is_kept_from_a_change_that_would_replace_it(
    people_world: PeopleWorld, stack: PeopleStack, change: dict[str, Any]
) -> None:
    stack.deploy(People())
    before = repr(people_world.state())
    people_world.calls.clear()

    status = stack.deploy(People(**change))

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "can't be exchanged for another by a deployment" in stack.reason
    assert people_world.writes() == []
    assert repr(people_world.state()) == before


def test_an_environment_that_shares_may_adopt_the_same_workforce(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(People())
    second = PeopleStack(people_world, "prod")
    second.deploy(adopted(People(), stack, "shared"))

    assert second.deploy(adopted(People(), stack, "adopt")) == "UPDATE_COMPLETE"


def test_workers_of_an_identity_provider_need_no_accounts(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    status = stack.deploy(_OIDC)

    assert status == "CREATE_COMPLETE"
    assert people_world.workforces["dev"]["Status"] == "Active"
    assert people_world.users == {}
    assert stack.destroy() == "DELETE_COMPLETE"
    assert people_world.workforces == {}


def test_a_second_environment_with_its_own_identity_provider_is_refused(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(_OIDC)
    second = PeopleStack(people_world, "prod")

    second.deploy(People(mode="oidc", workforce_name="prod"))

    assert "adopt: {workforce_name: dev} - or" in second.reason
    assert list(people_world.workforces) == ["dev"]


def test_an_identity_provider_in_use_stays_and_the_change_is_taken_back(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(_OIDC)

    status = stack.deploy(replace(_OIDC, issuer="https://other.example.com"))

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "while work teams dev-readers are in it" in stack.reason
    assert people_world.workforces["dev"]["OidcConfig"] == OIDC


def test_addresses_that_may_see_the_portal_change_while_teams_are_at_work(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(_OIDC)

    status = stack.deploy(replace(_OIDC, cidrs=("203.0.113.0/24",)))

    assert status == "UPDATE_COMPLETE"
    assert people_world.workforces["dev"]["SourceIpConfig"] == {"Cidrs": ["203.0.113.0/24"]}


def test_a_create_that_failed_later_leaves_nothing(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    status = stack.deploy(People(), fails_at="Workers")

    assert status == "ROLLBACK_COMPLETE"
    assert _nothing_is_left(people_world)


def _source_ip(world: PeopleWorld, team: str) -> str:
    access = world.teams[team]["WorkerAccessConfiguration"]
    return str(access["S3Presign"]["IamPolicyConstraints"]["SourceIp"])
