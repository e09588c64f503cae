"""The protection of a pool and of a portal over the life of an environment."""

from dataclasses import replace

import pytest

from tests.lifecycle.people import People, PeopleStack, PeopleWorld

_OPEN = People()
_PROTECTED = People(protected=True, keep_accounts=True)
#: What is made after the pool and its protection.
_LATER = ("PoolProtection", "Workforce", "Teams", "PortalLogin", "WorkerAccess", "Workers")


def _protection(world: PeopleWorld, stack: PeopleStack) -> str:
    return str(world.pools[stack.pool]["DeletionProtection"])


def _lapses(world: PeopleWorld) -> list[object]:
    """Return the calls that have switched a protection off, or forgotten to say that it is on."""
    calls = world.called("UpdateUserPool")
    return [each for each in calls if each.get("DeletionProtection") != "ACTIVE"]


@pytest.mark.parametrize("step", _LATER)
def test_a_protected_environment_whose_first_deployment_fails_leaves_nothing(
    people_world: PeopleWorld, stack: PeopleStack, step: str
) -> None:
    status = stack.deploy(_PROTECTED, fails_at=step)

    assert status == "ROLLBACK_COMPLETE"
    assert people_world.pools == people_world.clients == people_world.workforces == {}


def test_the_deployment_after_one_that_was_taken_back_succeeds(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(_PROTECTED, fails_at="Workers")

    assert stack.deploy(_PROTECTED) == "CREATE_COMPLETE"
    assert _protection(people_world, stack) == "ACTIVE"


@pytest.mark.parametrize("step", _LATER)
def test_the_protection_never_lapses_in_a_change_that_is_taken_back(
    people_world: PeopleWorld, stack: PeopleStack, step: str
) -> None:
    stack.deploy(_PROTECTED)
    changed = replace(
        _PROTECTED,
        invitation="{username} {####} {portal} again",
        client={"AccessTokenValidity": 30},
        teams={"writers": ("cy@example.com",)},
    )

    assert stack.deploy(changed, fails_at=step) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.deploy(changed) == "UPDATE_COMPLETE"

    assert _lapses(people_world) == []
    assert _protection(people_world, stack) == "ACTIVE"


def test_the_pool_of_a_protected_environment_that_is_destroyed_stays_protected(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(_PROTECTED)

    assert stack.destroy() == "DELETE_COMPLETE"

    assert _lapses(people_world) == []
    assert _protection(people_world, stack) == "ACTIVE"


@pytest.mark.parametrize("step", ["PoolProtection", "Workers"])
def test_an_environment_that_could_not_be_protected_is_as_it_was(
    people_world: PeopleWorld, stack: PeopleStack, step: str
) -> None:
    stack.deploy(_OPEN)

    assert stack.deploy(_PROTECTED, fails_at=step) == "UPDATE_ROLLBACK_COMPLETE"

    assert _protection(people_world, stack) == "INACTIVE"
    assert stack.destroy() == "DELETE_COMPLETE"
    assert people_world.pools == {}


def test_a_protection_is_switched_on_and_off_by_the_file(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    seen = []
    for people in (_OPEN, _PROTECTED, _OPEN):
        stack.deploy(people)
        seen.append(_protection(people_world, stack))

    assert seen == ["INACTIVE", "ACTIVE", "INACTIVE"]
    assert stack.destroy() == "DELETE_COMPLETE"
    assert people_world.pools == {}


@pytest.mark.parametrize("mode", ["create", "oidc"])
def test_a_portal_whose_restriction_is_taken_out_of_the_file_opens_everywhere(
    people_world: PeopleWorld, stack: PeopleStack, mode: str
) -> None:
    people = People(mode=mode)
    stack.deploy(replace(people, cidrs=("203.0.113.0/24",)))
    assert people_world.workforces["dev"]["SourceIpConfig"] == {"Cidrs": ["203.0.113.0/24"]}

    assert stack.deploy(people) == "UPDATE_COMPLETE"

    assert "SourceIpConfig" not in people_world.workforces["dev"]


def test_a_restriction_that_could_not_be_lifted_for_good_is_there_again(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    people = People(cidrs=("203.0.113.0/24",))
    stack.deploy(people)

    status = stack.deploy(replace(people, cidrs=()), fails_at="Workers")

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert people_world.workforces["dev"]["SourceIpConfig"] == {"Cidrs": ["203.0.113.0/24"]}


@pytest.mark.parametrize("step", ["Workforce", "Teams", "PortalLogin", "Workers"])
def test_a_restriction_that_a_failed_deployment_has_brought_is_lifted(
    people_world: PeopleWorld, stack: PeopleStack, step: str
) -> None:
    stack.deploy(_OPEN)

    status = stack.deploy(replace(_OPEN, cidrs=("203.0.113.0/24",)), fails_at=step)

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "SourceIpConfig" not in people_world.workforces["dev"]
