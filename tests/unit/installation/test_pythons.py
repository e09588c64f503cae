"""`make pythons` finds each Python that runs, and no other."""

from pathlib import Path

import pytest

from installation.pythons import find


def _program(path: Path, says: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(autouse=True)
def _no_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))


def test_one_on_the_path_is_found(tmp_path: Path) -> None:
    _program(tmp_path / "bin" / "python3.12", "echo 12")

    assert find(12) == "python3.12"


def test_one_of_pyenv_is_found_behind_a_program_that_only_complains(tmp_path: Path) -> None:
    _program(tmp_path / "bin" / "python3.12", "echo 'command not found' >&2; exit 127")
    own = _program(tmp_path / "pyenv" / "versions" / "3.12.1" / "bin" / "python", "echo 12")

    assert find(12) == own


def test_one_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    _program(tmp_path / "bin" / "python3.12", "echo 11")

    assert find(12) is None
