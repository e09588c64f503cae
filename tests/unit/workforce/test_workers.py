"""The people of an environment file, as accounts in the groups of their teams."""

from typing import Any

import pytest

from custom_resource.errors import CustomResourceError
from tests.unit.workforce.cognito_pools import POOL
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import create, delete, update, workers_properties

_ANA, _BO = "ana@example.com", "bo@example.com"
_INVITED = "FORCE_CHANGE_PASSWORD"


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople()
    made.add_pool()
    made.groups[POOL] = {"dev-readers": set(), "dev-writers": set(), "dev-workers": set()}
    return made


def _both(**changes: Any) -> dict[str, Any]:
    return workers_properties(_ANA, _BO, **changes)


def test_whoever_has_no_account_is_invited(aws: FakePeople) -> None:
    data = create(aws, "Workers", _both())

    assert aws.mails == [_ANA, _BO]
    assert aws.people() == {
        _ANA: (True, _INVITED, {"dev-readers", "dev-workers"}),
        _BO: (True, _INVITED, {"dev-readers", "dev-workers"}),
    }
    assert data == {
        "Summary": "2 workers, 2 of them invited and not yet signed in; 0 removed",
        "Count": "2",
    }


def test_nobody_is_invited_twice(aws: FakePeople) -> None:
    create(aws, "Workers", _both())
    aws.calls.clear()

    create(aws, "Workers", _both())

    assert aws.writes() == []


def test_one_more_line_invites_one_more_person(aws: FakePeople) -> None:
    create(aws, "Workers", workers_properties(_ANA))
    aws.mails.clear()

    update(aws, "Workers", _both(), workers_properties(_ANA))

    assert aws.mails == [_BO]


def test_a_removed_line_disables_the_account_and_keeps_it(aws: FakePeople) -> None:
    create(aws, "Workers", _both())
    subject = aws.users[POOL][aws.name_of(_BO)]["UserAttributes"][0]
    aws.calls.clear()

    data = update(aws, "Workers", workers_properties(_ANA), _both())

    assert aws.people()[_BO] == (False, _INVITED, {"dev-workers"})
    assert aws.users[POOL][aws.name_of(_BO)]["UserAttributes"][0] == subject
    assert aws.writes() == [
        "AdminUpdateUserAttributes",
        "AdminUserGlobalSignOut",
        "AdminDisableUser",
        "AdminRemoveUserFromGroup",
    ]
    assert data["Summary"].startswith("1 workers, 1 of them invited")
    assert data["Summary"].endswith("; 1 removed")


def test_a_removed_line_that_comes_back_enables_the_account(aws: FakePeople) -> None:
    create(aws, "Workers", _both())
    update(aws, "Workers", workers_properties(_ANA), _both())

    update(aws, "Workers", _both(), workers_properties(_ANA))

    assert aws.people()[_BO] == (True, _INVITED, {"dev-readers", "dev-workers"})
    assert aws.mails == [_ANA, _BO]


def test_a_removed_line_leaves_the_account_of_others_alone(aws: FakePeople) -> None:
    aws.add_user(_BO, "prod-readers")
    create(aws, "Workers", _both())

    update(aws, "Workers", workers_properties(_ANA), _both())

    assert aws.people()[_BO] == (True, "CONFIRMED", {"prod-readers"})


def test_a_removed_line_leaves_an_account_enabled_that_others_use_too(aws: FakePeople) -> None:
    create(aws, "Workers", _both())
    aws.groups[POOL]["prod-readers"] = {aws.name_of(_BO)}

    update(aws, "Workers", workers_properties(_ANA), _both())

    assert aws.people()[_BO] == (True, _INVITED, {"prod-readers", "dev-workers"})


def test_somebody_who_was_put_into_a_team_by_hand_is_taken_out_again(aws: FakePeople) -> None:
    aws.add_user("mallory@example.com", "dev-readers")

    create(aws, "Workers", _both())

    assert aws.groups_of("mallory@example.com") == set()


def test_a_worker_changes_teams(aws: FakePeople) -> None:
    create(aws, "Workers", _both())
    members = [{"Email": _ANA, "Teams": ["dev-writers"]}, {"Email": _BO, "Teams": ["dev-readers"]}]

    update(aws, "Workers", _both(Members=members), _both())

    assert aws.groups_of(_ANA) == {"dev-writers", "dev-workers"}
    assert aws.groups_of(_BO) == {"dev-readers", "dev-workers"}


def test_a_team_that_is_gone_has_nobody_in_it(aws: FakePeople) -> None:
    create(aws, "Workers", _both())
    del aws.groups[POOL]["dev-readers"]
    members = [{"Email": _ANA, "Teams": ["dev-writers"]}]

    update(aws, "Workers", _both(Members=members), _both())

    assert aws.groups_of(_ANA) == {"dev-writers", "dev-workers"}


def test_groups_of_more_than_a_page_are_read_to_their_end(aws: FakePeople) -> None:
    aws.page_size = 2
    emails = [f"worker-{number}@example.com" for number in range(7)]
    create(aws, "Workers", workers_properties(*emails))
    aws.calls.clear()

    create(aws, "Workers", workers_properties(*emails))

    assert aws.writes() == []


def test_a_delete_deletes_the_accounts_that_were_made(aws: FakePeople) -> None:
    aws.add_user("lead@example.com")
    props = workers_properties(_ANA, "lead@example.com")
    create(aws, "Workers", props)

    delete(aws, "Workers", props)

    assert aws.people() == {"lead@example.com": (True, "CONFIRMED", set())}


def test_a_delete_deletes_also_those_that_were_removed(aws: FakePeople) -> None:
    create(aws, "Workers", _both())
    update(aws, "Workers", workers_properties(_ANA), _both())

    delete(aws, "Workers", workers_properties(_ANA))

    assert aws.people() == {}


def test_a_delete_keeps_accounts_that_are_to_be_kept(aws: FakePeople) -> None:
    create(aws, "Workers", _both())

    delete(aws, "Workers", _both(KeepAccounts="true"))

    assert aws.people() == {
        _ANA: (True, _INVITED, {"dev-workers"}),
        _BO: (True, _INVITED, {"dev-workers"}),
    }


def test_a_delete_keeps_an_account_that_others_use_too(aws: FakePeople) -> None:
    create(aws, "Workers", _both())
    aws.groups[POOL]["prod-readers"] = {aws.name_of(_BO)}

    delete(aws, "Workers", _both())

    assert aws.groups_of(_BO) == {"prod-readers", "dev-workers"}


def test_a_delete_of_what_was_never_made_touches_nobody(aws: FakePeople) -> None:
    aws.add_user(_ANA, status=_INVITED)

    delete(aws, "Workers", _both())

    assert aws.writes() == []


@pytest.mark.parametrize("gone", ["pool", "groups", "account"])
def test_a_delete_of_what_is_gone_succeeds(aws: FakePeople, gone: str) -> None:
    create(aws, "Workers", _both())
    if gone == "pool":
        aws.pools.clear()
    elif gone == "groups":
        aws.groups[POOL].clear()
    else:
        aws.refuse("AdminListGroupsForUser", "UserNotFoundException", "User does not exist.")

    delete(aws, "Workers", _both())


@pytest.mark.parametrize("props", [{}, {"UserPoolId": POOL}, {"Members": 7, "UserPoolId": POOL}])
def test_a_delete_demands_nothing_of_its_properties(aws: FakePeople, props: Any) -> None:
    delete(aws, "Workers", props)

    assert aws.calls == []


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ("ana", "expected a list of Email and Teams, got 'ana'"),
        ([7], "expected a list of Email and Teams"),
        ([{"Teams": []}], "expected text, got None in ResourceProperties.Members.Email"),
        ([{"Email": _ANA, "Teams": "x"}], "in ResourceProperties.Members.Teams"),
    ],
)
def test_bad_members_are_named(aws: FakePeople, members: Any, words: str) -> None:
    with pytest.raises(CustomResourceError, match=words):
        create(aws, "Workers", _both(Members=members))


def test_old_members_of_another_version_do_not_stop_an_update(aws: FakePeople) -> None:
    update(aws, "Workers", _both(), _both(Members="of another version"))

    assert len(aws.mails) == 2
