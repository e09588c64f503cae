"""A plan in the terminal."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.text import Text

from cli.plan import text as plan_text
from cli.plan.environment_plan import EnvironmentPlan
from cli.plan.people_lines import people_lines
from cli.plan.plan import Plan, Verdict

_STYLES: Final = {
    "+": "green",
    "~": "yellow",
    "»": "cyan",
    "-": "red",
    "±": "red",
    "!": "bold red",
    "?": "magenta",
}
_VERDICTS: Final = {
    Verdict.NOTHING: "green",
    Verdict.CHANGES: "yellow",
    Verdict.DESTRUCTIVE: "bold red",
    Verdict.ERROR: "bold red",
}


def show(plan: Plan, console: Console) -> None:
    """Print the verdict, then each environment, then the differences of its stacks.

    What kept the two from being compared is left to whoever calls it.
    """
    _print(console, f"Plan: {plan_text.verdict(plan)}", _VERDICTS[plan.verdict])
    _print(console, f"compared with {plan.base}", "dim")
    for environment in plan.environments:
        if environment.is_shown:
            _environment(environment, console)
    same = ", ".join(
        each.name for each in plan.environments if not (each.is_changed or each.owners_changes)
    )
    if same and plan.verdict is not Verdict.NOTHING:
        _print(console, f"\nnothing changes in {same}", "dim")
    for environment in plan.environments:
        for stack, text in environment.differences.items():
            _print(console, f"\ncdk diff {stack}", "bold")
            _print(console, text)


def _environment(environment: EnvironmentPlan, console: Console) -> None:
    _print(console, f"\n{environment.name} {plan_text.state(environment)}".rstrip(), "bold")
    for finding in environment.findings:
        style = "yellow" if finding.is_approved else "bold red"
        _print(console, f"  ! {plan_text.finding(finding)}", style)
        _print(console, f"    {plan_text.approval(finding)}", style)
    for line in plan_text.lines(environment):
        # The text of a new run says that it is one.
        lead = "" if line.action == "new run" else f"{line.action}: "
        text = f": {line.text}" if line.text else ""
        _signed(console, plan_text.SIGNS[line.action], f"{lead}{line.subject}{text}")
    for sign, person in people_lines(environment):
        _signed(console, sign, person)
    if (cost := plan_text.cost(environment)) is not None:
        _print(console, f"  $ {cost}")
    if environment.permissions:
        _print(console, "  permissions")
        for sign, listed in (
            ("+", environment.permissions.gained),
            ("-", environment.permissions.lost),
        ):
            for permission in listed:
                _signed(console, sign, plan_text.permission(permission), "    ")
    for idle in environment.idle_approvals:
        _print(console, f"  {plan_text.idle_approval(idle)}", "dim")
    if environment.refused:
        _print(console, "  to approve it:")
        for each in plan_text.how_to_approve(environment):
            _print(console, f"    {each}")


def _signed(console: Console, sign: str, text: str, indent: str = "  ") -> None:
    _print(console, f"{indent}{sign} {text}", _STYLES[sign])


def _print(console: Console, text: str, style: str = "") -> None:
    # As it is: no markup, and no line is broken where there is no terminal.
    console.print(Text(text, style=style), soft_wrap=True)
