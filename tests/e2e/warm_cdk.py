"""The CDK CLI in a process that goes on: loading it is half of what a command takes."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from local.aws import ROOT
from local.cdk_cli import CdkCli, end

_DRIVER: Final = Path(__file__).with_suffix(".js")
_CLI: Final = ROOT / "node_modules" / "aws-cdk" / "lib" / "index.js"


class _Process:
    """Node with the CDK CLI; it ends with this process, which holds the other end of its input."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  # `end` closes it
        self._read = 0
        status, into = os.pipe()
        self._status = os.fdopen(status, "rb")
        self._process = subprocess.Popen(  # noqa: S603  # the arguments are ours
            ["node", str(_DRIVER), str(_CLI), str(into)],  # noqa: S607  # as `variables` name it
            cwd=ROOT,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            pass_fds=[into],
            start_new_session=True,
        )
        os.close(into)

    def run(self, words: Sequence[str], variables: Mapping[str, str], log: BinaryIO) -> int:
        """Run a command and return its exit status."""
        assert self._process.stdin
        request = json.dumps({"words": [*words], "variables": {**variables}})
        self._process.stdin.write(f"{request}\n".encode())
        self._process.stdin.flush()
        status = self._status.readline()
        size = os.fstat(self._output.fileno()).st_size
        log.write(os.pread(self._output.fileno(), size - self._read, self._read))
        log.flush()
        self._read = size
        return int(status) if status else self._process.wait()

    @property
    def goes_on(self) -> bool:
        """Whether it takes another command."""
        return self._process.poll() is None

    def end(self) -> None:
        """End it, whatever it is at."""
        end(self._process)
        self._process.communicate()
        self._output.close()
        self._status.close()


#: Those without a command to run.
_idle: Final[list[_Process]] = []


@dataclass(frozen=True, kw_only=True)
class WarmCdk(CdkCli):
    """`cdk` without its start: the same code with the same words, output and exit status.

    For assemblies only: an app would be started in the folder and by the Node of another command.
    """

    def _execute(self, words: Sequence[str], variables: Mapping[str, str], log: BinaryIO) -> int:
        process = _idle.pop() if _idle else _Process(variables)
        try:
            status = process.run(words, variables, log)
        except BaseException:
            process.end()
            raise
        if process.goes_on:
            _idle.append(process)
        else:
            process.end()
        return status


def end_all() -> None:
    """End what waits for another command."""
    while _idle:
        _idle.pop().end()
