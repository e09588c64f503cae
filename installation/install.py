"""Install what a verb needs below this folder: `python3 installation/install.py core cdk`.

Runs before anything is installed, so it imports the standard library only.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[1]
#: Each file has all that the ones before it have.
_REQUIREMENTS: Final = {
    "core": "requirements.txt",
    "local": "requirements-local.txt",
    "dev": "requirements-dev.txt",
}
_PROJECT: Final = "pyproject.toml"
#: In a folder, what was installed into it: the digests of the files that say so.
_MARKS: Final = ".installed.json"
#: What lets pip and npm install elsewhere, or Python find other modules.
_ELSEWHERE: Final = frozenset(
    {
        *("PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PIP_USER", "PIP_DRY_RUN", "PIP_PYTHON"),
        *("NPM_CONFIG_GLOBAL", "NPM_CONFIG_LOCATION", "NPM_CONFIG_PREFIX", "NPM_CONFIG_DRY_RUN"),
        *("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE"),
    }
)
#: Free bytes that all packages take, with room to spare.
_ROOM: Final = 1_000_000_000
#: Half of the time would go to CDK's modules of AWS services, of which few are imported.
_NOT_COMPILED: Final = r"aws_cdk.aws_"


class InstallationError(Exception):
    """Says in one sentence what is wrong and what to do."""


def install(parts: Sequence[str], folder: Path) -> None:
    """Install the parts that are not there as their files say; raise InstallationError."""
    for part in parts:
        if part == "audit":
            _packages(_ROOT / ".venv-audit", ["requirements-audit.txt"])
        elif part in _REQUIREMENTS:
            files = list(_REQUIREMENTS.values())
            _packages(folder, files[: files.index(_REQUIREMENTS[part]) + 1])
            _project(folder)
        else:
            _node_modules(folder, sdk=part == "sdk")


def _packages(folder: Path, files: Sequence[str]) -> None:
    _virtual_environment(folder)
    name = files[-1]
    if _marks(folder).get(name) == _digest(name):
        return
    pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-compile"]
    _run(
        f"Installing the packages of {name} into {_shown(folder)}",
        # Wheels are unpacked; a source distribution would run code of its own.
        [_python(folder), *pip, "--require-hashes", "--only-binary=:all:", "--requirement", name],
    )
    compiling = ["-m", "compileall", "-q", "-j", "0", "-x", _NOT_COMPILED, str(folder / "lib")]
    # Its status counts for nothing: what can't be compiled is compiled when it is imported.
    _run("Compiling them", [_python(folder), *compiling], fails=False)
    # What was added by files that are not named may no longer be as they say.
    project = {key: mark for key, mark in _marks(folder).items() if key == _PROJECT}
    _mark(folder, project | {each: _digest(each) for each in files})


def _project(folder: Path) -> None:
    if _marks(folder).get(_PROJECT) == _digest(_PROJECT):
        return
    pip = ["-m", "pip", "install", "--disable-pip-version-check"]
    _run(
        f"Installing this project into {_shown(folder)}",
        [_python(folder), *pip, "--no-deps", "--no-build-isolation", "--editable", "."],
    )
    # Shows that it works, and leaves the modules of CDK that it imports compiled.
    _run("Loading it once", [_python(folder), "-c", "import app"])
    _mark(folder, _marks(folder) | {_PROJECT: _digest(_PROJECT)})


def _node_modules(folder: Path, *, sdk: bool) -> None:
    """Install the CDK CLI, and the SDK that only local AWS needs."""
    target, parts = _ROOT / "node_modules", ["cdk", "sdk"] if sdk else ["cdk"]
    lock = _digest("package-lock.json")
    if _marks(target).get(parts[-1]) == lock:
        return
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    options += [] if sdk else ["--omit=dev"]
    npm = str(folder / "bin" / "npm")
    _run("Installing the CDK CLI into node_modules", [npm, "ci", *options])
    _mark(target, dict.fromkeys(parts, lock))


def _virtual_environment(folder: Path) -> None:
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    made_with = _version(folder)
    if made_with not in (None, own):
        raise InstallationError(
            f"{_shown(folder)} is of Python {made_with}, but {sys.executable} is {own}:"
            f" remove it (rm -r {_shown(folder)}) and try again"
        )
    if (folder / "bin" / "pip").exists():
        return
    if not all(importlib.util.find_spec(name) for name in ("ensurepip", "venv")):
        raise InstallationError(
            f"{sys.executable} has no module venv; on Debian, apt install python3-venv"
        )
    _run(f"Making {_shown(folder)} with Python {own}", [sys.executable, "-m", "venv", str(folder)])


def _version(folder: Path) -> str | None:
    """Return the Python that a virtual environment was made with, such as 3.11."""
    if not (folder / "pyvenv.cfg").exists():
        return None
    lines = (folder / "pyvenv.cfg").read_text().splitlines()
    values = {
        key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)
    }
    version = values.get("version", values.get("version_info", ""))
    return ".".join(version.split(".")[:2])


def _python(folder: Path) -> str:
    return str(folder / "bin" / "python")


def _mark(folder: Path, digests: Mapping[str, str]) -> None:
    (folder / _MARKS).write_text(json.dumps(digests))


def _marks(folder: Path) -> dict[str, str]:
    try:
        marks: dict[str, str] = json.loads((folder / _MARKS).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return marks


def _digest(file: str) -> str:
    return hashlib.sha256((_ROOT / file).read_bytes()).hexdigest()


def _shown(folder: Path) -> str:
    return str(folder.relative_to(_ROOT) if folder.is_relative_to(_ROOT) else folder)


def _run(words: str, command: Sequence[str], *, fails: bool = True) -> None:
    """Run a command and show how long it takes; show what it said only if it fails."""
    _check_place(_ROOT)
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ["PATH"]])
    variables = {**_variables(os.environ), "PATH": path}
    started = time.monotonic()
    with tempfile.NamedTemporaryFile("w+", prefix="install-") as log:
        _write(f"{words} …")
        process = subprocess.Popen(  # noqa: S603
            command, cwd=_ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            while process.poll() is None:
                try:
                    process.wait(timeout=1)
                except subprocess.TimeoutExpired:
                    _tick(words, time.monotonic() - started, Path(log.name))
        except KeyboardInterrupt:
            process.wait()
            raise
        _show(f"{words} … {time.monotonic() - started:.0f} s", end="\n")
        if fails and process.returncode:
            _write(Path(log.name).read_text(errors="replace"))
            raise InstallationError(f"{' '.join(command)} has failed; what it said stands above")


def _check_place(folder: Path) -> None:
    """Raise InstallationError unless what is missing can be written to a folder."""
    try:
        # Root may write wherever a file system lets anybody, so only writing tells.
        tempfile.TemporaryFile(dir=folder).close()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise InstallationError(
            "copy the repository to a folder that you can write, where all that it needs is"
            f" installed: {folder} can't be written ({error.strerror})"
        ) from None
    if free < _ROOM:
        raise InstallationError(
            f"free some space: expected {_ROOM / 1e9:.0f} GB for what is installed in {folder}, got"
            f" {free / 1e9:.1f}"
        )


def _variables(around: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for what installs: nothing that leads out of this folder.

    Where packages come from, and by which proxy, is the person's to say.
    """
    kept = {name: value for name, value in around.items() if name.upper() not in _ELSEWHERE}
    caches = {
        "PIP_CACHE_DIR": str(_ROOT / ".local" / "pip"),
        "npm_config_cache": str(_ROOT / ".local" / "npm"),
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(_ROOT / ".local" / "jsii"),
    }
    # Empty, because who has set it would wait for the same modules at each start.
    return {**caches, **kept, "PYTHONDONTWRITEBYTECODE": ""}


def _tick(words: str, seconds: float, log: Path) -> None:
    last = log.read_text(errors="replace").strip().rpartition("\n")[2]
    _show(f"{words} … {seconds:.0f} s  {last}"[: shutil.get_terminal_size().columns - 1])


def _show(line: str, *, end: str = "") -> None:
    """Write a line over the last one; a log gets the end of it only."""
    if sys.stderr.isatty():
        _write(f"\r\033[K{line}{end}")
    elif end:
        _write(line.rpartition("…")[2] + end)


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def main() -> None:
    """Install the parts that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", choices=[*_REQUIREMENTS, "cdk", "sdk", "audit"])
    parser.add_argument("--folder", type=Path, default=_ROOT / ".venv")
    arguments = parser.parse_args()
    try:
        install(arguments.parts, arguments.folder)
    except InstallationError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error.filename or _ROOT}: {error.strerror}")
    except KeyboardInterrupt:
        sys.exit("\ninterrupted; the same again goes on from here")


if __name__ == "__main__":
    main()
