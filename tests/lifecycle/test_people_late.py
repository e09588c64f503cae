"""Events that come when CloudFormation has gone on, and environments that meet in one pool."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.lifecycle.people import People, PeopleStack, PeopleWorld, adopted

_ANA, _BO, _CY = "ana@example.com", "bo@example.com", "cy@example.com"
_INVITED = "FORCE_CHANGE_PASSWORD"
#: Whose only resource that changes is that of the workers.
_FILE = People(teams={"readers": (_ANA, _BO)}, pinned=False)


def test_case_91_an_update_that_comes_after_its_roll_back_is_not_obeyed(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(_FILE)
    before = people_world.state()
    people_world.delayed["Update"] = 1

    status = stack.deploy(replace(_FILE, teams={"readers": (_ANA, _CY)}))
    people_world.end_of_late_runs()

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert people_world.state() == before


def test_a_create_that_comes_after_its_roll_back_is_not_obeyed(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(_FILE)
    before = people_world.state()
    second = PeopleStack(people_world, "prod")
    _let_the_last_create_be_late(people_world)

    status = second.deploy(adopted(People(teams={"readers": (_CY,)}), stack))
    people_world.end_of_late_runs()

    assert status == "ROLLBACK_COMPLETE"
    assert people_world.state() == before


def _let_the_last_create_be_late(world: PeopleWorld) -> None:
    deliver = world.deliver

    def late(event: dict[str, object], **more: float) -> None:
        if (event["RequestType"], event["ResourceType"]) == ("Create", "Custom::Workers"):
            world.deliver = deliver  # type: ignore[method-assign]
            world.late.append(lambda: deliver(event))
            return
        deliver(event, **more)

    world.deliver = late  # type: ignore[method-assign, assignment]


def test_a_delete_that_comes_after_the_next_deployment_is_not_obeyed(
    people_world: PeopleWorld, stack: PeopleStack
) -> None:
    stack.deploy(_FILE)
    second = PeopleStack(people_world, "prod")
    people = adopted(People(teams={"readers": (_CY,)}), stack)
    second.deploy(people)
    old = second._resources["Workers"]
    assert old.properties is not None
    again = old.event("Delete", old.properties, PhysicalResourceId=old.physical_id)
    old._note_change("DELETE_COMPLETE")
    second.destroy()
    second.deploy(people)
    before = people_world.state()
    people_world.time += 3600
    old._note_change("DELETE_COMPLETE")

    people_world.deliver(again)

    assert people_world.state() == before


@pytest.mark.parametrize("order", [[], [0, 0, 1], [1, 1, 1, 0]])
def test_case_93_two_environments_that_add_somebody_at_once_make_one_account_and_send_one_mail(
    people_world: PeopleWorld, stack: PeopleStack, order: list[int]
) -> None:
    stack.deploy(_FILE)
    others = [PeopleStack(people_world, name) for name in ("prod", "test")]
    people = adopted(People(teams={"readers": (_CY,)}), stack)

    people_world.stage.play(order, *[lambda each=each: each.deploy(people) for each in others])

    enabled, status, groups = people_world.people(stack.pool)[_CY]
    assert (enabled, status) == (True, _INVITED)
    assert {"prod-readers", "test-readers"} < groups
    assert people_world.mails == [_ANA, _BO, _CY]


@pytest.mark.parametrize("order", [[], [0, 0, 1], [1, 1, 1, 0]])
def test_case_94_two_environments_that_drop_somebody_at_once_disable(
    people_world: PeopleWorld, stack: PeopleStack, order: list[int]
) -> None:
    stack.deploy(_FILE)
    others = [PeopleStack(people_world, name) for name in ("prod", "test")]
    for each in others:
        each.deploy(adopted(People(teams={"readers": (_ANA, _CY)}), stack))
    people = adopted(People(teams={"readers": (_ANA,)}), stack)

    people_world.stage.play(order, *[lambda each=each: each.deploy(people) for each in others])

    assert not people_world.people(stack.pool)[_CY][0]


def _cancelled(world: PeopleWorld, after: int) -> tuple[PeopleStack, int]:
    """Take back a Create of Workers when it has made so many calls; it goes on after that.

    Return the stack of those who were there, and the calls that the Create has made in all.
    """
    stack = PeopleStack(world)
    stack.deploy(_FILE)
    crowd = PeopleStack(world, "crowd")
    crowd.kinds = ()
    people = adopted(People(teams={"readers": (_BO, _CY)}), stack)
    crowd.deploy(people)
    order = [*(0,) * after, *(1,) * 99]
    crowd._resources["Workers"].cancel_create(crowd._workers(people), order)
    return stack, next(run.calls for run in world.runs if "crowd" in run.event["StackId"])


def test_case_92_a_create_beside_its_own_delete_leaves_nobody_who_can_sign_in() -> None:
    _, calls = _cancelled(PeopleWorld(), 999)

    for after in range(calls + 1):
        world = PeopleWorld()
        stack, _ = _cancelled(world, after)

        people = world.people(stack.pool)
        assert not people.get(_CY, (False,))[0], f"after {after} calls"
        assert people[_BO] == (True, _INVITED, {"dev-readers", "dev-workers"})
        assert world.mails.count(_CY) <= 1
    assert calls > 10


def _at_once(
    names: tuple[str, str],
    before: tuple[str, ...],
    now: tuple[str, ...],
    order: list[int],
    dies: int,
) -> tuple[PeopleWorld, PeopleStack]:
    """Let two environments of one pool change at once, of which the first to begin dies once."""
    world = PeopleWorld()
    stack = PeopleStack(world)
    stack.deploy(_FILE)
    others = [PeopleStack(world, name) for name in names]
    for each in others:
        each.kinds = ("Workers",)
        if before:
            each.deploy(adopted(People(teams={"readers": before}), stack))
    people = adopted(People(teams={"readers": now}), stack)
    world.deaths["Update" if before else "Create"] = [dies]
    world.stage.play(order, *[lambda each=each: each.deploy(people) for each in others])
    return world, stack


_ORDERS = [[], [0, 0, 1], [1, 1, 1, 0]]
_NAMES = ("prod", "test")
#: All of the second between the first's look at an account and what it does of that.
BETWEEN = [*(0,) * 7, *(1,) * 99]
#: All of the first after the second's look.
AFTER = [*(1,) * 8, *(0,) * 99]


@pytest.mark.parametrize("order", _ORDERS)
def test_case_95_one_of_two_environments_that_add_somebody_at_once_may_die(
    order: list[int],
) -> None:
    for dies in range(40):
        world, stack = _at_once(_NAMES, (), (_CY,), order, dies)

        enabled, status, groups = world.people(stack.pool)[_CY]
        record = world.record_of(_CY, stack.pool)
        assert (enabled, status) == (True, _INVITED)
        assert {"prod-readers", "test-readers"} < groups, dies
        assert record is not None
        assert world.mails.count(_CY) == 1 or (record.mail == "trying" and _CY not in world.mails)
        if not any(run.dead for run in world.runs):
            break
    assert dies > 5


@pytest.mark.parametrize("order", _ORDERS)
def test_case_95_one_of_two_environments_that_drop_somebody_at_once_may_die(
    order: list[int],
) -> None:
    for dies in range(40):
        world, stack = _at_once(_NAMES, (_ANA, _CY), (_ANA,), order, dies)

        people = world.people(stack.pool)
        assert not people[_CY][0], dies
        assert people[_ANA][0]
        if not any(run.dead for run in world.runs):
            break
    assert dies > 5


def _exchanged(order: list[int], dies: int) -> tuple[PeopleWorld, PeopleStack]:
    """Let an environment drop somebody whom another one adds, and one of them die."""
    world = PeopleWorld()
    stack = PeopleStack(world)
    stack.deploy(_FILE)
    prod, test = (PeopleStack(world, name) for name in _NAMES)
    prod.kinds = test.kinds = ("Workers",)
    both, one = (adopted(People(teams={"readers": who}), stack) for who in ((_ANA, _CY), (_ANA,)))
    prod.deploy(both)
    test.deploy(one)
    world.deaths["Update"] = [dies]
    world.stage.play(order, lambda: prod.deploy(one), lambda: test.deploy(both))
    return world, stack


@pytest.mark.parametrize("order", [*_ORDERS, BETWEEN, AFTER])
def test_case_95_who_is_dropped_and_added_at_once_can_sign_in(
    order: list[int],
) -> None:
    for dies in range(40):
        world, stack = _exchanged(order, dies)

        enabled, _, groups = world.people(stack.pool)[_CY]
        assert "test-readers" in groups
        assert "prod-readers" not in groups
        assert enabled, dies
        if not any(run.dead for run in world.runs):
            break
    assert dies > 5
