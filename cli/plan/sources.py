"""The two trees that a plan compares: a commit, and what lies in the working tree."""

from __future__ import annotations

import os
import site
import subprocess
import sysconfig
import tempfile
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from cli.plan.cdk import cdk, last_lines

#: Below a tree, what its editable installation puts on the import path.
FOLDERS: Final = (".", "lambda")


class SourceError(RuntimeError):
    """A tree that is not there; the message says why."""


def starting_point(root: Path, base: str) -> str:
    """Return the commit at which HEAD has left `base`, or that of `base` itself.

    So a plan has the changes of a branch, and not the reverse of what others have merged since.
    Raises SourceError if `base` is not a commit here, or there is no repository or no git.
    """
    _git(root, "rev-parse", "--git-dir")
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
    try:
        _git(root, "worktree", "add", "--detach", "--quiet", str(tree), commit)
        yield tree
    finally:
        # There is none if git could not add it.
        with suppress(SourceError):
            # Forced twice: one that was interrupted while it was made is locked.
            _git(root, "worktree", "remove", "--force", "--force", str(tree))


@contextmanager
def synthesis(tree: Path, output: Path) -> Iterator[Callable[[], str]]:
    """Synthesise all environments of a tree into `output`, without an account, by its own code.

    What is given waits for the end; it raises CdkError with what the app says is wrong.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        variables = _own_python(tree, Path(name))
        with cdk(
            "synth", "--quiet", f"--output={output}", folder=tree, variables=variables
        ) as done:
            yield done


def _own_python(tree: Path, folder: Path) -> dict[str, str]:
    """Make a virtual environment with the packages of this one and the tree's own folders.

    The project is installed in this one as well, perhaps from a third checkout, by a `.pth` file;
    Python reads those of its own environment only. Returns the variables that choose it.
    """
    venv.create(folder, symlinks=True)
    own = [str(tree / each) for each in FOLDERS]
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    (packages / "tree.pth").write_text("\n".join([*site.getsitepackages(), *own]), "utf-8")
    path = os.pathsep.join([str(folder / "bin"), os.environ.get("PATH", os.defpath)])
    return {"PATH": path, "VIRTUAL_ENV": str(folder)}


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
