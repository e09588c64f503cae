"""Deployments that fail at each of their steps, and whom that leaves as they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from tests.lifecycle.people import People, PeopleStack, PeopleWorld, adopted

_ANA, _BO, _CY, _HAND = (f"{name}@example.com" for name in ("ana", "bo", "cy", "hand"))
_STEPS: Final = ("WorkforceCheck", "Teams", "PortalLogin", "WorkerAccess", "Workers")
_INVITED: Final = "FORCE_CHANGE_PASSWORD"


@pytest.fixture
def crowd(people_world: PeopleWorld, stack: PeopleStack) -> PeopleStack:
    """Return the stack of an environment that will work in the pool of dev."""
    stack.deploy(People(teams={"readers": (_ANA,)}))
    people_world.add_user(_HAND, pool=stack.pool, status=_INVITED)
    return PeopleStack(people_world, "crowd")


def _people(stack: PeopleStack, *emails: str) -> People:
    return adopted(People(teams={"readers": emails}), stack)


@pytest.mark.parametrize("step", _STEPS)
def test_case_96_a_first_deployment_that_fails_leaves_everybody_who_was_there_as_they_were(
    people_world: PeopleWorld, stack: PeopleStack, crowd: PeopleStack, step: str
) -> None:
    before, mails = people_world.people(stack.pool), [*people_world.mails]

    status = crowd.deploy(_people(stack, _ANA, _CY, _HAND), fails_at=step)

    after = people_world.people(stack.pool)
    told = after.pop(_CY, None)
    assert status == "ROLLBACK_COMPLETE"
    assert after == before
    # Only the last step comes after the mails.
    assert told == ((False, _INVITED, set()) if step == "Workers" else None)
    assert people_world.mails == [*mails, *([_CY] if step == "Workers" else [])]


@pytest.mark.parametrize("step", _STEPS)
def test_case_98_who_was_told_and_taken_back_is_let_in_by_the_next_deployment_without_a_mail(
    people_world: PeopleWorld, stack: PeopleStack, crowd: PeopleStack, step: str
) -> None:
    people = _people(stack, _ANA, _CY, _HAND)
    crowd.deploy(people, fails_at=step)

    status = crowd.deploy(people)

    assert status == "CREATE_COMPLETE"
    assert people_world.people(stack.pool)[_CY] == (
        True,
        _INVITED,
        {"crowd-readers", "crowd-workers"},
    )
    assert people_world.mails.count(_CY) == 1


@pytest.mark.parametrize("step", ["PortalLogin", "WorkerAccess", "Workers"])
def test_case_97_a_change_that_fails_leaves_everybody_who_was_there_as_they_were(
    people_world: PeopleWorld, stack: PeopleStack, crowd: PeopleStack, step: str
) -> None:
    people_world.refused = {_BO}
    crowd.deploy(_people(stack, _BO, _HAND))
    people_world.switch(_HAND, stack.pool, enabled=False)
    before = people_world.people(stack.pool)
    people = replace(_people(stack, _ANA, _CY), teams={"checkers": (_ANA, _CY)})

    status = crowd.deploy(people, fails_at=step)

    after = people_world.people(stack.pool)
    after.pop(_CY, None)
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert after == before
    assert people_world.mails.count(_BO) == 0
