"""The workflows: who may do what in them, and what the one that writes comments makes of a plan."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ground_truth.config.yaml_file import read

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / ".github" / "workflows"
_WORKFLOWS = sorted(path.name for path in _FOLDER.iterdir())
_PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
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


def _workflow(name: str) -> dict[str, Any]:
    # As text, because YAML 1.1 takes the key `on` for true.
    return dict(read(_FOLDER / name).data)


def _steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def _permissions(workflow: dict[str, Any]) -> set[str]:
    return {
        f"{scope}: {access}"
        for job in workflow["jobs"].values()
        for scope, access in job["permissions"].items()
    }


@pytest.mark.parametrize(
    "command",
    [
        ["actionlint", *(str(_FOLDER / name) for name in _WORKFLOWS)],
        ["zizmor", "--offline", "--quiet", "--persona=pedantic", str(_ROOT / ".github")],
    ],
    ids=["actionlint", "zizmor"],
)
def test_a_linter_of_workflows_finds_nothing(command: list[str]) -> None:
    program = Path(sys.executable).with_name(command[0])

    result = subprocess.run(  # noqa: S603
        [program, *command[1:]], capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", _WORKFLOWS)
def test_actions_are_pinned_by_commit_with_their_version(name: str) -> None:
    lines = [line for line in (_FOLDER / name).read_text().splitlines() if "uses:" in line]

    assert [line for line in lines if not _PINNED.search(line)] == []


@pytest.mark.parametrize("name", _WORKFLOWS)
def test_a_workflow_may_do_nothing_but_what_its_jobs_say(name: str) -> None:
    assert _workflow(name)["permissions"] == {}
    assert all("permissions" in job for job in _workflow(name)["jobs"].values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("check.yml", {"contents: read"}),
        ("plan.yml", {"contents: read"}),
        ("plan-comment.yml", {"actions: read", "pull-requests: write"}),
        ("deploy.yml", {"contents: read", "id-token: write"}),
        ("drift.yml", {"contents: read", "id-token: write"}),
    ],
)
def test_permissions_are_the_least(name: str, expected: set[str]) -> None:
    assert _permissions(_workflow(name)) == expected


@pytest.mark.parametrize("name", _WORKFLOWS)
def test_code_of_a_pull_request_never_meets_credentials(name: str) -> None:
    workflow, text = _workflow(name), (_FOLDER / name).read_text()
    credentials = {"secrets.", "github.token", "id-token", "aws-actions"}

    assert "pull_request_target" not in workflow["on"]
    assert "pull_request" not in workflow["on"] or not {
        word for word in credentials if word in text
    }


def test_the_workflow_that_writes_comments_runs_nothing_of_the_pull_request() -> None:
    workflow = _workflow("plan-comment.yml")

    assert [step["uses"] for step in _steps(workflow) if "uses" in step] == []
    assert all("make" not in step["run"] for step in _steps(workflow))


def test_what_is_deployed_is_looked_at_for_changes_by_hand() -> None:
    deployed, looked_at = (
        job["strategy"]["matrix"]["environment"]
        for name in ("deploy.yml", "drift.yml")
        for job in _workflow(name)["jobs"].values()
    )

    assert deployed == looked_at
    assert "local" not in deployed


def test_a_deployment_is_approved_and_never_cut_off() -> None:
    (job,) = _workflow("deploy.yml")["jobs"].values()

    assert job["environment"] == "${{ matrix.environment }}"
    assert job["concurrency"]["cancel-in-progress"] == "false"


@pytest.mark.parametrize("name", ["deploy.yml", "drift.yml"])
def test_packages_are_installed_before_there_are_credentials(name: str) -> None:
    steps = [step.get("uses", step.get("run", "")) for step in _steps(_workflow(name))]

    setup = steps.index("make setup")

    assert next(at for at, step in enumerate(steps) if "aws-actions" in step) > setup


def _comment(folder: Path, plan: str | None, found: str) -> tuple[str, str]:
    """Run the step that writes the comment; return what was sent, and all calls of GitHub."""
    (step,) = [
        each
        for each in _steps(_workflow("plan-comment.yml"))
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
        "GH_REPO": "example/labels",
        "NUMBER": "7",
        "HEAD_SHA": "0" * 40,
        "RUN_URL": "https://example.com/run",
        "MARKER": step["env"]["MARKER"],
    }
    subprocess.run(["bash", "-e", "-c", step["run"]], env=variables, check=True)  # noqa: S603, S607
    return (folder / "sent.md").read_text(), (folder / "calls").read_text()


def test_the_first_plan_makes_a_comment(tmp_path: Path) -> None:
    sent, calls = _comment(tmp_path, "# dev\n\nnew run for 212 objects\n", found="")

    assert sent.startswith("<!-- ground-truth-cdk: plan -->\n# dev\n\nnew run for 212 objects\n")
    assert "POST repos/example/labels/issues/7/comments" in calls


def test_a_later_plan_changes_that_comment(tmp_path: Path) -> None:
    _, calls = _comment(tmp_path, "# dev\n", found=f"{_COMMENT}\n5678")

    assert f"PATCH repos/example/labels/issues/comments/{_COMMENT} " in calls
    assert "POST" not in calls


def test_a_plan_mentions_nobody(tmp_path: Path) -> None:
    sent, _ = _comment(tmp_path, "@everyone and (@team), not ana@example.com\n", found="")

    assert "@\u200beveryone and (@\u200bteam), not ana@example.com" in sent


def test_a_plan_that_is_too_long_is_cut_at_a_character(tmp_path: Path) -> None:
    sent, _ = _comment(tmp_path, "x" * 59_999 + "ü" * 10_000, found="")

    assert "x" * 59_999 + "\n" in sent
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
