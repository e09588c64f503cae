"""What an interrupted run has left goes with the next start, and nothing else does."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from local.runs import held_folder, remove_interrupted

#: Holds a folder, starts a process that names a file in it, and waits to be ended.
_RUN: Final = """\
import signal, subprocess, sys, time
from pathlib import Path
# Whoever runs the tests may have it ignored, which children inherit.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from local.runs import held_folder
with held_folder(Path(sys.argv[1])) as folder:
    (folder / "server.key").touch()
    other = [sys.executable, "-c", "import time; time.sleep(60)", f"--output={folder}/cdk.out"]
    child = subprocess.Popen(other, start_new_session=True)
    print(folder, child.pid, flush=True)
    time.sleep(60)
"""


def _is_alive(pid: int) -> bool:
    listing = subprocess.run(  # noqa: S603  # the arguments are ours
        ["ps", "-o", "stat=", "-p", str(pid)],  # noqa: S607  # wherever ps is
        capture_output=True,
        text=True,
        check=False,
    )
    return listing.stdout.strip()[:1] not in ("", "Z")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_what_an_ended_run_has_left_is_ended_and_removed(
    tmp_path: Path, number: signal.Signals
) -> None:
    run = subprocess.Popen(  # noqa: S603  # this interpreter
        [sys.executable, "-c", _RUN, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with run:
        assert run.stdout is not None
        place, pid = run.stdout.readline().rsplit(maxsplit=1)
        while_it_ran = remove_interrupted(tmp_path, lambda _: False)
        run.send_signal(number)
        run.wait()
    was_alive = _is_alive(int(pid))

    removed = remove_interrupted(tmp_path, lambda _: False)

    assert while_it_ran == []
    assert was_alive
    assert removed == [Path(place)]
    assert not Path(place).exists()
    for _ in range(100):
        if not _is_alive(int(pid)):
            break
        time.sleep(0.05)
    assert not _is_alive(int(pid))


def test_what_is_held_or_kept_stays(tmp_path: Path) -> None:
    with held_folder(tmp_path) as kept:
        pass
    with held_folder(tmp_path) as held:
        assert remove_interrupted(tmp_path, lambda folder: folder == kept) == []

    assert kept.exists()
    assert remove_interrupted(tmp_path, lambda folder: folder == kept) == [held]


def test_what_is_no_run_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "jsii").mkdir()
    (tmp_path / "demo-notes").touch()

    assert remove_interrupted(tmp_path, lambda _: False) == []
    assert {each.name for each in tmp_path.iterdir()} == {"jsii", "demo-notes"}
