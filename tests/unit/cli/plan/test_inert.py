"""Whatever files, branches and titles say, nothing is read into a plan's comment."""

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.plan.approvals import Approval
from cli.plan.counts import Counts
from cli.plan.environment_plan import EnvironmentPlan, plan_environment
from cli.plan.guard import IdleApproval, Loss
from cli.plan.inert import JOINER, fit_for_a_comment, inert, visible
from cli.plan.markdown import markdown
from cli.plan.permissions import Permission, Permissions
from cli.plan.plan import Plan
from cli.plan.shared_workforce import OwnersChange
from cli.plan.worker_changes import WorkerChange, WorkerChanges
from tests.unit.cli.plan.finished_page import found_on_the_page
from tests.unit.cli.plan.plan_templates import environment, job, resource

_ROOT = Path(__file__).parents[4]
#: What GitHub or GitLab would read something into, or what tries to get out of where it stands.
_HOSTILE = (
    *("@name", "@@name", "@org/team", "x@@@name", "(@name)", "`@name", "\\@name", "@_name"),
    *("#12", "##12", "\\#12", "owner/repo#12", "GH-12", "gh-12", "!12", "$12", "%12", "&12"),
    *("~bug", '~"a bug"', '%"1.0"', "^alert#1", "[vulnerability:12]", "[work_item:12]"),
    *("TICKET-12", "CVE-2026-12345", "GHSA-2p57-rm9w-gvfp", "58fd881", "abcd58fd881"),
    *("owner/repo@58fd881", "58fd8812bd3e5f45b2cfb9172054b4087a40e8e0", "58fd881..abcd123"),
    *("https://example.com", "HTTP://example.com", "ftp://example.com", "https:\\//example.com"),
    *("www.example.com", "WWW.example.com", "wwww.example.com", "www\\.example.com"),
    *("irc://example.com/x", "mailto:ana@example.com", "xmpp:a@example.com", "ana@example.com"),
    *("[a](https://example.com)", "![a](https://example.com/a.png)", "[a]: https://example.com"),
    *("[a][b]", "[^1]: a", "- [ ] task", "<https://example.com>", "<img src=//example.com>"),
    *(
        "<b>",
        "</details>",
        "<details>",
        "<!--",
        "-->",
        "<summary>a</summary>",
        "<script>x</script>",
    ),
    *("&#64;name", "&commat;name", "&lt;b&gt;", "h&#116;tps://example.com", "&#119;ww.example.com"),
    *("`", "``", "```", "`a`", "`a``b` @name", "```text", "~~~", "````\n@name", "`a` `b` ``"),
    *("a\n\n# b", "a\n===", "a\n---", "\n@name\n", "a\r\rb", "a\r\n\r\n/close", "\n/approve\n"),
    *("|a|b|\n|-|-|", "a | b\n- | -", "*a*", "__a__", "**a**@name", "~~a~~", "$x$", "$$x$$"),
    *("1. a", "- a", "+ a", "# a", "> a", "    a", "\ta", "\\", "\\\\", "a\\", "*", "_", "-", ""),
    *("@\u200bname", "@\u2060name", "\u2060@name", "\u202e@name", "a\u200bb", "\ufeff/close"),
    *("\u2028@name", "\x00@name", "\x1b[31mred", "\x85#12", "a\u00ad@name", "\U000e0041", "\ud7ff"),
)
#: Those that are worst where nothing stands around them, and all, some at a time.
_ALONE = (
    "",
    "`",
    "a`` @name",
    "\n\n/approve\n",
    "|a|b|\n|-|-|",
    "1. a",
    "# a",
    "- a",
    "a\\",
    "@@name",
)
_TOGETHER = [" ".join(_HOSTILE[at::6]) for at in range(6)]
#: Not what a file says: one of a few words of ours, that tests and tables go by.
_OURS = ("action", "type", "kind", "state", "effect")


def _plan() -> Plan:
    """Return a plan with something of all that a plan can say."""
    old = {"Job": job(), "Team": resource("AWS::SageMaker::Workteam", "Labeling/a/Team")}
    new = {"Job": job(Request__HumanTaskConfig__TaskTitle="Even, odd or zero?")}
    made = plan_environment(
        environment(Labeling=old),
        environment(Labeling=new),
        counts=Counts(),
        approvals={},
        today=date(2026, 12, 1),
        differences={"dev-Labeling": "[~] a"},
    )
    until = date(2027, 1, 31)
    may = Permission(
        holder="role", principal="a service", effect="Allow", actions=("s3:Get",), resource="b"
    )
    person = WorkerChange(who="a", joins=("b",), leaves=("c",), in_place_of="d")
    shared = WorkerChange(who="a", joins=("b",), leaves=("c",), also_in=("d",))
    approved = Loss(
        change="delete a",
        why="b",
        approval=Approval.model_validate({"reason": "c", "expires": "2027-01-31"}),
        is_approved=True,
    )
    whole = replace(
        made,
        people=WorkerChanges(invited=(person, shared), removed=(person, shared), moved=(person,)),
        owners_changes=(OwnersChange(owner="a", change=made.resource_changes[0]),),
        permissions=Permissions(gained=(replace(may, condition="c"),), lost=(may,)),
        findings=(*made.findings, approved),
        idle_approvals=(
            IdleApproval(change="stop a", state="unneeded", expires=until),
            IdleApproval(change="stop b", state="expired", expires=until),
        ),
    )
    same = environment()
    nothing = plan_environment(
        same, same, counts=Counts(), approvals={}, today=until, differences={}
    )
    return Plan(base="main", environments=(whole, replace(nothing, name="prod")))


_PLAN = _plan()


def _places(value: Any, path: str = "plan") -> list[str]:
    """Return all places in a plan where a text from outside stands."""
    if isinstance(value, str):
        return [path]
    if isinstance(value, Approval):
        return [f"{path}.reason"]
    if is_dataclass(value):
        return [
            place
            for field in fields(value)
            if field.name not in _OURS
            for place in _places(getattr(value, field.name), f"{path}.{field.name}")
        ]
    if isinstance(value, Mapping):
        return [f"{path}.{at}.{end}" for at, _ in enumerate(value) for end in ("key", "value")]
    if isinstance(value, tuple):
        return [place for at, each in enumerate(value) for place in _places(each, f"{path}.{at}")]
    return []


def _with(value: Any, place: str, text: str, path: str = "plan") -> Any:
    """Return the same with another text at a place."""
    if not place.startswith(path):
        return value
    if isinstance(value, str):
        return text if place == path else value
    if isinstance(value, Approval):
        return value.model_copy(update={"reason": text})
    if isinstance(value, Mapping):
        return {
            text if place == f"{path}.{at}.key" else key: (
                text if place == f"{path}.{at}.value" else each
            )
            for at, (key, each) in enumerate(value.items())
        }
    if isinstance(value, tuple):
        return tuple(_with(each, place, text, f"{path}.{at}") for at, each in enumerate(value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                field.name: _with(getattr(value, field.name), place, text, f"{path}.{field.name}")
                for field in fields(value)
                if field.init
            },
        )
    return value


def test_the_plan_of_these_tests_has_something_at_every_place() -> None:
    used = {re.sub(r"\.\d+", "", place) for place in _places(_PLAN)}

    assert len(used) >= 20
    for field in fields(EnvironmentPlan):
        value = getattr(_PLAN.environments[0], field.name)
        assert value or isinstance(value, bool), field.name


def test_a_plan_of_harmless_texts_has_nothing_but_its_own_tags() -> None:
    assert found_on_the_page(markdown(_PLAN)) == []


@pytest.mark.parametrize("place", [*_places(_PLAN), "plan.error"])
def test_no_text_at_any_place_of_a_plan_becomes_more_than_text(place: str) -> None:
    for text in (*_TOGETHER, *_ALONE):
        plan = replace(_PLAN, error="") if place == "plan.error" else _PLAN
        comment = markdown(_with(plan, place, text))

        assert found_on_the_page(comment) == [], text
        assert found_on_the_page(fit_for_a_comment(comment)) == [], text


_TEXTS = st.lists(
    st.one_of(st.sampled_from(_HOSTILE), st.text(max_size=4), st.sampled_from("@#`<[]()&\\|\n ~")),
    max_size=6,
).map("".join)


@given(text=_TEXTS, place=st.sampled_from(_places(_PLAN)))
def test_no_mixture_of_texts_becomes_more_than_text(text: str, place: str) -> None:
    assert found_on_the_page(markdown(_with(_PLAN, place, text))) == []


@given(text=_TEXTS)
def test_of_a_comment_that_another_program_wrote_all_is_text(text: str) -> None:
    found = found_on_the_page(fit_for_a_comment(text))

    # Markdown's own, as quotations or rules, does no harm; folds may stay open.
    harmless = r"<(blockquote|br|hr|h[1-6]|ol|ol .*|s|table|thead|tbody|tr|t[hd]( .*)?)>"
    assert [each for each in found if not re.fullmatch(harmless, each)] == []


@given(text=_TEXTS)
def test_making_a_text_inert_twice_adds_nothing(text: str) -> None:
    assert inert(inert(text)) == inert(text)
    assert fit_for_a_comment(fit_for_a_comment(text)) == fit_for_a_comment(text)


@given(text=_TEXTS)
def test_an_inert_text_looks_like_the_text(text: str) -> None:
    assert inert(text).replace(JOINER, "") == text.replace(JOINER, "")


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::111122223333:role/dev-Labeling-Role",
        "dev-even-odd-0123abcdef",
        "delete Workforce/number-readers/Team",
        "### ⛔ Plan: 1 new run, 100 % of 1,000,000",
        "a price of 12.50 USD (at most), 10:30",
    ],
)
def test_what_nothing_is_read_into_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


def test_what_nobody_would_see_is_written_out() -> None:
    assert visible("a\u202eb\x00\tc\nd\u200d") == "a\\u202eb\\x00\tc\nd\u200d"


def test_the_program_needs_nothing_that_is_installed_and_reads_bytes_that_are_no_text() -> None:
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", str(_ROOT / "cli" / "plan" / "inert.py")],
        input=b"@name \xff\n" + b"x" * 300_000 + b"\n",
        capture_output=True,
        check=True,
    )

    assert result.stdout.decode() == f"@{JOINER}name \ufffd"
