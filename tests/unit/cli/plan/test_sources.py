"""Which commit a plan compares with."""

import subprocess
from pathlib import Path

import pytest

from cli.plan.sources import SourceError, starting_point, tree_of


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
