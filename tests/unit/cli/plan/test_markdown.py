"""The forms of a plan: a comment on a pull request, JSON, the terminal."""

import io
import json
import re
from datetime import date

import pytest
from rich.console import Console

from cli.plan.counts import Counts
from cli.plan.difference import readable
from cli.plan.environment_plan import plan_environment
from cli.plan.inert import MARKER
from cli.plan.json_output import json_output
from cli.plan.markdown import LONGEST, markdown
from cli.plan.plan import Plan, Verdict
from cli.plan.terminal import show
from tests.unit.cli.plan.plan_templates import environment, job, resource


def _plan(title: str = "Even, odd or zero?", difference: str = "[~] a") -> Plan:
    old = {"Job": job(), "Team": resource("AWS::SageMaker::Workteam", "Labeling/a/Team")}
    new = {"Job": job(Request__HumanTaskConfig__TaskTitle=title)}
    return Plan(
        base="main",
        environments=(
            plan_environment(
                environment(Labeling=old),
                environment(Labeling=new),
                counts=Counts(),
                approvals={},
                today=date(2026, 12, 1),
                differences={"dev-Labeling": difference},
            ),
        ),
    )


def test_the_comment_begins_with_a_marker_and_the_verdict() -> None:
    assert markdown(_plan()).split("\n")[:3] == [
        MARKER,
        "",
        "### ⛔ Plan: 1 destructive change without approval: 1 new run, 1 deleted",
    ]


def test_an_error_is_shown_as_it_is() -> None:
    plan = Plan(base="main", error="environments/dev.yaml:1: region: expected …, got 'mars'")

    assert "```text\nenvironments/dev.yaml:1: region: expected …, got 'mars'\n```" in markdown(plan)
    assert plan.verdict is Verdict.ERROR


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("see @someone", "see @\u2060someone"),
        ("fixes #12", "fixes #\u206012"),
        ("a <b>", "a \\<\u2060b\\>"),
        ("[a](b)", "\\[\u2060a\\]\u2060(b)"),
        ("a *b* `c", r"a \*b\* \`c"),
        ("`@someone`", "`@someone`"),
        ("`a``b`", "`a`\u2060`b`"),
        ("ana@example.com", "ana@\u2060example.com"),
        ("snake_case", "snake_case"),
    ],
)
def test_what_a_file_says_is_text_and_no_markup(title: str, shown: str) -> None:
    assert shown in markdown(_plan(title))


def test_a_fence_in_a_text_does_not_end_the_fence_around_it() -> None:
    text = markdown(_plan(difference="[~] a\n```\n</details>"))

    assert "````text\n[~] a\n```\n</details>\n````" in text


def test_a_comment_is_cut_below_github_s_limit_with_its_folds_closed() -> None:
    text = markdown(_plan(difference="\n".join(["[~] a change of some property"] * 10_000)))

    assert LONGEST - 100 < len(text) <= LONGEST
    assert text.count("<details>") == text.count("</details>") == 2
    assert len(re.findall(r"^```", text, flags=re.MULTILINE)) == 4
    assert text.endswith("… cut here; `ground-truth plan` shows all of it\n")


@pytest.mark.parametrize("longest", range(400, 2_000, 7))
def test_wherever_it_is_cut_the_comment_is_short_enough_and_folds_are_closed(longest: int) -> None:
    text = markdown(_plan(difference="\n".join(["[~] a"] * 200)), longest=longest)

    assert len(text) <= longest
    assert text.count("<details>") == text.count("</details>")
    assert len(re.findall(r"^```", text, flags=re.MULTILINE)) % 2 == 0
    assert "… cut here" in text


def test_the_json_has_all_that_the_page_describes() -> None:
    content = json.loads(json_output(_plan()))
    (shown,) = content["environments"]

    assert {name: content[name] for name in ("format", "verdict", "exit_code", "error")} == {
        "format": 2,
        "verdict": "destructive",
        "exit_code": 3,
        "error": None,
    }
    assert shown["changes"][0] == {
        "action": "new run",
        "kind": "job",
        "name": "even-odd",
        "path": "Labeling/Jobs/even-odd/Job",
        "type": "Custom::LabelingJob",
        "changes": ["title 'Even or odd?' → 'Even, odd or zero?'"],
        "effects": [
            "new run over what is not labeled yet",
            "the running one is stopped; its labels are kept",
        ],
        "objects": None,
        "price_at_most": None,
    }
    assert shown["destructive"][0]["change"] == "delete Labeling/a/Team"


def test_the_terminal_shows_the_verdict_first_and_brackets_as_they_are() -> None:
    out = io.StringIO()

    show(_plan(title="[bold]Odd?[/bold]"), Console(file=out, width=40))

    lines = out.getvalue().splitlines()
    assert lines[0] == "Plan: 1 destructive change without approval: 1 new run, 1 deleted"
    assert any("[bold]Odd?[/bold]" in line and line.startswith("  » job") for line in lines)


_PRINTED = """Stack dev/Labeling (dev-Labeling)
IAM Statement Changes
┌───┐
│ + │
└───┘
(NOTE: There may be security-related changes not in this list. See https://example.com)

Resources
[~] Custom::LabelingJob a
 ├─ [~] Files
 │   └─ [~] .WorkerTemplate:
 │       ├─ [-] <p>
one
two

 │       └─ [+] <p>
one
three

 └─ [~] OnChange
     ├─ [-] fail
     └─ [+] replace


✨  Number of stacks with differences: 1
"""


def test_long_texts_of_cdk_diff_become_the_lines_that_differ_and_its_tables_go() -> None:
    assert (
        readable(_PRINTED)
        == """Stack dev/Labeling (dev-Labeling)
Resources
[~] Custom::LabelingJob a
 ├─ [~] Files
 │   └─ [~] .WorkerTemplate:
 │          @@ -1,3 +1,3 @@
 │           <p>
 │           one
 │          -two
 │          +three
 └─ [~] OnChange
     ├─ [-] fail
     └─ [+] replace"""
    )
