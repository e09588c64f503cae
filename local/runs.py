"""Folders of runs: each is held by the process that runs, and removed when that was ended."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PREFIX: Final = "demo-"


@contextmanager
def held_folder(runs: Path) -> Iterator[Path]:
    """Give a new folder below `runs` that nobody takes for an interrupted run's meanwhile."""
    # Held from its first moment: whoever removes what is not held waits for that.
    with _locked(runs):
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=runs))
        lock = _lock(folder)
    try:
        yield folder
    finally:
        os.close(lock)


def remove_interrupted(runs: Path, is_kept: Callable[[Path], bool]) -> list[Path]:
    """End what interrupted runs have started, remove their folders, and return those.

    `is_kept` says of a folder that nobody holds whether it is meant to be there.
    """
    removed: list[Path] = []
    with _locked(runs):
        for folder in sorted(runs.glob(f"{_PREFIX}*")):
            if not folder.is_dir() or is_kept(folder):
                continue
            try:
                os.close(_lock(folder, wait=False))
            except BlockingIOError:
                continue
            _end_what_names(folder)
            shutil.rmtree(folder)
            removed.append(folder)
    return removed


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = _lock(path)
    try:
        yield
    finally:
        os.close(lock)


def _lock(path: Path, *, wait: bool = True) -> int:
    """Hold a folder until the descriptor is closed, by whatever ends this process too."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _end_what_names(folder: Path) -> None:
    """End the process groups of commands that name a folder below this one, such as CDK's."""
    listing = subprocess.run(
        ["ps", "-e", "-ww", "-o", "pgid=,args="],  # noqa: S607  # wherever ps is
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    rows = (line.split(maxsplit=1) for line in listing.splitlines())
    groups = {int(row[0]) for row in rows if len(row) > 1 and f"{folder}{os.sep}" in row[1]}
    for group in groups - {os.getpgrp()}:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
