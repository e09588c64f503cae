"""What an environment that uses another one's workforce sees of its changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from cli.plan import text
from cli.plan.assembly import AssembledEnvironment, stack_of
from cli.plan.counts import Counts
from cli.plan.environment_plan import EnvironmentPlan, plan_environment
from cli.plan.people_lines import people_lines
from cli.plan.resource_changes import ResourceChange
from cli.plan.shared_workforce import neighbours, owner_of, owners_changes
from tests.unit.cli.plan.plan_templates import resource

_POOL = "AWS::Cognito::UserPool"
_TEAM = "AWS::SageMaker::Workteam"


def _environment(name: str, shared_with: str | None = None, *workers: str) -> AssembledEnvironment:
    """Return an environment that makes a workforce or shares one."""
    imported = {"Fn::ImportValue": f"{shared_with}-WorkforceName"}
    members = [{"Email": f"{each}@example.com", "Teams": [f"{name}-a"]} for each in workers]
    template: dict[str, Any] = {
        "Resources": {
            "Check": resource(
                "Custom::WorkforceCheck", WorkforceName=imported if shared_with else name
            ),
            "Workers": resource("Custom::Workers", Members=members),
        }
    }
    if shared_with is None:
        export = {"Name": f"{name}-WorkforceName"}
        template["Outputs"] = {"WorkforceName": {"Value": name, "Export": export}}
    stack = stack_of(template, environment=name, key="Workforce")
    return AssembledEnvironment(name=name, stacks={"Workforce": stack})


def _by_name(*environments: AssembledEnvironment) -> dict[str, AssembledEnvironment]:
    return {each.name: each for each in environments}


_ALL = _by_name(
    _environment("prod"),
    _environment("dev", "prod"),
    _environment("test", "prod"),
    _environment("alone"),
)


def test_the_owner_is_whose_exports_are_imported() -> None:
    assert {name: owner_of(name, _ALL) for name in _ALL} == {
        "prod": "prod",
        "dev": "prod",
        "test": "prod",
        "alone": "alone",
    }


def test_all_that_use_one_workforce_are_neighbours() -> None:
    def names(name: str) -> list[str]:
        return [each.name for each in neighbours(name, {}, _ALL).after]

    assert (names("prod"), names("dev"), names("alone")) == (["dev", "test"], ["prod", "test"], [])
    assert neighbours("dev", {}, _ALL).before == ()


def test_what_changes_of_a_pool_is_shown_where_it_is_used_and_what_changes_of_a_team_is_not() -> (
    None
):
    changes = {
        "prod": [
            ResourceChange(
                action="changed in place", kind=kind, name="a", path="a", type=type_, changes=("b",)
            )
            for kind, type_ in (("user pool", _POOL), ("team", _TEAM))
        ]
    }

    found = owners_changes("dev", _ALL, changes)

    assert [(each.owner, each.change.kind) for each in found] == [("prod", "user pool")]
    assert owners_changes("prod", _ALL, changes) == owners_changes("alone", _ALL, changes) == ()
    plan = replace(_plan(_ALL["dev"], _ALL["dev"], {}, {}), owners_changes=found)
    assert plan.is_shown
    assert not plan.is_changed
    assert [(line.action, line.subject, line.text) for line in text.lines(plan)] == [
        ("changed in place", "user pool of prod, whose workforce is used here", "b")
    ]


def test_who_is_named_by_another_environment_keeps_the_account() -> None:
    others = _by_name(_environment("prod", None, "ana"))
    before, after = _environment("dev", "prod", "ana", "bo"), _environment("dev", "prod")

    plan = _plan(before, after, others, others)

    assert people_lines(plan) == [
        ("-", "ana@example.com is removed from a; the account stays open, for prod"),
        (
            "-",
            "bo@example.com is removed from a; an account that this environment made can't log in"
            " any more, and its labels still name it",
        ),
    ]


def test_who_leaves_two_environments_at_once_keeps_no_account() -> None:
    before, after = _environment("dev", "prod", "ana"), _environment("dev", "prod")
    was, will_be = _by_name(_environment("prod", None, "ana")), _by_name(_environment("prod"))

    ((_, line),) = people_lines(_plan(before, after, was, will_be))

    assert "can't log in any more" in line


def test_who_has_an_account_is_not_invited_again() -> None:
    others = _by_name(_environment("prod", None, "ana"))

    plan = _plan(
        _environment("dev", "prod"), _environment("dev", "prod", "ana", "bo"), others, others
    )

    assert people_lines(plan) == [
        ("+", "ana@example.com comes into a, with the account of prod"),
        ("+", "bo@example.com is invited into a"),
    ]


def _plan(
    before: AssembledEnvironment,
    after: AssembledEnvironment,
    was: dict[str, AssembledEnvironment],
    will_be: dict[str, AssembledEnvironment],
) -> EnvironmentPlan:
    return plan_environment(
        before,
        after,
        counts=Counts(),
        approvals={},
        today=date(2026, 12, 1),
        differences={},
        others=neighbours("dev", {**was, "dev": before}, {**will_be, "dev": after}),
    )
