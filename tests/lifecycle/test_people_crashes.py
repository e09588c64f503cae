"""Killed after every call, or sent twice, an event of the workforce ends as undisturbed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.lifecycle.people import People, PeopleStack, PeopleWorld, adopted
from tests.lifecycle.simulation import Simulation
from tests.unit.workforce.cognito_idp import listed

_FILE = People(teams={"readers": ("ana@example.com", "bo@example.com")})
_CHANGED = replace(
    _FILE,
    teams={"checkers": ("ana@example.com", "cy@example.com"), "writers": ("cy@example.com",)},
    client={"AccessTokenValidity": 30},
    invitation="{username} {####} {portal} again",
)
_OIDC = replace(_FILE, mode="oidc")

#: Plays a life of an environment in a world and returns how its deployments ended.
Life = Callable[[PeopleWorld], list[str]]


def _create(world: PeopleWorld) -> list[str]:
    return [PeopleStack(world).deploy(_FILE)]


def _change(world: PeopleWorld) -> list[str]:
    stack = PeopleStack(world)
    return [stack.deploy(_FILE), stack.deploy(_CHANGED)]


def _take_back(world: PeopleWorld) -> list[str]:
    stack = PeopleStack(world)
    return [stack.deploy(_FILE), stack.deploy(_CHANGED, fails_at="Workers")]


def _destroy(world: PeopleWorld) -> list[str]:
    stack = PeopleStack(world)
    return [stack.deploy(_FILE), stack.destroy()]


def _destroy_and_keep(world: PeopleWorld) -> list[str]:
    stack = PeopleStack(world)
    stack.deploy(_FILE)
    second = PeopleStack(world, "prod")
    people = replace(adopted(_CHANGED, stack, "shared"), keep_accounts=True)
    return [second.deploy(people), second.destroy()]


def _create_in_vain(world: PeopleWorld) -> list[str]:
    return [PeopleStack(world).deploy(_FILE, fails_at="Workers")]


def _protect_in_vain(world: PeopleWorld) -> list[str]:
    people = replace(_FILE, protected=True, keep_accounts=True)
    return [PeopleStack(world).deploy(people, fails_at="Workers")]


def _open(world: PeopleWorld) -> list[str]:
    stack = PeopleStack(world)
    return [stack.deploy(replace(_FILE, cidrs=("203.0.113.0/24",))), stack.deploy(_FILE)]


def _create_oidc(world: PeopleWorld) -> list[str]:
    return [PeopleStack(world).deploy(_OIDC)]


def _change_oidc(world: PeopleWorld) -> list[str]:
    stack = PeopleStack(world)
    return [stack.deploy(_OIDC), stack.deploy(replace(_OIDC, cidrs=("203.0.113.0/24",)))]


def _refuse_to_change_oidc(world: PeopleWorld) -> list[str]:
    stack = PeopleStack(world)
    return [stack.deploy(_OIDC), stack.deploy(replace(_OIDC, issuer="https://other.example.com"))]


def _destroy_oidc(world: PeopleWorld) -> list[str]:
    stack = PeopleStack(world)
    return [stack.deploy(_OIDC), stack.destroy()]


_LIVES = [
    (_create, "Create"),
    (_change, "Update"),
    (_take_back, "Update"),
    (_destroy, "Delete"),
    (_destroy_and_keep, "Create"),
    (_destroy_and_keep, "Delete"),
    (_create_in_vain, "Delete"),
    (_protect_in_vain, "Delete"),
    (_open, "Update"),
    (_create_oidc, "Create"),
    (_change_oidc, "Update"),
    (_refuse_to_change_oidc, "Update"),
    (_destroy_oidc, "Delete"),
]
_IDS = [f"{kind}-of{life.__name__}" for life, kind in _LIVES]


class _Always(defaultdict[str, int]):
    """Numbers that are not used up."""

    def __init__(self, numbers: dict[str, int]) -> None:
        super().__init__(int, numbers)

    def pop(self, key: str, default: Any = None) -> Any:
        return self.get(key, default)


def _end(
    life: Life,
    kind: str = "",
    deaths: tuple[int | None, ...] = (),
    *,
    is_twice: bool = False,
    order: list[int] | None = None,
) -> tuple[Any, PeopleWorld]:
    """Return what there is after a life in which runs die, or events come again."""
    world = PeopleWorld()
    Simulation.alive = world
    world.deaths[kind] = list(deaths)
    if is_twice:
        world.duplicated, world.order = _Always({kind: 1}), order
    statuses = life(world)
    return (world.state(), statuses), world


def _is_same(end: Any, undisturbed: Any) -> bool:
    """Say whether two lives have come to the same, and nobody was mailed twice in either.

    Where a run has died between its two notes nobody knows whether the mail has gone: it counts as
    sent for a day, and is the only one that may be missing.
    """
    (state, statuses), (wanted, wanted_statuses) = end, undisturbed
    unclear = {
        who
        for records in state["records"].values()
        for who, record in records.items()
        if record.mail == "trying"
    }
    mails = state["mails"]
    is_once = len(mails) == len(set(mails))
    return (
        is_once
        and statuses == wanted_statuses
        and _without(state, unclear) == _without(wanted, unclear)
    )


def _without(state: dict[str, Any], unclear: set[str]) -> dict[str, Any]:
    """Return what is there, without what may be one way or the other."""
    records = {
        pool: {
            who: replace(record, mail="sent") if who in unclear else record
            for who, record in found.items()
        }
        for pool, found in state["records"].items()
    }
    mails = [each for each in state["mails"] if each not in unclear]
    return {**state, "records": records, "mails": mails}


def _points(life: Life, kind: str) -> list[tuple[int, int]]:
    """Return the number of each run of a kind, and of a call after which it can die."""
    _, world = _end(life)
    runs = [run.calls for run in world.runs if run.event["RequestType"] == kind]
    return [(number, calls) for number, most in enumerate(runs) for calls in range(most + 1)]


@pytest.mark.parametrize(("life", "kind"), _LIVES, ids=_IDS)
def test_case_89_an_event_that_dies_after_any_call_comes_to_the_same_end(
    life: Life, kind: str
) -> None:
    undisturbed, _ = _end(life)

    for number, calls in _points(life, kind):
        end, world = _end(life, kind, (*(None,) * number, calls))

        assert any(run.dead for run in world.runs) or calls == 0
        assert _is_same(end, undisturbed), f"run {number} died after {calls} calls"


@pytest.mark.parametrize(("life", "kind"), _LIVES, ids=_IDS)
def test_case_89_an_event_that_dies_twice_comes_to_the_same_end(life: Life, kind: str) -> None:
    undisturbed, _ = _end(life)

    for number, calls in _points(life, kind):
        end, _ = _end(life, kind, (*(None,) * number, calls, calls // 2))

        assert _is_same(end, undisturbed), f"run {number} died after {calls} calls, then after half"


@pytest.mark.parametrize("order", [None, [], [0, 0, 1], [1, 1, 1, 0]])
@pytest.mark.parametrize(("life", "kind"), _LIVES, ids=_IDS)
def test_case_90_an_event_that_comes_twice_comes_to_the_same_end(
    life: Life, kind: str, order: list[int] | None
) -> None:
    undisturbed, _ = _end(life)

    end, _ = _end(life, kind, is_twice=True, order=order)

    assert end == undisturbed


def _again(stack: PeopleStack, people: People) -> str:
    """Deploy; what Lambda could not do in three runs is tried again by whoever deploys."""
    if stack.deploy(people) == "CREATE_COMPLETE":
        return "CREATE_COMPLETE"
    stack.world.deaths.clear()
    return stack.deploy(people)


def _create_again(world: PeopleWorld) -> list[str]:
    return [_again(PeopleStack(world), _FILE)]


def _create_beside_again(world: PeopleWorld) -> list[str]:
    first = PeopleStack(world, "first")
    status = _again(first, replace(_FILE, workforce_name="first"))
    return [status, _again(PeopleStack(world), adopted(_CHANGED, first))]


@pytest.mark.parametrize("life", [_create_again, _create_beside_again])
def test_a_create_that_dies_for_good_can_be_deployed_again(life: Life) -> None:
    (undisturbed, statuses), _ = _end(life)

    for number, calls in _points(life, "Create"):
        (state, ends), _ = _end(life, "Create", (*(None,) * number, *(calls,) * 3))

        # Who was invited, and then forgotten with the rest, is invited again.
        assert (_but_for_mails(state), ends) == (_but_for_mails(undisturbed), statuses)


def _but_for_mails(state: dict[str, Any]) -> dict[str, Any]:
    """Return what is there, whichever of the stacks of one name has made an account."""
    records = {
        pool: {who: replace(each, mail="sent", stack="") for who, each in found.items()}
        for pool, found in state["records"].items()
    }
    return {**state, "records": records, "mails": None}


@pytest.mark.parametrize("behind", ["looks_without_account", "looks_without_members"])
@pytest.mark.parametrize("life", [_create, _change, _take_back, _destroy, _create_in_vain])
def test_case_100_lists_that_are_behind_change_nothing(life: Life, behind: str) -> None:
    undisturbed, _ = _end(life)
    world = PeopleWorld()
    setattr(world, behind, 999)
    gone = world.add_user("gone@example.com", pool="us-east-1_devPool1")
    ghost = listed(world.users["us-east-1_devPool1"].pop(gone))
    world.ghosts = {group: [ghost] for group in ("dev-readers", "dev-workers")}

    statuses = life(world)

    assert (world.state(), statuses) == undisturbed
