"""What a plan says of an environment of the first house that this tree will deploy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pytest

from cli.plan.counts import Counts
from cli.plan.json_output import json_output
from cli.plan.plan import Plan, Verdict, make_plan
from ground_truth.config import load
from tests.infra.contracts import ASSEMBLY, DEPLOYED, FIRST_HOUSE, synthesise

#: What may change, in place: nobody's data, people or work is touched by it.
_IN_PLACE: Final = frozenset({"function", "policy"})
#: What roles may do that they could not do before: they see more, and change nothing more.
_GAINED: Final = frozenset({"sagemaker:ListLabelingJobs"})


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Give the plan of the upgrade."""
    after = tmp_path_factory.mktemp("upgrade")
    synthesise([load(FIRST_HOUSE / "environments" / f"{DEPLOYED}.yaml")], after)
    return make_plan(
        base="the first house",
        before=ASSEMBLY,
        after=after,
        environments=FIRST_HOUSE / "environments",
        counts=Counts({}),
        today=date(2026, 12, 1),
    )


def _shown(plan: Plan) -> Mapping[str, Any]:
    (environment,) = json.loads(json_output(plan))["environments"]
    found: Mapping[str, Any] = environment
    return found


def test_nothing_of_the_first_house_is_new_stopped_replaced_or_deleted(plan: Plan) -> None:
    changes = _shown(plan)["changes"]

    assert [each for each in changes if each["action"] != "changed in place"] == []
    assert {each["kind"] for each in changes} <= _IN_PLACE


def test_an_upgrade_lets_roles_do_little_more_and_nothing_less(plan: Plan) -> None:
    permissions = _shown(plan)["permissions"]

    assert {action for each in permissions["gained"] for action in each["actions"]} == _GAINED
    assert permissions["lost"] == []


def test_an_upgrade_needs_no_approval(plan: Plan) -> None:
    assert plan.verdict in (Verdict.NOTHING, Verdict.CHANGES)
    assert _shown(plan)["destructive"] == []


def test_an_upgrade_invites_and_removes_nobody(plan: Plan) -> None:
    assert _shown(plan)["people"] == {"invited": [], "removed": [], "moved": []}
