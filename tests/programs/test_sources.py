"""Which commit a plan compares with, and whose code reads a tree."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cli.plan.cdk import CdkError
from cli.plan.sources import FOLDERS, SourceError, starting_point, synthesis, tree_of

_ROOT = Path(__file__).parents[2]
#: An app that makes nothing, and says where Python finds some modules, in it and in its children.
_APP = """\
import json, os, pathlib, subprocess, sys

QUESTION = '''
import importlib.util
for name in ("stacks", "workforce", "both", "of_lambda"):
    found = importlib.util.find_spec(name)
    print(name, found and found.origin)
'''
output = pathlib.Path(os.environ["CDK_OUTDIR"])
output.mkdir(exist_ok=True)
stack = {
    "type": "aws:cloudformation:stack",
    "environment": "aws://unknown-account/us-east-1",
    "properties": {"templateFile": "stack.json"},
}
assembly = {"version": "40.0.0", "artifacts": {"stack": stack}}
output.joinpath("manifest.json").write_text(json.dumps(assembly))
output.joinpath("stack.json").write_text("{}")
environment = {"PATH": os.environ["PATH"]}
for name, command in (
    ("python", ["python", "-c"]),
    ("python3", ["python3", "-c"]),
    ("isolated", ["python", "-I", "-c"]),
    ("executable", [sys.executable, "-c"]),
):
    told = subprocess.check_output([*command, QUESTION], env=environment, cwd=output, text=True)
    output.joinpath(f"{name}.txt").write_text(told)
"""


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],  # noqa: S607
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Give a repository whose branch `change` has left `main`, which went on."""
    root = tmp_path / "repository"
    root.mkdir()
    _git(root, "init", "--quiet", "--initial-branch=main")
    (root / "file").write_text("first")
    _git(root, "add", "file")
    _git(root, "commit", "--quiet", "-m", "first")
    _git(root, "tag", "first")
    _git(root, "branch", "change")
    _git(root, "commit", "--quiet", "--allow-empty", "-m", "of others")
    _git(root, "switch", "--quiet", "change")
    _git(root, "commit", "--quiet", "--allow-empty", "-m", "change")
    return root


@pytest.mark.parametrize("base", ["main", "first"])
def test_a_branch_is_compared_with_where_it_began(repository: Path, base: str) -> None:
    assert starting_point(repository, base) == _git(repository, "rev-parse", "first")


def test_a_merge_is_compared_with_what_it_was_merged_into(repository: Path) -> None:
    _git(repository, "switch", "--quiet", "--detach", "main")
    _git(repository, "merge", "--quiet", "--no-edit", "change")

    assert starting_point(repository, "main") == _git(repository, "rev-parse", "main")


def test_branches_without_a_common_beginning_are_compared_as_they_are(repository: Path) -> None:
    _git(repository, "switch", "--quiet", "--orphan", "other")
    _git(repository, "commit", "--quiet", "--allow-empty", "-m", "other")

    assert starting_point(repository, "main") == _git(repository, "rev-parse", "main")


@pytest.mark.parametrize("base", ["origin/mian", "--help", ""])
def test_a_base_that_is_not_there_says_what_to_do(repository: Path, base: str) -> None:
    with pytest.raises(SourceError, match=r"expected a commit, .* `git fetch origin main`"):
        starting_point(repository, base)


def test_a_commit_s_tree_is_there_for_as_long_as_it_is_needed(
    repository: Path, tmp_path: Path
) -> None:
    (repository / "file").write_text("second")

    with tree_of(repository, _git(repository, "rev-parse", "first"), tmp_path) as tree:
        text = (tree / "file").read_text()

    assert text == "first"
    assert not tree.exists()
    assert len(_git(repository, "worktree", "list").splitlines()) == 1


def _app(folder: Path, *modules: str) -> Path:
    """Make a tree whose app says what it sees of its own modules and of others."""
    for name in ("app.py", *modules):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    (folder / "app.py").write_text(_APP)
    (folder / "cdk.json").write_text(json.dumps({"app": "python app.py"}))
    return folder


def _seen(tree: Path, output: Path) -> dict[str, dict[str, Path | None]]:
    with synthesis(tree, output) as done:
        done()
    return {
        file.stem: {
            name: None if place == "None" else Path(place)
            for name, place in (line.split() for line in file.read_text().splitlines())
        }
        for file in output.glob("*.txt")
    }


def test_each_tree_is_read_with_its_own_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = _app(tmp_path / "head", "both.py", "stacks/__init__.py", "lambda/of_lambda.py")
    base = _app(tmp_path / "base", "both.py", "lambda/workforce/__init__.py")
    # Whoever starts a plan may have this.
    monkeypatch.setenv("PYTHONPATH", f"{head}{os.pathsep}{head / 'lambda'}")

    of_head, of_base = _seen(head, tmp_path / "head.out"), _seen(base, tmp_path / "base.out")

    expected_of_head = {
        "stacks": head / "stacks" / "__init__.py",
        "workforce": None,
        "both": head / "both.py",
        "of_lambda": head / "lambda" / "of_lambda.py",
    }
    expected_of_base = {
        "stacks": None,
        "workforce": base / "lambda" / "workforce" / "__init__.py",
        "both": base / "both.py",
        "of_lambda": None,
    }
    for process in ("python", "python3", "isolated", "executable"):
        assert of_head[process] == expected_of_head
        assert of_base[process] == expected_of_base


def test_without_care_a_tree_would_see_the_code_that_is_installed(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-I", "-c", "import stacks, workforce"], cwd=tmp_path, check=False
    )

    assert found.returncode == 0


def test_an_app_that_needs_what_only_the_other_tree_has_fails(tmp_path: Path) -> None:
    tree = _app(tmp_path / "tree")
    (tree / "app.py").write_text("import stacks\n")

    with (
        pytest.raises(CdkError, match="No module named 'stacks'"),
        synthesis(tree, tmp_path / "out") as done,
    ):
        done()


def test_a_tree_s_folders_are_those_of_its_editable_installation() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())

    assert list(FOLDERS) == project["tool"]["hatch"]["build"]["dev-mode-dirs"]
