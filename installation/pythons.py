"""Run the unit tests under each Python from 3.11 on that this computer has: `make pythons`.

Each has an environment of its own below .venvs/. Named are also those that are not found.
"""

import os
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[1]
_OLDEST: Final = 11
#: Of Pythons up to this one it is said that they are not found.
_KNOWN: Final = 14
_ASK: Final = "import sys; print(sys.version_info.minor)"


def find(minor: int) -> str | None:
    """Return a program that is Python 3.<minor>: the one on the PATH, else one of pyenv's."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [f"python3.{minor}", *map(str, sorted(versions.glob(f"3.{minor}.*/bin/python")))]
    return next((program for program in candidates if _is_python(program, minor)), None)


def _is_python(program: str, minor: int) -> bool:
    # Asked, because pyenv leaves a program on the PATH for versions that it doesn't run.
    try:
        answer = subprocess.run([program, "-c", _ASK], capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return False
    return answer.stdout.strip() == str(minor)


def _passes(program: str, version: str) -> bool:
    folder = _ROOT / ".venvs" / version
    commands = (
        [program, "installation/install.py", "dev", "--folder", str(folder)],
        [
            str(folder / "bin" / "python"),
            "-m",
            "pytest",
            "--quiet",
            "--numprocesses=2",
            "tests/unit",
        ],
    )
    return all(subprocess.run(each, cwd=_ROOT, check=False).returncode == 0 for each in commands)  # noqa: S603


def main() -> None:
    """Run the tests, print a line for each Python, and end with 1 if a test fails under one."""
    results = {}
    for minor in count(_OLDEST):
        version, program = f"3.{minor}", find(minor)
        if program is None and minor > _KNOWN:
            break
        sys.stderr.write(f"Python {version}: {program or 'not found'}\n")
        results[version] = "not found"
        if program is not None:
            results[version] = "passed" if _passes(program, version) else "failed"
    sys.stdout.writelines(f"Python {version}: {result}\n" for version, result in results.items())
    sys.exit("failed" in results.values())


if __name__ == "__main__":
    main()
