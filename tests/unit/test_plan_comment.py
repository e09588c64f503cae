"""What plan-comment.yml makes of a plan that the code of a pull request has written."""

import os
import subprocess
from pathlib import Path

from cli.plan.inert import JOINER
from tests.unit.cli.plan.finished_page import found_on_the_page
from tests.unit.workflow_files import ROOT, steps, workflow

_COMMENT = "1234"
#: Answers as GitHub's command would for the calls of plan-comment.yml, and keeps what was sent.
_GH = """\
#!/usr/bin/env bash
echo "$@" >> "$RUNNER_TEMP/calls"
case "$*" in
    *--paginate*) echo "$FOUND" ;;
    *PATCH*|*POST*) cp body.md "$RUNNER_TEMP/sent.md" ;;
esac
"""
_WHOSE = (
    f"*Made by the code of this pull request at {'0' * 40}: [the run](https://example.com/run).*"
)


def _comment(folder: Path, plan: str | None, found: str) -> tuple[str, str]:
    """Run the step that writes the comment; return what was sent, and all calls of GitHub."""
    (step,) = [
        each
        for each in steps(workflow("plan-comment.yml"))
        if each.get("name") == "Write the comment"
    ]
    program = folder / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(_GH)
    program.chmod(0o755)
    if plan is not None:
        (folder / "plan").mkdir()
        (folder / "plan" / "plan.md").write_text(plan)
    variables = {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(folder),
        "FOUND": found,
        "GITHUB_WORKSPACE": str(ROOT),
        "GH_REPO": "example/labels",
        "NUMBER": "7",
        "HEAD_SHA": "0" * 40,
        "RUN_URL": "https://example.com/run",
        "MARKER": step["env"]["MARKER"],
    }
    subprocess.run(["bash", "-e", "-c", step["run"]], env=variables, check=True)  # noqa: S603, S607
    return (folder / "sent.md").read_text(), (folder / "calls").read_text()


def test_the_first_plan_makes_a_comment_that_says_first_whose_it_is(tmp_path: Path) -> None:
    sent, calls = _comment(tmp_path, "# dev\n\nnew run for 212 objects\n", found="")

    assert sent == (
        f"<!-- ground-truth-cdk: plan -->\n{_WHOSE}\n\n# dev\n\nnew run for 212 objects\n"
    )
    assert "POST repos/example/labels/issues/7/comments" in calls


def test_a_later_plan_changes_that_comment(tmp_path: Path) -> None:
    _, calls = _comment(tmp_path, "# dev\n", found=f"{_COMMENT}\n5678")

    assert f"PATCH repos/example/labels/issues/comments/{_COMMENT} " in calls
    assert "POST" not in calls


def test_a_plan_that_other_code_wrote_mentions_links_and_hides_nothing(tmp_path: Path) -> None:
    plan = (
        "@@everyone (@team) ana@example.com #12 https://example.com [a](https://example.com)\n"
        "<img src=https://example.com/a.png> <!-- &#64;name\n<details>\n```\n"
    )

    sent, _ = _comment(tmp_path, plan, found="")

    marker, whose, blank, made = sent.split("\n", maxsplit=3)
    assert (marker, whose, blank) == ("<!-- ground-truth-cdk: plan -->", _WHOSE, "")
    assert made.startswith(f"@{JOINER}@{JOINER}everyone (@{JOINER}team) ana@{JOINER}example.com")
    assert found_on_the_page(made) == []


def test_a_plan_that_is_too_long_is_cut_at_a_line(tmp_path: Path) -> None:
    sent, _ = _comment(tmp_path, f"{'ü' * 59_999}\n{'ü' * 300_000}", found="")

    assert sent.endswith(f"\n{'ü' * 59_999}")
    assert len(sent) < 65_536


def test_a_run_without_a_plan_says_so(tmp_path: Path) -> None:
    sent, _ = _comment(tmp_path, None, found=_COMMENT)

    assert "There is no plan; the run says why." in sent


def test_a_plan_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "plan.md").symlink_to(tmp_path / "secret")

    sent, _ = _comment(tmp_path, None, found="")

    assert "secret" not in sent
