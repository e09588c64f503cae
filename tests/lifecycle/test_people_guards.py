"""Without any one of its guards the function for people fails the case that it is there for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.lifecycle import test_people, test_people_crashes, test_people_late
from tests.lifecycle.people import PeopleStack, PeopleWorld
from tests.lifecycle.stand_ins import false, nothing, true
from tests.unit.workforce.cognito_pools import NOW
from workforce.accounts import Account
from workforce.record import Record

_Case = Callable[[PeopleWorld, PeopleStack], None]


def _once(action: Callable[[], Any], *_: Any) -> Any:
    return action()


def _no_words(*_: Any) -> str:
    return ""


def _no_groups(*_: Any) -> set[str]:
    return set()


def _as_it_is(account: Account, *_: Any, **__: Any) -> Account:
    return account


def _always_used(*_: Any) -> set[str]:
    return {"others"}


def _ours(_: str) -> Record:
    return Record(made_by="prod", stack="0a", mail="sent", at=NOW)


def _only_urls(described: dict[str, Any], _: Any) -> dict[str, Any]:
    names = ("UserPoolId", "ClientId", "PoolName", "CallbackURLs", "LogoutURLs")
    return {
        name: described[name] for name in (*names, "AdminCreateUserConfig") if name in described
    }


def _only_ours(_: Any, desired: Any, __: Any) -> list[str]:
    return list(desired)


def _case(test: Callable[..., None], *arguments: Any) -> _Case:
    return lambda world, stack: test(world, stack, *arguments)


def _life(test: Callable[..., None], *arguments: Any) -> _Case:
    return lambda _, __: test(*arguments)


_CRASHES, _LATE = test_people_crashes, test_people_late

#: What the guard is, where it is, what stands in its place, and the case that turns red.
_GUARDS: Final[list[tuple[str, str, Any, _Case]]] = [
    (
        "wait for the address of the portal",
        "workforces._is_settled",
        true,
        _case(
            test_people.test_case_81_an_address_of_the_portal_that_is_not_there_yet_is_waited_for
        ),
    ),
    (
        "bound of the wait for an address",
        "workforces._WAIT",
        1e9,
        _case(test_people.test_case_81_an_address_that_never_comes_fails_in_time),
    ),
    (
        "settings of the client that are sent back",
        "portal_login.fitting",
        _only_urls,
        _case(test_people.test_case_82_an_update_of_the_client_keeps_all_that_it_has),
    ),
    (
        "URLs of others",
        "portal_login._merged",
        _only_ours,
        _case(test_people.test_case_82_a_delete_takes_only_its_own_urls_away),
    ),
    (
        "success of a Delete without its client",
        "portal_login.code_of",
        _no_words,
        _case(
            test_people.test_case_83_a_client_or_pool_that_is_gone_does_not_stop_a_delete, "clients"
        ),
    ),
    (
        "another try after changes of others",
        "waiting._CONFLICTS",
        frozenset(),
        _case(
            test_people.test_case_84_too_many_calls_to_cognito_are_tried_again,
            "ConcurrentModificationException",
            "UpdateUserPoolClient",
        ),
    ),
    (
        "another try after throttling",
        "resources.retry",
        _once,
        _case(
            test_people.test_case_84_too_many_calls_to_cognito_are_tried_again,
            "TooManyRequestsException",
            "DescribeUserPoolClient",
        ),
    ),
    (
        "look for a workforce before one is made",
        "check._guard_the_one",
        nothing,
        _case(test_people.test_case_79_a_second_environment_with_its_own_workforce_is_refused),
    ),
    (
        "look for the pool of a workforce that is in the way",
        "check._is_left_over",
        false,
        _case(
            test_people.test_a_workforce_that_a_failed_destruction_has_left_is_told_how_to_remove
        ),
    ),
    (
        "comparison of the ids of an adopted workforce",
        "check._DesiredState.fits",
        true,
        _case(
            test_people.test_case_86_an_adopted_workforce_of_another_pool_is_refused_before_any_write,
            test_people._wrong_client,
            "adopt",
        ),
    ),
    (
        "refusal to exchange a workforce in use",
        "check._guard_exchange",
        nothing,
        _case(
            test_people.test_a_workforce_in_use_is_kept_from_a_change_that_would_replace_it,
            {"mode": "adopt", "user_pool_id": "us-east-1_devPool1", "client_id": "devclient"},
        ),
    ),
    (
        "success of what is taken back",
        "check.is_rollback",
        false,
        _case(
            test_people.test_a_workforce_in_use_is_kept_from_a_change_that_would_replace_it,
            {"mode": "oidc"},
        ),
    ),
    (
        "record of whose an account is",
        "accounts.records.parse",
        nothing,
        _case(test_people.test_one_fewer_worker_is_disabled_and_still_has_a_name),
    ),
    (
        "accounts of others",
        "accounts.records.parse",
        _ours,
        _case(test_people.test_case_86_a_delete_touches_nothing_that_was_adopted),
    ),
    (
        "accounts that others use too",
        "departures.uses",
        _no_groups,
        _case(
            test_people.test_an_account_that_another_environment_uses_outlives_the_one_that_made_it
        ),
    ),
    (
        "second look at an account that others have used",
        "departures.uses",
        _always_used,
        _case(_LATE.test_case_94_two_environments_that_drop_somebody_at_once_disable, []),
    ),
    (
        "accounts whose owners know of them",
        "departures._is_unknown_to_its_owner",
        true,
        _case(test_people.test_a_worker_whose_invitation_is_taken_back_is_disabled),
    ),
    (
        "accounts that no list shows yet",
        "accounts.PERSONAL",
        frozenset(),
        _case(test_people.test_an_account_that_no_list_shows_yet_is_found_by_its_name),
    ),
    (
        "agreement on who sends a mail",
        "invitations.Invitations._is_mine",
        true,
        _life(
            _CRASHES.test_case_90_an_event_that_comes_twice_comes_to_the_same_end,
            _CRASHES._create,
            "Create",
            [],
        ),
    ),
    (
        "note that a mail is being sent",
        "record.Record.is_due",
        true,
        _life(
            _CRASHES.test_case_89_an_event_that_dies_after_any_call_comes_to_the_same_end,
            _CRASHES._create,
            "Create",
        ),
    ),
    (
        "second look at an account that others have come to use",
        "departures.let_in",
        nothing,
        _life(_LATE.test_case_95_who_is_dropped_and_added_at_once_can_sign_in, _LATE.BETWEEN),
    ),
    (
        "second look at an account that others have dropped",
        "arrivals.let_in",
        _as_it_is,
        _life(_LATE.test_case_95_who_is_dropped_and_added_at_once_can_sign_in, _LATE.AFTER),
    ),
    (
        "undoing of a Create that was taken back while it ran",
        "workers._undo",
        nothing,
        _life(_LATE.test_case_92_a_create_beside_its_own_delete_leaves_nobody_who_can_sign_in),
    ),
    (
        "look whether CloudFormation has gone on",
        "workers.is_late",
        false,
        _case(_LATE.test_case_91_an_update_that_comes_after_its_roll_back_is_not_obeyed),
    ),
]


@pytest.mark.parametrize(
    ("place", "replacement", "case"),
    [guard[1:] for guard in _GUARDS],
    ids=[guard[0].replace(" ", "_") for guard in _GUARDS],
)
def test_a_case_turns_red_without_the(
    monkeypatch: pytest.MonkeyPatch, place: str, replacement: Any, case: _Case
) -> None:
    world = PeopleWorld()
    case(world, PeopleStack(world))

    monkeypatch.setattr(f"workforce.{place}", replacement)

    world = PeopleWorld()
    with pytest.raises(AssertionError):
        case(world, PeopleStack(world))
