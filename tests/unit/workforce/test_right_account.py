"""The right account of an address, in pools of all kinds."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.fake_services import RefusedError
from tests.unit.workforce.cognito_pools import NOW, POOL
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import create, update, workers_properties
from workforce.accounts import Account, Accounts
from workforce.record import Record

_ANA, _BO = "ana@example.com", "bo@example.com"
_INVITED, _FEDERATED = "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"
_OURS = Record(made_by="dev", stack="0a", mail="sent", at=datetime.now(UTC))
_SHUT = Record(made_by="dev", stack="0a", mail="sent", at=_OURS.at, disabled_by="dev")
_BY_NAME: dict[str, Any] = {"UsernameAttributes": []}
_BY_CASE: dict[str, Any] = {"UsernameConfiguration": {"CaseSensitive": True}}
_ALIAS: dict[str, Any] = {**_BY_NAME, "AliasAttributes": ["email"]}


def _aws(**settings: Any) -> FakePeople:
    made = FakePeople()
    made.add_pool(**settings)
    made.groups[POOL] = {"dev-readers": set(), "dev-workers": set()}
    return made


#: The account of whoever comes back to work is the first, whichever is found first.
_PAIRS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"status": _FEDERATED}),
    ({}, {"enabled": False}),
    ({"status": _FEDERATED}, {"enabled": False}),
    ({"record": _OURS}, {}),
    ({"record": _OURS}, {"status": _FEDERATED}),
    ({"record": _SHUT, "enabled": False}, {"status": _FEDERATED}),
    ({"record": _SHUT, "enabled": False}, {"enabled": False}),
    ({}, {"record": _OURS, "enabled": False}),
    ({}, {"status": "UNCONFIRMED"}),
    ({"status": _INVITED}, {"status": _FEDERATED}),
]


@pytest.mark.parametrize("names", [("a-1", "b-2"), ("b-2", "a-1")])
@pytest.mark.parametrize("spelling", [_ANA, "Ana@Example.com"])
@pytest.mark.parametrize(("right", "wrong"), _PAIRS)
def test_of_two_accounts_the_person_s_own_joins(
    right: dict[str, Any], wrong: dict[str, Any], names: tuple[str, str], spelling: str
) -> None:
    aws = _aws(**_BY_NAME)
    aws.add_user(spelling, username=names[0], **right)
    aws.add_user(_ANA, username=names[1], **wrong)

    create(aws, "Workers", workers_properties(_ANA))

    assert aws.groups[POOL]["dev-readers"] == {names[0]}
    assert aws.mails == []


def test_somebody_s_wrong_account_gives_its_place_to_the_right_one() -> None:
    aws = _aws()
    aws.add_user(_ANA, "dev-readers", username="AnIdP_ana", status=_FEDERATED)
    aws.add_user(_ANA)

    update(aws, "Workers", workers_properties(_ANA, _BO), workers_properties(_ANA))

    assert aws.members()["dev-readers"] == {_ANA, _BO}
    assert aws.people()["AnIdP_ana"] == (True, _FEDERATED, set())


@pytest.mark.parametrize("by_case", [True, False])
@pytest.mark.parametrize("settings", [{}, _BY_CASE, _BY_NAME, {**_BY_NAME, **_BY_CASE}])
@pytest.mark.parametrize("spelling", ["Ana@example.com", "ANA@EXAMPLE.COM", "aNa@Example.com"])
def test_an_address_in_other_letters_is_found(
    settings: dict[str, Any], spelling: str, *, by_case: bool
) -> None:
    aws = _aws(**settings)
    aws.filters_by_case = by_case
    aws.add_user(spelling)

    create(aws, "Workers", workers_properties(_ANA))

    assert len(aws.people()) == 1
    assert aws.mails == []


def test_an_address_with_quotes_is_looked_for_as_it_is() -> None:
    aws = _aws(**_BY_NAME)
    aws.add_user('o"neil\\@example.com', username="7")

    create(aws, "Workers", workers_properties('o"neil\\@example.com'))

    assert aws.groups[POOL]["dev-readers"] == {"7"}


def test_where_the_address_is_an_alias_the_username_is_made_up_and_always_the_same() -> None:
    aws, again = _aws(**_ALIAS), _aws(**_ALIAS)

    create(aws, "Workers", workers_properties(_ANA))
    create(again, "Workers", workers_properties(_ANA))

    (name,) = aws.people()
    assert "@" not in name
    assert again.people().keys() == {name}
    assert aws.mails == [_ANA]


def test_an_alias_that_no_list_shows_yet_is_its_owner_s() -> None:
    aws = _aws(**_ALIAS)
    aws.add_user(_ANA, username="ana-7")
    aws.looks_without_account = 99

    create(aws, "Workers", workers_properties(_ANA))

    assert aws.groups[POOL]["dev-readers"] == {"ana-7"}


@pytest.mark.parametrize("record", [_OURS, None])
def test_an_account_that_no_list_shows_yet_is_found_by_its_name(record: Record | None) -> None:
    aws = _aws()
    aws.add_user(_ANA, record=record)
    aws.looks_without_account = 1

    create(aws, "Workers", workers_properties(_ANA))

    assert aws.groups_of(_ANA) == {"dev-readers", *(["dev-workers"] if record else [])}


def test_an_account_that_was_made_and_refused_in_one_is_found() -> None:
    aws = _aws()
    made = aws._admin_create_user

    def make_and_refuse(parameters: dict[str, Any]) -> dict[str, Any]:
        answer = made(parameters)
        if parameters["MessageAction"] == "SUPPRESS":
            aws.refuse("AdminGetUser", "TooManyRequestsException", "again")
            raise RefusedError("CodeDeliveryFailureException", "Unable to deliver message")
        return answer

    aws._admin_create_user = make_and_refuse  # type: ignore[method-assign]

    create(aws, "Workers", workers_properties(_ANA))

    assert aws.groups_of(_ANA) == {"dev-readers", "dev-workers"}
    assert aws.mails == [_ANA]


def test_a_trigger_that_refuses_one_person_keeps_nobody_else_waiting() -> None:
    aws = _aws()
    aws.vetoed = {_ANA}

    data = create(aws, "Workers", workers_properties(_ANA, _BO))

    assert aws.people().keys() == {_BO}
    assert aws.mails == [_BO]
    assert "no account for worker 1 (A.): UserLambdaValidationException" in data["Summary"]
    assert "ana" not in data["Summary"].lower()


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("AdminAddUserToGroup", "UserNotFoundException"),
        ("AdminAddUserToGroup", "ResourceNotFoundException"),
        ("AdminUpdateUserAttributes", "UserNotFoundException"),
    ],
)
def test_what_was_just_made_and_is_not_known_yet_is_waited_for(operation: str, code: str) -> None:
    aws = _aws()
    aws.refuse(operation, code, "does not exist", times=5)

    create(aws, "Workers", workers_properties(_ANA))

    assert aws.people() == {_ANA: (True, _INVITED, {"dev-readers", "dev-workers"})}
    assert aws.mails == [_ANA]


def test_somebody_whom_cognito_never_comes_to_know_keeps_nobody_waiting() -> None:
    aws = _aws()
    aws.refuse("AdminAddUserToGroup", "UserNotFoundException", "does not exist", times=50)
    emails = [_ANA, _BO]

    data = create(aws, "Workers", workers_properties(*emails))

    assert "no account for worker 1 (A.), 2 (B.): UserNotFoundException" in data["Summary"]


def test_a_name_in_a_list_that_is_gone_stops_nothing() -> None:
    aws = _aws()
    gone = FakePeople()
    gone.add_pool()
    gone.add_user("gone@example.com", username="gone-1")
    ghost = gone._admin_get_user({"UserPoolId": POOL, "Username": "gone-1"})
    ghost = {**ghost, "Attributes": ghost["UserAttributes"]}
    del ghost["UserAttributes"]
    aws.ghosts = {"dev-readers": [ghost], "dev-workers": [ghost]}

    data = create(aws, "Workers", workers_properties(_ANA))

    assert data["Summary"].startswith("1 workers, 1 of them invited and not yet signed in; 0 rem")


@pytest.mark.parametrize("accounts", [3, 600_000])
def test_somebody_whose_account_is_gone_from_all_but_a_list_gets_a_new_one(accounts: int) -> None:
    aws = _aws(EstimatedNumberOfUsers=accounts)
    for number, email in enumerate((_ANA, _BO)):
        gone = aws.add_user(email, username=f"gone-{number}")
        aws.ghosts.setdefault("", []).append(aws.users[POOL].pop(gone))

    create(aws, "Workers", workers_properties(_ANA, _BO))

    assert aws.members()["dev-readers"] == {_ANA, _BO}
    assert aws.mails == [_ANA, _BO]


def test_a_trickle_of_throttles_is_waited_for() -> None:
    aws = _aws()
    emails = [f"w{number:03}@example.com" for number in range(60)]
    serve = aws._serve
    calls = iter(range(100_000))

    def now_and_then(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if next(calls) % 3 == 0:
            aws.refuse(operation, "TooManyRequestsException", "Rate exceeded")
        return serve(operation, parameters)

    aws._serve = now_and_then  # type: ignore[method-assign]

    create(aws, "Workers", workers_properties(*emails))

    assert aws.mails == emails


def test_when_time_is_short_the_others_follow_with_the_next_change() -> None:
    aws = _aws()
    aws.durations["AdminAddUserToGroup"] = 20.0
    emails = [f"w{number:03}@example.com" for number in range(30)]

    data = create(aws, "Workers", workers_properties(*emails))
    made = len(aws.people())
    aws.durations.clear()
    update(aws, "Workers", workers_properties(*emails, _BO), workers_properties(*emails))

    assert 0 < made < 30
    assert f"the time was too short for worker {made + 1} (W.), " in data["Summary"]
    assert aws.people().keys() == {*emails, _BO}


def test_whose_account_it_is_decides_at_last() -> None:
    def account(name: str, record: Record | None) -> Account:
        return Account(
            username=name,
            email=_ANA,
            sub="",
            is_enabled=True,
            status="CONFIRMED",
            made=NOW,
            record=record,
        )

    accounts = [account("b", None), account("a", None), account("c", _OURS)]

    assert [each.username for each in sorted(accounts, key=lambda each: each.rank)] == [
        "c",
        "a",
        "b",
    ]


def test_a_group_that_does_not_exist_has_nobody_in_it() -> None:
    assert Accounts(pool=POOL, aws=_aws().as_clients()).members("nowhere") == []


def _rename(aws: FakePeople, old: str, new: str) -> None:
    """Give an account another address, as an administrator does."""
    attributes = aws.users[POOL][aws.name_of(old)]["UserAttributes"]
    next(each for each in attributes if each["Name"] == "email")["Value"] = new


def test_an_account_with_a_new_address_stays_its_owner_s_and_is_said() -> None:
    aws = _aws()
    create(aws, "Workers", workers_properties(_ANA))
    _rename(aws, _ANA, "ana.lund@example.com")

    data = update(aws, "Workers", workers_properties(_ANA, _BO), workers_properties(_ANA))

    assert aws.people() == {
        "ana.lund@example.com": (True, _INVITED, {"dev-readers", "dev-workers"}),
        _BO: (True, _INVITED, {"dev-readers", "dev-workers"}),
    }
    assert aws.mails == [_ANA, _BO]
    assert (
        "worker 1 (A.) has another address in the pool; write it into the file" in (data["Summary"])
    )


def test_a_new_address_in_the_file_is_the_same_account() -> None:
    aws, new = _aws(), "ana.lund@example.com"
    create(aws, "Workers", workers_properties(_ANA))
    _rename(aws, _ANA, new)

    update(aws, "Workers", workers_properties(new), workers_properties(_ANA))
    update(aws, "Workers", workers_properties(_ANA), workers_properties(new))

    record = aws.record_of(new)
    assert aws.people().keys() == {new, _ANA}
    assert aws.people()[new] == (False, _INVITED, {"dev-workers"})
    assert record is not None
    assert record.named == new
    assert aws.mails == [_ANA, _ANA], "the old address is another person's by now"
