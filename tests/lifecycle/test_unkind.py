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

_SEEDS: Final = range(2 * len(ABSENT))
_MODULES: Final = (test_data_objects, test_events, test_jobs, test_permissions, test_stacks)
#: Cases that say themselves how unkind AWS is, or count calls, and why.
_KIND: Final[dict[str, str]] = {}
_CASES: Final = [
    case
    for module in _MODULES
    for name, case in sorted(vars(module).items())
    if number_of(name) is not None
    and name not in _KIND
    and inspect.signature(case).parameters.keys() <= {"world", "cloudformation"}
]


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
    kind = new_world()

    ended = _end(life, _unkind(seed))

    assert ended == _end(life, kind)


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.__name__.removeprefix("test_"))
def test_a_case_comes_to_its_end_in_an_unkind_world(case: Callable[..., None]) -> None:
    world = _unkind(number_of(case.__name__) or 0)
    given = {"world": world, "cloudformation": CloudFormation(world)}

    case(**{name: given[name] for name in inspect.signature(case).parameters})
