"""Verbs of make: those of a developer, and what the others have become."""

import os
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_VERBS = {
    "help": "",
    "setup": "core cdk",
    "demo": "local sdk",
    "test": "dev sdk audit",
    "quick": "dev sdk",
    "pythons": "dev sdk",
    "check": "dev",
    "bench": "local sdk",
    "surroundings": "local sdk",
    "docs": "core",
    "snapshots": "dev sdk",
    "lock": "dev",
}


def _make(*words: str) -> subprocess.CompletedProcess[str]:
    # As from a shell, although `make test` may have started this.
    given = {"ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON"}
    return subprocess.run(  # noqa: S603
        ["make", *words],  # noqa: S607
        cwd=_ROOT,
        env={key: value for key, value in os.environ.items() if key not in given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_the_verbs() -> None:
    lines = _make().stdout.splitlines()

    assert [line.split()[1] for line in lines] == list(_VERBS)


@pytest.mark.parametrize(("verb", "parts"), _VERBS.items())
def test_a_verb_installs_what_it_needs_and_no_more(verb: str, parts: str) -> None:
    planned = _make("--dry-run", verb).stdout.splitlines()

    installed = [line.partition("install.py ")[2] for line in planned if "install.py" in line]
    assert installed == ([parts] if parts else [])


def test_setup_adds_what_audits_need_if_it_is_asked_to() -> None:
    assert "install.py dev audit cdk\n" in _make("--dry-run", "setup", "AUDIT=1").stdout


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        (["workers", "ENV=stage"], "workers stage"),
        (["workers", "ENV=dev", "REMIND=a@example.com"], "workers dev --remind a@example.com"),
        (["test-aws", "ENV=dev"], "test-aws dev"),
        (["plan"], "plan --base origin/main"),
        (["plan", "BASE=HEAD^1", "FORMAT=markdown"], "plan --base HEAD^1 --format markdown"),
        (["deploy"], "deploy dev"),
        (["drift", "ENV=prod"], "drift prod"),
        (["audit"], "audit"),
    ],
)
def test_a_verb_that_has_moved_says_what_to_write_instead(words: list[str], instead: str) -> None:
    result = _make(*words)

    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert f"write `.venv/bin/ground-truth {instead}` instead of `make {words[0]}`" in line


def test_a_verb_that_is_not_there_says_how_to_find_one() -> None:
    result = _make("demmo")

    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "there is no verb `demmo`; `make` lists them" in line


def test_a_python_that_is_too_old_is_said_before_anything_is_made(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text(
        "#!/bin/sh\nexec python3 -c"
        " \"import sys; sys.version_info, sys.version = (3, 9, 2), '3.9.2 (old)'; $2\"\n"
    )
    old.chmod(0o755)

    result = _make("setup", f"PYTHON={old}")

    assert result.returncode == 2
    assert result.stderr.splitlines()[0] == (
        f"Python 3.11 or newer is needed, {old} is 3.9.2; name another:"
        " make setup PYTHON=python3.12"
    )


def test_a_python_that_is_there_and_does_not_run_is_said_in_a_sentence(tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text(
        "#!/bin/sh\necho 'pyenv: python3.12: command not found' >&2\n"
        "echo 'The `python3.12` command exists in these Python versions:' >&2\nexit 127\n"
    )
    shim.chmod(0o755)

    result = _make("setup", f"PYTHON={shim}")

    assert result.returncode == 2
    assert result.stderr.splitlines()[0] == (
        f"{shim} does not run (pyenv: python3.12: command not found); name another:"
        " make setup PYTHON=python3.12"
    )


def test_a_python_that_is_not_there_is_said() -> None:
    result = _make("setup", "PYTHON=python3.99")

    assert result.returncode == 2
    assert result.stderr.splitlines()[0] == (
        "there is no python3.99; name another: make setup PYTHON=python3.12"
    )
