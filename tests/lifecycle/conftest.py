"""A world for each test, and the report of cases at the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.lifecycle.cases import CASES, NOT_HERE, number_of
from tests.lifecycle.cloudformation import CloudFormation
from tests.lifecycle.people import PeopleStack, PeopleWorld
from tests.lifecycle.simulation import simulated
from tests.lifecycle.world import World

_WORDS = {"passed": "passed", "failed": "FAILED", "error": "FAILED", "xfailed": "known fault"}


@pytest.fixture(autouse=True)
def _in_a_simulated_world() -> Iterator[None]:
    # A thousand deployments say much, which nobody reads.
    logging.disable(logging.INFO)
    with simulated():
        yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world() -> World:
    """Return AWS with two texts to label, and one that is empty."""
    return new_world()


@pytest.fixture
def cloudformation(world: World) -> CloudFormation:
    """Return the stack of that world."""
    return CloudFormation(world)


@pytest.fixture
def people_world() -> PeopleWorld:
    """Return AWS without a workforce."""
    return PeopleWorld()


@pytest.fixture
def stack(people_world: PeopleWorld) -> PeopleStack:
    """Return the people's stack of the environment dev."""
    return PeopleStack(people_world)


def new_world() -> World:
    """Return AWS with two texts to label, and an object that is left out."""
    made = World()
    made.objects["in"].update({"Input/": b"", "Input/1.txt": b"42", "Input/2.txt": b"7"})
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print number, sentence and outcome of every case, if any was run."""
    outcomes: dict[int, set[str]] = {}
    for outcome, word in _WORDS.items():
        for report in terminalreporter.stats.get(outcome, []):
            number = number_of(getattr(report, "nodeid", ""))
            if number is not None:
                outcomes.setdefault(number, set()).add(word)
    if not outcomes:
        return
    terminalreporter.section("cases of the life-cycle")
    for number, sentence in CASES.items():
        found = outcomes.get(number, set())
        worst = next((word for word in ("FAILED", "known fault", "passed") if word in found), None)
        word = worst or ("not here" if number in NOT_HERE else "not run")
        terminalreporter.write_line(f"{number:3}  {word:11}  {sentence}")
        if worst is None and number in NOT_HERE:
            terminalreporter.write_line(f"                  {NOT_HERE[number]}")
