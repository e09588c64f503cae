"""The two trees that a plan compares: a commit, and what lies in the working tree."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.plan.cdk import cdk, last_lines


class SourceError(RuntimeError):
    """A tree that is not there; the message says why."""


def starting_point(root: Path, base: str) -> str:
    """Return the commit at which HEAD has left `base`, or that of `base` itself.

    So a plan has the changes of a branch, and not the reverse of what others have merged since.
    Raises SourceError if `base` is not a commit here.
    """
    try:
        commit = _git(
            root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}"
        )
    except SourceError:
        raise SourceError(
            f"expected a commit, branch or tag of this repository, got {base!r}; fetch it first,"
            " for instance with `git fetch origin main`"
        ) from None
    try:
        return _git(root, "merge-base", commit, "HEAD")
    except SourceError:
        # A shallow clone doesn't know where the branch began.
        return commit


@contextmanager
def tree_of(root: Path, commit: str, folder: Path) -> Iterator[Path]:
    """Give a worktree of the commit below `folder`, for as long as the block runs."""
    tree = folder / "tree"
    _git(root, "worktree", "add", "--detach", "--quiet", str(tree), commit)
    try:
        yield tree
    finally:
        _git(root, "worktree", "remove", "--force", str(tree))


def synthesise(tree: Path, output: Path) -> Path:
    """Synthesise all environments of a tree into `output`, without an account.

    Raises CdkError with what the app says is wrong.
    """
    cdk("synth", "--quiet", f"--output={output}", folder=tree)
    return output


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # the arguments are ours
            ["git", *arguments],  # noqa: S607  # whichever git the person uses
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise SourceError("expected git to be installed, got none on the PATH") from None
    if done.returncode != 0:
        raise SourceError(f"`git {arguments[0]}` says: {last_lines(done.stderr)}")
    return done.stdout.strip()
