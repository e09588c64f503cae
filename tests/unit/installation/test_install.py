"""Installing says what is wrong in one sentence, costs nothing twice, and goes on where it was."""

import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[3]
_SCRIPT = _ROOT / "installation" / "install.py"
_OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
#: Stands for a virtual environment's Python, and notes what it was asked.
_PROGRAM = """\
#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
{}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a virtual environment in which nothing is installed."""
    _environment(tmp_path, "true")
    return tmp_path


def _environment(folder: Path, program: str) -> None:
    (folder / "pyvenv.cfg").write_text(f"version = {_OWN}.1\n")
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / "pip").touch()
    (folder / "bin" / "python").write_text(_PROGRAM.format(program))
    (folder / "bin" / "python").chmod(0o755)


def _command(part: str, folder: Path) -> list[str]:
    return [sys.executable, str(_SCRIPT), part, f"--folder={folder}"]


def _run(part: str, folder: Path) -> tuple[int, str]:
    result = subprocess.run(_command(part, folder), capture_output=True, text=True, check=False)  # noqa: S603
    return result.returncode, result.stderr


def _calls(folder: Path) -> list[str]:
    """Return what the virtual environment's Python was asked since the last time."""
    file = folder / "bin" / "calls"
    calls = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return calls


def _module() -> Any:
    spec = importlib.util.spec_from_file_location("install", _SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_folder_that_can_not_be_written_is_named_before_anything_is_installed() -> None:
    install = _module()

    # Nobody can write there, root neither.
    with pytest.raises(install.InstallationError) as refused:
        install._check_place(Path("/proc"))

    assert str(refused.value).startswith(
        "copy the repository to a folder that you can write, where all that it needs is installed:"
        " /proc can't be written ("
    )


def test_a_disk_without_room_is_named_before_anything_is_installed(tmp_path: Path) -> None:
    install = _module()
    install._ROOM = 10**18

    with pytest.raises(install.InstallationError, match="free some space: expected"):
        install._check_place(tmp_path)


@pytest.mark.parametrize(
    ("around", "of_installation"),
    [
        ({"PIP_USER": "1", "npm_config_prefix": "/usr", "PYTHONPATH": "/x"}, {}),
        (
            {"PIP_INDEX_URL": "https://here.example", "HTTPS_PROXY": "http://proxy.example"},
            {"PIP_INDEX_URL": "https://here.example", "HTTPS_PROXY": "http://proxy.example"},
        ),
        ({"PIP_CACHE_DIR": "/cache"}, {"PIP_CACHE_DIR": "/cache"}),
    ],
)
def test_packages_come_from_where_the_person_says_and_go_nowhere_else(
    around: dict[str, str], of_installation: dict[str, str]
) -> None:
    caches = {"PIP_CACHE_DIR", "npm_config_cache", "JSII_RUNTIME_PACKAGE_CACHE_ROOT"}

    found = _module()._variables(around)

    own = {name: value for name, value in found.items() if name not in caches - around.keys()}
    assert own == {**of_installation, "PYTHONDONTWRITEBYTECODE": ""}
    assert all(
        Path(found[name]).is_relative_to(_ROOT / ".local") for name in caches - around.keys()
    )


def test_packages_are_held_against_their_hashes_and_the_project_brings_none(folder: Path) -> None:
    status, _ = _run("local", folder)

    calls = _calls(folder)
    assert status == 0
    assert [call.rpartition("install ")[2] for call in calls if "pip" in call] == [
        "--disable-pip-version-check --no-compile --require-hashes"
        " --only-binary=:all:"
        " --requirement requirements-local.txt",
        "--disable-pip-version-check --no-deps --no-build-isolation --editable .",
    ]


@pytest.mark.parametrize("less", ["core", "local", "dev"])
def test_what_is_there_is_not_installed_again(folder: Path, less: str) -> None:
    _run("dev", folder)
    _calls(folder)

    assert _run(less, folder) == (0, "")
    assert _calls(folder) == []


def test_what_is_missing_is_added(folder: Path) -> None:
    _run("core", folder)
    _calls(folder)

    _run("dev", folder)

    assert "requirements-dev.txt" in _calls(folder)[0]


def test_a_changed_file_is_noticed(folder: Path) -> None:
    _run("dev", folder)
    marks = json.loads((folder / ".installed.json").read_text())
    other = dict.fromkeys(("requirements.txt", "requirements-dev.txt"), "another")
    (folder / ".installed.json").write_text(json.dumps(marks | other))
    _calls(folder)

    _run("core", folder)

    assert "--requirement requirements.txt" in _calls(folder)[0]
    marks = json.loads((folder / ".installed.json").read_text())
    lines = (_ROOT / "requirements.txt").read_bytes()
    assert marks["requirements.txt"] == hashlib.sha256(lines).hexdigest()
    # Its packages may have changed with those of the smaller file.
    assert "requirements-dev.txt" not in marks


def test_what_has_failed_shows_why_and_is_tried_again(folder: Path) -> None:
    _environment(folder, "echo no such hash; exit 1")

    status, said = _run("core", folder)

    assert status == 1
    assert "no such hash\n" in said
    assert said.endswith("has failed; what it said stands above\n")
    _environment(folder, "true")
    _run("core", folder)
    assert any("requirements.txt" in call for call in _calls(folder)[1:])


def test_an_environment_of_another_python_is_left_as_it_is(folder: Path) -> None:
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.9.2\n")

    assert _run("core", folder) == (
        1,
        f"{folder} is of Python 3.9, but {sys.executable} is {_OWN}:"
        f" remove it (rm -r {folder}) and try again\n",
    )
    assert _calls(folder) == []


def test_a_python_without_venv_is_said(tmp_path: Path) -> None:
    code = (
        "import runpy, sys; sys.modules['ensurepip'] = None;"
        f"sys.argv[1:] = ['core', '--folder={tmp_path}/new'];"
        f"runpy.run_path({str(_SCRIPT)!r}, run_name='__main__')"
    )

    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert result.returncode == 1
    assert result.stderr.endswith("has no module venv; on Debian, apt install python3-venv\n")
    assert not (tmp_path / "new").exists()


def test_an_interruption_ends_what_runs_and_says_how_to_go_on(folder: Path) -> None:
    _environment(folder, 'echo $$ > "$0.pid"; exec sleep 60')

    process = subprocess.Popen(  # noqa: S603
        _command("core", folder), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not (folder / "bin" / "python.pid").exists():
        assert process.poll() is None
    # As a terminal does, which sends it to both.
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 1
    assert said.endswith("interrupted; the same again goes on from here\n")
    assert not (folder / ".installed.json").exists()
