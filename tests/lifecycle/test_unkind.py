"""What AWS does now and then changes nothing about what becomes of a deployment.

Jobs that are InProgress before they have read anything, absent ones in any words, calls that are
too many, tags that show late: `local/ground_truth/api/unkindness.py` has them by a seed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

import pytest

from local.ground_truth.api.unkindness import ABSENT, Unkindness
from tests.lifecycle import test_data_objects, test_events, test_jobs, test_permissions, test_stacks
from tests.lifecycle.cases import number_of
from tests.lifecycle.cloudformation import CloudFormation
from tests.lifecycle.conftest import new_world
from tests.lifecycle.test_crashes import LIVES, Life
from tests.lifecycle.world import World

#: As many as there are words for what is absent, twice.
_SEEDS: Final = range(2 * len(ABSENT))
_MODULES: Final = (test_data_objects, test_events, test_jobs, test_permissions, test_stacks)
#: Cases of a kind world alone, and why.
_KIND: Final = {
    "test_case_08_a_create_that_lambda_repeats_after_its_delete_starts_no_job": "a call is chosen",
    "test_case_09_a_delete_twice_succeeds_twice": "calls are counted",
    "test_case_25_a_run_that_dies_while_it_uploads_is_done_again_and_its_upload_expires": "a call "
    "is chosen",
    "test_case_26_a_job_whose_create_died_for_good_is_stopped_by_the_delete": "a call is chosen",
    "test_case_30_a_role_that_can_never_be_assumed_is_named_after_three_minutes": "time is counted",
    "test_case_37_a_missing_pass_role_is_named": "time is counted",
    "test_case_42_a_quota_is_named_and_not_tried_again": "calls are counted",
    "test_case_55_reserved_tags_are_never_set": "calls are counted",
    "test_case_57_more_objects_than_the_quota_are_refused": "calls are counted",
}
#: Those that need no more than a world.
_ALL: Final[dict[str, Callable[..., None]]] = {
    name: case
    for module in _MODULES
    for name, case in sorted(vars(module).items())
    if number_of(name) is not None
    and inspect.signature(case).parameters.keys() <= {"world", "cloudformation"}
}
_CASES: Final = [case for name, case in _ALL.items() if name not in _KIND]


def test_only_cases_are_left_out() -> None:
    assert _KIND.keys() <= _ALL.keys()


def _unkind(seed: int) -> World:
    world = new_world()
    world.be_unkind(Unkindness.of(seed))
    return world


def _end(life: Life, world: World) -> Any:
    """Return how each step of a life ended, and what is there after it."""
    deployments = life(world)
    return [(each.status, each.steps) for each in deployments], world.state()


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__.strip("_"))
def test_a_life_ends_as_in_a_kind_world(life: Life, seed: int) -> None:
    kind = _end(life, new_world())

    unkind = _end(life, _unkind(seed))

    assert unkind == kind


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__.strip("_"))
def test_a_life_whose_runs_die_ends_as_in_a_kind_world(life: Life) -> None:
    kind = _end(life, new_world())
    seed = LIVES.index(life)
    undisturbed = _unkind(seed)
    life(undisturbed)
    last = undisturbed.runs[-1]

    for calls in range(last.calls + 1):
        world = _unkind(seed)
        world.deaths[last.event["RequestType"]] = [calls]

        assert _end(life, world) == kind, f"died after {calls} calls"


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.__name__.removeprefix("test_"))
def test_a_case_comes_to_its_end_in_an_unkind_world(case: Callable[..., None]) -> None:
    world = _unkind(number_of(case.__name__) or 0)
    given = {"world": world, "cloudformation": CloudFormation(world)}

    case(**{name: given[name] for name in inspect.signature(case).parameters})
