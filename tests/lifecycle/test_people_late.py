"""Events that come when CloudFormation has gone on, and environments that meet in one pool."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.lifecycle.people import People, PeopleStack, PeopleWorld, adopted

_ANA, _BO, _CY = "ana@example.com", "bo@example.com", "cy@example.com"
_INVITED = "FORCE_CHANGE_PASSWORD"
#: Whose only resource that changes is that of the workers.
_FILE = People(teams={"readers": (_ANA, _BO)}, pinned=False)


def test_an_update_that_comes_after_its_roll_back_is_not_obeyed(
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
def test_two_environments_that_add_somebody_at_once_make_one_account_and_send_one_mail(
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
def test_two_environments_that_drop_somebody_at_once_disable(
    people_world: PeopleWorld, stack: PeopleStack, order: list[int]
) -> None:
    stack.deploy(_FILE)
    others = [PeopleStack(people_world, name) for name in ("prod", "test")]
    for each in others:
        each.deploy(adopted(People(teams={"readers": (_ANA, _CY)}), stack))
    people = adopted(People(teams={"readers": (_ANA,)}), stack)

    people_world.stage.play(order, *[lambda each=each: each.deploy(people) for each in others])

    assert not people_world.people(stack.pool)[_CY][0]


def _cancelled(world: PeopleWorld, after: int) -> tuple[PeopleStack, PeopleStack]:
    """Take back a Create of Workers when it has made so many calls; it goes on after that."""
    stack = PeopleStack(world)
    stack.deploy(_FILE)
    crowd = PeopleStack(world, "crowd")
    crowd.kinds = ()
    crowd.deploy(adopted(People(teams={"readers": (_BO, _CY)}), stack))
    resource = crowd._resources["Workers"]
    assert crowd.people is not None
    resource.cancel_create(crowd._workers(crowd.people), [*(0,) * after, *(1,) * 99])
    return stack, crowd


def test_case_92_a_create_beside_its_own_delete_leaves_nobody_who_can_sign_in(
    people_world: PeopleWorld,
) -> None:
    calls = 0
    while True:
        world = PeopleWorld()
        stack, _ = _cancelled(world, calls)
        people = world.people(stack.pool)
        assert not people.get(_CY, (False,))[0], f"after {calls} calls"
        assert people[_BO] == (True, _INVITED, {"dev-readers", "dev-workers"})
        assert world.mails.count(_CY) <= 1
        create = next(run for run in world.runs if "crowd" in run.event["StackId"])
        if calls > create.calls:
            break
        calls += 1

    assert calls > 10
