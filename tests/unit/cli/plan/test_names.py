"""A plan has nobody's address, whatever says something of a person."""

import json
from datetime import date
from typing import Any

from cli.plan.assembly import AssembledEnvironment
from cli.plan.counts import Counts
from cli.plan.environment_plan import EnvironmentPlan, plan_environment
from cli.plan.json_output import json_output
from cli.plan.markdown import markdown
from cli.plan.names import Names
from cli.plan.people_lines import people_lines
from cli.plan.plan import Plan
from tests.unit.cli.plan.plan_templates import environment, resource


def _people(*emails: str, told: str = "lead@example.com") -> AssembledEnvironment:
    members = [{"Email": email, "Teams": ["dev-a"]} for email in emails]
    notices = {
        f"Notifications{email.replace('@', '').replace('.', '')}{number:08X}": resource(
            "AWS::SNS::Subscription",
            f"Workforce/Notifications/{email}",
            Protocol="email",
            Endpoint=email,
            TopicArn={"Ref": "Topic"},
        )
        for number, email in enumerate([*emails, told])
    }
    workers = resource("Custom::Workers", "Workforce/Workers", Members=members)
    # Somebody may stand here alone, such as who has left and may still confirm.
    topics = [{"TopicArn": {"Ref": "Topic"}, "Addresses": [*emails, told, f"x.{told}"]}]
    settled = resource("Custom::Subscriptions", "Workforce/Subscriptions", Topics=topics)
    return environment(Workforce={**notices, "Workers": workers, "Subscriptions": settled})


def _plan(before: AssembledEnvironment, after: AssembledEnvironment) -> EnvironmentPlan:
    changed = [*before.resources(), *after.resources()]
    difference = "\n".join(f"{each.logical_id} {json.dumps(each.properties)}" for each in changed)
    return plan_environment(
        before,
        after,
        counts=Counts({}),
        approvals={},
        today=date(2026, 12, 1),
        differences={"dev-Workforce": difference},
    )


def _shown(before: AssembledEnvironment, after: AssembledEnvironment) -> EnvironmentPlan:
    return Names(before, after).without_addresses(_plan(before, after))


_BEFORE = _people("ana@example.com", "bo@example.com")
_AFTER = _people("Ana@example.com", "cy.x@example.com", "bo@example.com.au", told="boss@a.example")


def test_nobody_s_address_is_in_any_form_of_a_plan() -> None:
    plan = Plan(base="main", environments=(_shown(_BEFORE, _AFTER),))

    shown = f"{markdown(plan)}{json_output(plan)}{plan}".lower()

    assert "@" not in shown.replace("@@", "")
    assert "example" not in shown


def test_people_have_the_numbers_of_their_lines_and_initials() -> None:
    lines = [line for _, line in people_lines(_shown(_BEFORE, _AFTER))]

    assert lines[:2] == ["worker 2 (C.X.) is invited into a", "worker 3 (B.) is invited into a"]
    assert lines[2].startswith("former worker 2 (B.) is removed from a;")


def test_who_is_only_told_of_work_has_a_number_too() -> None:
    changes: Any = json.loads(json_output(Plan(base="", environments=(_shown(_BEFORE, _AFTER),))))

    notices = {each["name"] for each in changes["environments"][0]["changes"]}
    assert {"recipient 1 (B.)", "recipient 2 (L.)"} <= notices


def test_an_address_that_contains_another_is_not_cut() -> None:
    names = Names(environment(), _people("bo@example.com", "jim.bo@example.com"))

    assert names.without_addresses("bo@example.com, Jim.Bo@example.com.") == (
        "worker 1 (B.), worker 2 (J.B.)."
    )


def test_another_address_in_a_line_says_that_it_is_another_account() -> None:
    lines = people_lines(_shown(_BEFORE, _people("ana@example.com", "bob@example.com")))

    assert lines[0] == (
        "+",
        "worker 2 (B.) is invited into a, in the line of former worker 2 (B.): a new account, and"
        " what was sent to the old address opens nothing any more; if both are one person,"
        " `ground-truth workers` says how they keep the account",
    )


def test_a_new_line_beside_a_removed_one_is_nobody_s_line() -> None:
    after = _people("new@example.com", "ana@example.com")

    assert [each.in_place_of for each in _plan(_BEFORE, after).people.invited] == [""]
