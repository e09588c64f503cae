"""The demo in surroundings that one test can't make: `python -m tests.surroundings [NAME …]`.

Prints a row for each, as docs/surroundings.md has them. A whole demo takes more than a minute,
one that is ended at a step, or can't begin, less. Needs what `make demo` installs.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
_NOWHERE: Final = "http://127.0.0.1:1"
_PATIENCE: Final = 600.0
_DONE: Final = "From an empty AWS to labels and back to nothing"


@dataclass(frozen=True, kw_only=True)
class _Run:
    """How a demo ended."""

    said: str
    status: int


@dataclass(frozen=True, kw_only=True)
class _Surroundings:
    """Where and how a demo is started, and what is right."""

    #: Returns where it is started, of a folder that is removed afterwards.
    place: Callable[[Path], Path]
    variables: Mapping[str, str | None] = field(default_factory=dict)
    #: What it says; that it can't begin is said in one line.
    says: str = _DONE
    #: A signal, and the words at which it comes.
    ends: tuple[signal.Signals, str] | None = None


def _copy(name: str) -> Callable[[Path], Path]:
    def copy(folder: Path) -> Path:
        place = folder / name
        place.mkdir()
        listed = subprocess.run(
            ["git", "ls-files", "-z"],  # noqa: S607  # wherever git is
            cwd=_ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for each in listed.decode().rstrip("\0").split("\0"):
            target = place / each
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(_ROOT / each, target, follow_symlinks=False)
        (place / "node_modules").symlink_to((_ROOT / "node_modules").resolve())
        return place

    return copy


def _where_nothing_fits(folder: Path) -> Path:
    """Return a copy whose folder for runs is on a file system without room."""
    place = _copy("full")(folder)
    (place / ".local").mkdir()
    _mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place / ".local"))
    return place


def _read_only(folder: Path) -> Path:
    place = _copy("read-only")(folder)
    _mount("--bind", str(place), str(place))
    _mount("-o", "remount,bind,ro", str(place))
    return place


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)  # noqa: S603, S607


_STEPS: Final = ("start local AWS", "cdk synth", "cdk bootstrap", "local/Workforce", "labels 4")
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
_CASES: Final[Mapping[str, _Surroundings]] = {
    "proxy": _Surroundings(
        place=_copy("proxy"),
        variables={
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), _NOWHERE),
            "NO_PROXY": None,
            "no_proxy": None,
        },
    ),
    "profile": _Surroundings(
        place=_copy("profile"),
        variables={"AWS_PROFILE": "nobody", "AWS_CONFIG_FILE": str(Path(__file__).resolve())},
    ),
    "variables": _Surroundings(
        place=_copy("variables"),
        variables={
            "AWS_ENDPOINT_URL_S3": _NOWHERE,
            "AWS_CA_BUNDLE": "/nowhere",
            "AWS_USE_FIPS_ENDPOINT": "true",
            "AWS_RETRY_MODE": "often",
            "CDK_CONTEXT_JSON": "{",
            "NODE_OPTIONS": "--require /nowhere",
        },
    ),
    "no HOME": _Surroundings(place=_copy("home"), variables={"HOME": None}),
    "HOME that is no folder": _Surroundings(place=_copy("home"), variables={"HOME": "/dev/null"}),
    "blanks and accents": _Surroundings(place=_copy("mes données été 1")),
    "read-only": _Surroundings(
        place=_read_only, says="copy the repository to a folder that you can write"
    ),
    "full disk": _Surroundings(place=_where_nothing_fits, says="free some space"),
    **{
        f"{number.name} at {step}": _Surroundings(
            place=_copy("ended"), ends=(number, step), says=""
        )
        for number in _SIGNALS
        for step in _STEPS
    },
}


def _demo(place: Path, around: _Surroundings) -> _Run:
    """Start a demo, end it at its step, and return what it said."""
    given = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (place, place / "lambda"))),
        "PYTHONUNBUFFERED": "1",
        **around.variables,
    }
    process = subprocess.Popen(  # this interpreter
        [sys.executable, "-m", "cli.main", "demo"],
        cwd=place,
        env={name: value for name, value in given.items() if value is not None},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            # A step is said when it is over: the signal comes in the next one.
            if around.ends is not None and around.ends[1] in line:
                time.sleep(0.5)
                process.send_signal(around.ends[0])
                break
        said += process.stdout.readlines()
        process.wait(_PATIENCE)
    return _Run(said="".join(said), status=process.returncode)


def _left(place: Path) -> list[str]:
    """Return what a run has left: its folders, and processes that name them."""
    runs = place / ".local"
    folders = [each.name for each in runs.glob("demo-*")] if runs.exists() else []
    listing = subprocess.run(
        ["ps", "-e", "-ww", "-o", "stat=,args="],  # noqa: S607  # wherever ps is
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    named = [line for line in listing.splitlines() if f"{runs}{os.sep}demo-" in line]
    return folders + [line for line in named if not line.startswith("Z")]


def _next_start(place: Path) -> str:
    """Begin a demo and end it at once; return what it says first."""
    ends = signal.SIGINT, _STEPS[0]
    return _demo(place, _Surroundings(place=_copy(""), ends=ends)).said


def _outcome(place: Path, around: _Surroundings) -> str:
    run = _demo(place, around)
    if "Traceback" in run.said:
        return f"WRONG: a traceback: {run.said[-500:]}"
    if around.ends is None:
        lines = [line for line in run.said.splitlines() if around.says in line]
        if not lines:
            return f"WRONG: {run.said[-500:]}"
        return "works" if around.says == _DONE else f"says: {lines[0].strip()}"
    left = _left(place)
    said = _next_start(place)
    still = _left(place)
    if still:
        return f"WRONG: left after the next start: {still}"
    if left and "which an interrupted run has left" not in said:
        return f"WRONG: {left} was removed without a word"
    return "left to the next start, which says so" if left else "nothing is left"


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="surroundings-"))
    try:
        yield folder
    finally:
        for each in folder.iterdir():
            for mounted in (each / ".local", each):
                while os.path.ismount(mounted) or "ro," in _options(mounted):
                    subprocess.run(["umount", str(mounted)], check=True)  # noqa: S603, S607
        shutil.rmtree(folder)


def _options(place: Path) -> str:
    """Return how a folder is mounted, if it is: a folder bound to itself looks like any other."""
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    return next((line.split()[3] + "," for line in mounts if line.split()[1] == str(place)), "")


def main() -> None:
    """Try the surroundings that are named, or all of them."""
    failed = False
    for name in sys.argv[1:] or _CASES:
        around, start = _CASES[name], time.monotonic()
        with _folder() as folder:
            try:
                outcome = _outcome(around.place(folder), around)
            except (OSError, subprocess.CalledProcessError) as error:
                outcome = f"can't be tried here: {error}"
        failed = failed or outcome.startswith("WRONG")
        print(f"| {name} | {outcome} | {time.monotonic() - start:.0f} s |", flush=True)  # noqa: T201
    sys.exit(failed)


if __name__ == "__main__":
    main()
