"""A plan as a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from cli.plan import text as plan_text
from cli.plan.environment_plan import EnvironmentPlan
from cli.plan.inert import JOINER, MARKER, inert, visible
from cli.plan.people_lines import people_lines
from cli.plan.plan import Plan, Verdict

#: Characters of a comment; GitHub takes 65,536.
LONGEST: Final = 65_000

_MARKS: Final = {
    Verdict.NOTHING: "✅",
    Verdict.CHANGES: "📝",
    Verdict.DESTRUCTIVE: "⛔",
    Verdict.ERROR: "❌",
}
#: What stands between two of these is code, where nothing means anything.
_CODE: Final = re.compile(r"`([^`]+)`")
#: What Markdown reads something into; an underline inside of a word means nothing.
_SPECIAL: Final = re.compile(r"([\\`*\[\]<>&~|$]|(?<!\w)_|_(?!\w))")
#: What would be a list, or a heading's line, at the beginning of a line.
_FIRST: Final = re.compile(r"^([-+=#]|[0-9]+(?=[.)]))")
_FENCE: Final = re.compile(r"`{3,}")
_CUT: Final = "… cut here; `ground-truth plan` shows all of it"


def markdown(plan: Plan, *, longest: int = LONGEST) -> str:
    """Return the comment, cut to `longest` characters with the summary before the details."""
    head = "\n\n".join([MARKER, _title(plan), *_error(plan)])
    blocks = [head, *(_summary(each) for each in plan.environments if each.is_shown)]
    for each in plan.environments:
        blocks += _permissions(each)
    for each in plan.environments:
        blocks += _differences(each)
    return _fit(blocks, longest)


def _title(plan: Plan) -> str:
    base = f"Compared with {_code(plan.base)}."
    same = [
        _code(each.name)
        for each in plan.environments
        if not (each.is_changed or each.owners_changes)
    ]
    unchanged = f" Nothing changes in {', '.join(same)}." if same and plan.verdict else ""
    title = f"### {_MARKS[plan.verdict]} Plan: {_escape(plan_text.verdict(plan))}"
    return f"{title}\n\n{base}{unchanged}"


def _error(plan: Plan) -> Iterable[str]:
    if plan.error is not None:
        yield _fenced(plan.error, "text")


def _summary(environment: EnvironmentPlan) -> str:
    parts = [f"#### {_code(environment.name)} {_escape(plan_text.state(environment))}".rstrip()]
    if environment.findings:
        parts.append(
            "\n".join(
                f"- {'☑️' if each.is_approved else '⛔'} {_code(each.change)}: {_escape(each.why)}"
                f" (**{_escape(plan_text.approval(each))}**)"
                for each in environment.findings
            )
        )
    if environment.refused:
        lines = "\n".join(plan_text.how_to_approve(environment))
        parts.append(_folded("How to approve", _fenced(lines, "yaml")))
    listed = [_line(each) for each in plan_text.lines(environment)]
    listed += [f"- {_escape(text)}" for _, text in people_lines(environment)]
    listed += [f"- {_escape(plan_text.idle_approval(each))}" for each in environment.idle_approvals]
    if (cost := plan_text.cost(environment)) is not None:
        listed.append(f"- {_escape(cost)}")
    if environment.permissions:
        gained, lost = environment.permissions.gained, environment.permissions.lost
        listed.append(f"- permissions: {len(gained)} gained, {len(lost)} lost")
    parts.append("\n".join(listed))
    return "\n\n".join(part for part in parts if part)


def _line(line: plan_text.PlanLine) -> str:
    # The text of a new run says that it is one.
    is_run = line.action == "new run"
    subject = _escape(line.subject)
    lead = f"**{subject}**" if is_run else f"**{line.action}** {subject}"
    return f"- {lead}: {_escape(line.text)}" if line.text else f"- {lead}"


def _permissions(environment: EnvironmentPlan) -> Iterable[str]:
    if environment.permissions:
        found = environment.permissions
        signs = [("+", found.gained), ("-", found.lost)]
        text = "\n".join(
            f"{sign} {plan_text.permission(each)}" for sign, listed in signs for each in listed
        )
        title = f"Permissions gained and lost in {environment.name}"
        yield _folded(title, _fenced(text, "diff"))


def _differences(environment: EnvironmentPlan) -> Iterable[str]:
    for stack, text in environment.differences.items():
        yield _folded(f"cdk diff {stack}", _fenced(text, "text"))


def _fit(blocks: list[str], longest: int) -> str:
    """Join the blocks while there is room; cut the first that does not fit, leave out the rest."""
    text = ""
    for number, block in enumerate(blocks):
        rest = len(blocks) - number - 1
        # Room for the sentence that something was left out.
        room = longest - len(text) - (2 * len(_CUT) if rest else 0)
        if len(block) + 2 > room:
            return (text + _cut(block, longest - len(text) - len(_CUT) - 8)).strip() + "\n"
        text += f"{block}\n\n"
    return text.strip() + "\n"


def _cut(block: str, room: int) -> str:
    """Return as many lines of a block as there is room for, with fences and folds closed."""
    kept: list[str] = []
    best, size, fence, folds = 0, 0, "", 0
    closing = ""
    for line in block.splitlines():
        kept.append(line)
        size += len(line) + 1
        if fence:
            fence = "" if line == fence else fence
        elif (opened := _FENCE.match(line)) is not None:
            fence = opened[0]
        else:
            folds += (line == "<details>") - (line == "</details>")
        close = f"{fence}\n" * bool(fence) + "\n</details>\n" * folds
        if size + len(close) <= room:
            best, closing = len(kept), close
    return "\n".join(kept[:best]) + f"\n{closing}\n{_CUT}"


def _folded(title: str, content: str) -> str:
    # Of what stands in a tag Markdown reads nothing, and a page tags and entities.
    summary = inert(visible(" ".join(title.split())))
    return f"<details>\n<summary>{summary}</summary>\n\n{content}\n\n</details>"


def _fenced(text: str, language: str) -> str:
    # GitLab obeys a line that begins like a path, and not always sees that it is code.
    shown = re.sub("^/", f"{JOINER}/", visible(text.replace("\r\n", "\n")), flags=re.MULTILINE)
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def _code(text: str) -> str:
    shown = visible(" ".join(text.split())) or " "
    longest = _longest_run(shown)
    ticks = "`" * (longest + 1)
    blank = " " if longest else ""
    return f"{ticks}{blank}{shown}{blank}{ticks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _escape(text: str) -> str:
    """Return text that shows as it is, on one line: no markup, and nothing that is read into it.

    What stands between backticks is code.
    """
    whole = ""
    for number, piece in enumerate(_CODE.split(visible(" ".join(text.split())))):
        if number % 2 == 0:
            whole += _SPECIAL.sub(r"\\\1", inert(piece))
            continue
        # Backticks that touch are one mark.
        whole += f"{JOINER * whole.endswith('`')}`{piece}`"
    return _FIRST.sub(_escaped_first, whole)


def _escaped_first(found: re.Match[str]) -> str:
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"
