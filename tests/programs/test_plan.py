"""Prepared changes in a test repository, whose plans are golden files."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import aws_cdk as cdk
import pytest

from cli.plan.cdk import CdkError
from cli.plan.counts import Counts
from cli.plan.json_output import json_output
from cli.plan.markdown import markdown
from cli.plan.plan import Plan, Verdict, make_plan
from cli.plan.sources import synthesis
from ground_truth.config import load_all
from stacks.environment_stage import EnvironmentStage
from tests.infra.synthesis import ROOT, feature_flags
from tests.programs.plan_cases import CASES, in_file, patch_templates

_DATA = Path(__file__).parents[1] / "data" / "plan"
_PARTS = (
    ".gitignore",
    "app.py",
    "audit",
    "cdk.json",
    "cli",
    "constructs",
    "ground_truth",
    "lambda",
    "stacks",
)
_TODAY = date(2026, 12, 1)
_COUNTS = Counts({"dev": {"even-odd": {"objects": 212, "labeled": 130}}})


def _tree(folder: Path) -> Path:
    """Make a repository's tree from the project's own parts and two small environments."""
    folder.mkdir(parents=True)
    for part in _PARTS:
        if (ROOT / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, folder / part, ignore=ignored)
        else:
            shutil.copy2(ROOT / part, folder / part)
    shutil.copytree(_DATA / "environments", folder / "environments")
    return folder


def _synthesise(environments: Path, output: Path) -> Path:
    """Synthesise in this process, as the CDK command would: jsii starts slowly."""
    context = {**feature_flags(), "aws:cdk:enable-path-metadata": True}
    app = cdk.App(context=context, outdir=str(output))
    for environment in load_all(environments):
        EnvironmentStage(app, environment)
    app.synth()
    return output


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Synthesise the base and each change once."""
    root = tmp_path_factory.mktemp("plan")
    found = {"base": _synthesise(_DATA / "environments", root / "base.out")}
    for name, case in CASES.items():
        if case.edit is not None:
            shutil.copytree(_DATA / "environments", root / name / "environments")
            case.edit(root / name)
            found[name] = _synthesise(root / name / "environments", root / f"{name}.out")
        if case.patch is not None:
            found[name] = root / f"{name}.out"
            shutil.copytree(found["base"], found[name])
            patch_templates(found[name], case.patch)
    return found


def _plan(assemblies: dict[str, Path], name: str, approvals: Path = _DATA) -> Plan:
    return make_plan(
        base="origin/main",
        before=assemblies["base"],
        after=assemblies[name],
        environments=approvals,
        counts=_COUNTS,
        today=_TODAY,
    )


@pytest.mark.parametrize("name", CASES)
def test_a_change_has_the_plan_that_its_golden_file_shows(
    assemblies: dict[str, Path], name: str, request: pytest.FixtureRequest
) -> None:
    plan = _plan(assemblies, name)
    shown = markdown(plan)
    file = _DATA / f"{name}.md"

    if request.config.getoption("--update-golden-files"):
        file.write_text(shown, encoding="utf-8")

    assert shown == file.read_text(encoding="utf-8")
    assert plan.verdict is CASES[name].verdict


def test_no_golden_plan_is_of_a_change_that_is_gone() -> None:
    assert {file.stem for file in _DATA.glob("*.md")} == set(CASES)


def test_a_tree_without_a_change_has_nothing_in_its_plan(assemblies: dict[str, Path]) -> None:
    plan = _plan(assemblies, "base")

    assert plan.verdict is Verdict.NOTHING
    assert not any(each["changed"] for each in json.loads(json_output(plan))["environments"])


def test_an_approved_removal_is_a_change_like_others(
    assemblies: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "prod.approvals.yaml").write_text(
        "approvals:\n  stop vehicles:\n    reason: the vehicles are done\n    expires: 2026-12-01\n"
    )

    plan = _plan(assemblies, "job-removed", tmp_path)

    assert plan.verdict is Verdict.CHANGES
    assert "approved until 2026-12-01: the vehicles are done" in markdown(plan)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a git repository with a renamed team in the working tree."""
    tree = _tree(tmp_path_factory.mktemp("repository") / "tree")
    _commit(tree)
    edit = CASES["team-renamed"].edit
    assert edit is not None
    edit(tree)
    return tree


def _commit(tree: Path) -> None:
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        ("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "base"),
    ):
        _git(tree, *command)


def _git(tree: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _start(tree: Path, base: str, **variables: str) -> subprocess.Popen[str]:
    options = (f"--base={base}", "--format=json", "--today=2026-12-01")
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "cli.main", "plan", *options],
        cwd=tree,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_compares_the_working_tree_with_a_commit_and_leaves_no_trace(
    repository: Path,
) -> None:
    command = _start(repository, "main")
    printed, said = command.communicate()
    plan = json.loads(printed)

    assert command.returncode == plan["exit_code"] == 3
    assert [each["change"] for each in plan["environments"][0]["destructive"]] == [
        "delete Workforce/readers/Team"
    ]
    assert "plan: synthesising the working tree" in said
    assert _git(repository, "status", "--porcelain") == " M environments/dev.yaml\n"
    assert len(_git(repository, "worktree", "list").splitlines()) == 1


#: Gives the assembly that the tree names, as if the tree had been synthesised, and no difference.
_QUICK_CDK = """\
#!/bin/sh
for word; do
    case $word in --output=*) test "$1" != synth || cp -R "$(cat assembly)" "${word#*=}" ;; esac
done
"""


@pytest.mark.parametrize(
    ("head", "base", "verdict"),
    [
        ("base", "main", Verdict.NOTHING),
        ("base", "mian", Verdict.ERROR),
        ("label-added", "main", Verdict.CHANGES),
        ("job-removed", "main", Verdict.DESTRUCTIVE),
    ],
)
def test_the_verdict_is_what_the_command_ends_with(
    assemblies: dict[str, Path], tmp_path: Path, head: str, base: str, verdict: Verdict
) -> None:
    tree = _tree(tmp_path / "tree")
    cdk = tree / "node_modules" / ".bin" / "cdk"
    cdk.parent.mkdir(parents=True)
    cdk.write_text(_QUICK_CDK)
    cdk.chmod(0o755)
    (tree / "assembly").write_text(str(assemblies["base"]))
    _commit(tree)
    (tree / "assembly").write_text(str(assemblies[head]))

    command = _start(tree, base)
    printed, _ = command.communicate()

    assert command.returncode == verdict
    assert json.loads(printed)["verdict"] == verdict.name.lower()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ("--base=mian",),
            "expected a commit, branch or tag of this repository, got 'mian'; fetch",
        ),
        (
            ("--base=main", "--counts=none.json"),
            "--counts: expected a JSON file, got none.json: No",
        ),
        (("--base=mian", "--format=markdown"), "expected a commit, branch or tag"),
    ],
)
def test_what_can_t_be_compared_is_said_before_anything_is_synthesised(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    tree = _tree(tmp_path / "tree")
    _commit(tree)

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "cli.main", "plan", *options],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == Verdict.ERROR
    (said,) = done.stderr.splitlines()
    assert said.startswith(f"ground-truth plan: {words}")


#: Says that it is at work for as long as it runs, which is long.
_SLOW_APP = """\
import fcntl, os, time
file = open(os.path.join(os.environ["AT_WORK"], str(os.getpid())), "w")
fcntl.flock(file, fcntl.LOCK_EX)
time.sleep(60)
"""
_SLOW_FILTER = 'touch "$AT_WORK/git" && sleep 5 && cat'


@pytest.mark.parametrize(
    ("smudge", "number"),
    [("cat", signal.SIGINT), ("cat", signal.SIGTERM), (_SLOW_FILTER, signal.SIGINT)],
    ids=["apps interrupted", "apps terminated", "git interrupted"],
)
def test_a_plan_that_is_stopped_leaves_nothing_behind(
    tmp_path: Path, smudge: str, number: signal.Signals
) -> None:
    tree, at_work, temporary = (tmp_path / name for name in ("tree", "at_work", "temporary"))
    _tree(tree)
    at_work.mkdir()
    temporary.mkdir()
    (tree / "app.py").write_text(_SLOW_APP)
    (tree / ".gitattributes").write_text("cdk.json filter=slow\n")
    _commit(tree)
    _git(tree, "config", "filter.slow.smudge", smudge)
    plan = _start(tree, "main", AT_WORK=str(at_work), TMPDIR=str(temporary))
    while len(list(at_work.iterdir())) < 2:
        assert plan.poll() is None
        time.sleep(0.05)

    plan.send_signal(number)
    plan.communicate(timeout=30)

    assert plan.returncode == 130
    assert len(_git(tree, "worktree", "list").splitlines()) == 1
    assert list(temporary.iterdir()) == []
    for file in at_work.iterdir():
        with file.open() as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_base_that_is_not_there_is_an_error_that_shows_all_as_new(
    assemblies: dict[str, Path],
) -> None:
    plan = make_plan(
        base="origin/mian",
        before=None,
        after=assemblies["base"],
        environments=_DATA,
        counts=_COUNTS,
        today=_TODAY,
        error="expected a commit",
    )
    shown = json.loads(json_output(plan))

    assert plan.verdict is Verdict.ERROR
    assert {each["action"] for each in shown["environments"][0]["changes"]} == {"created"}


def test_a_tree_that_does_not_synthesise_says_why(tmp_path: Path) -> None:
    tree = _tree(tmp_path / "tree")
    in_file("dev", ("region: us-east-1", "region: mars"))(tree)

    with (
        pytest.raises(CdkError, match=r"environments/dev.yaml:1: region: .* got 'mars'"),
        synthesis(tree, tmp_path / "out") as done,
    ):
        done()
