"""A user's first edits turn no test red, but for what is wrong in the user's own files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.aws import ROOT
from tests.edits import edit
from tests.tree import copy_tree

#: Reads the user's files on purpose, but for the audit, which takes half a minute: it has the same
#: edits in tests/programs/test_audit.py.
_JUDGE = "tests/unit/test_your_environments.py"
#: Starts a process in the repository's folder, where tests/conftest.py doesn't see what it reads.
_STARTS = re.compile(r"cwd=_?ROOT\b")
#: What such a process is given instead of the user's files: an assembly, or a folder of its own.
_GIVEN = re.compile(r"--app=|LocalAws\b|checkout: Path")
#: A path to them, which may be looked at without being opened.
_NAMED = re.compile(r"(?:ROOT|parents\[\d\])\)? / \"environments\"")


def _tests() -> dict[str, str]:
    """Return the text of each file with tests."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return {str(file.relative_to(ROOT)): file.read_text() for file in files}


def test_no_test_but_their_judge_names_the_user_s_files() -> None:
    assert [name for name, text in _tests().items() if _NAMED.search(text)] == []


def _readers() -> list[str]:
    """Return the files with tests that an edit of the user's files can touch."""
    return [
        _JUDGE,
        *(
            name
            for name, text in _tests().items()
            if _STARTS.search(text) and not _GIVEN.search(text)
        ),
    ]


def _run(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = os.environ | {"PYTHONPATH": f"{tree}{os.pathsep}{tree / 'lambda'}"}
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(  # noqa: S603  # this interpreter
        command, cwd=tree, env=variables, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the repository after a user's first edits."""
    tree = copy_tree(tmp_path_factory.mktemp("edited") / "tree")
    for installed in (".venv", "node_modules"):
        (tree / installed).symlink_to(ROOT / installed)
    edit(tree / "environments")
    return tree


def test_after_the_first_edits_of_a_user_all_is_green(tree: Path) -> None:
    done = _run(tree, *_readers())

    assert done.returncode == 0, done.stdout + done.stderr
    assert "make the list in .github/workflows/deploy.yml the same" in done.stdout


def test_a_mistake_in_a_user_s_file_is_red_in_its_own_words(tree: Path) -> None:
    broken = tree / "environments" / "broken.yaml"
    broken.write_text((tree / "environments" / "dev.yaml").read_text().replace("us-east-1", "mars"))

    done = _run(tree, _JUDGE)

    broken.unlink()
    assert done.returncode == 1
    assert "environments/broken.yaml:5: region: expected a Region" in done.stdout
    assert "1 failed" in done.stdout


def test_a_test_that_reads_the_user_s_files_is_red(tree: Path) -> None:
    curious = tree / "tests" / "unit" / "test_curious.py"
    curious.write_text(
        "from pathlib import Path\n\n\ndef test_dev() -> None:\n"
        "    Path('environments/dev.yaml').read_text()\n"
    )

    done = _run(tree, str(curious.relative_to(tree)))

    curious.unlink()
    assert done.returncode == 1
    assert "is the user's to edit" in done.stdout
