"""The real CDK CLI as a child process, its output in a log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final, Self

from local.aws import ROOT

#: The CDK's own default. MiniStack does not find it in the CDK's template, so it is passed.
_ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"


class CdkError(RuntimeError):
    """A CDK command that failed; the message has the end of its output and names the log."""


@dataclass(frozen=True, kw_only=True)
class CdkCli:
    """Runs CDK commands for one environment, in this repository.

    `variables` are the process's whole environment, `log` collects what the CLI prints, `folder`
    takes the cloud assembly, `app` is the command that synthesises, or an assembly.
    """

    environment: str
    variables: Mapping[str, str]
    folder: Path
    app: str = "python app.py"

    @property
    def log(self) -> Path:
        """Everything that the CLI has printed."""
        return self.folder / "cdk.log"

    def synthesised(self) -> Self:
        """Synthesise; return what deploys from that assembly, without the 7 seconds of each app."""
        self.run("synth", "--quiet")
        return replace(self, app=str(self._assembly))

    def bootstrap(self, account: str, region: str, policies: str = _ADMINISTRATOR) -> None:
        """Prepare the account's Region for CDK; `policies` are ARNs with commas between them."""
        self.run(
            "bootstrap",
            f"aws://{account}/{region}",
            f"--cloudformation-execution-policies={policies}",
        )

    def deploy(self, *stacks: str, exclusively: bool = False) -> dict[str, str]:
        """Deploy `stacks` (such as `Data`) and return their outputs.

        What they need is deployed before them, unless `exclusively` says no.
        """
        outputs = self.folder / "outputs.json"
        outputs.unlink(missing_ok=True)
        self.run(
            "deploy",
            *self._names(stacks),
            "--require-approval=never",
            "--progress=events",
            *(["--exclusively"] if exclusively else []),
            f"--outputs-file={outputs}",
        )
        by_stack = json.loads(outputs.read_text()) if outputs.exists() else {}
        return {name: value for values in by_stack.values() for name, value in values.items()}

    def diff(self) -> str:
        """Return the differences between what is deployed and what would be."""
        return self.run("diff", f"{self.environment}/*")

    def destroy(self, *stacks: str) -> None:
        """Destroy `stacks`, or all of the environment."""
        self.run("destroy", *(self._names(stacks) or [f"{self.environment}/*"]), "--force")

    def run(self, *arguments: str) -> str:
        """Run one command and return what it printed; CdkError if it fails.

        It has a session of its own and ends with this call, whatever ends the call.
        """
        words = [
            *arguments,
            "--no-notices",
            "--ci",  # what matters goes to standard output
            f"--app={self.app}",
            f"--output={self._assembly}",
            f"--context=environment={self.environment}",
        ]
        # An interrupted command leaves its temporary files behind.
        temporary = self.folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        with self.log.open("a+b") as log:
            log.write(f"\n$ cdk {' '.join(words)}\n".encode())
            log.flush()
            start = log.tell()
            status = self._execute(words, {**self.variables, "TMPDIR": str(temporary)}, log)
            log.seek(start)
            printed = log.read().decode(errors="replace")
        if status != 0:
            tail = "\n".join(printed.strip().splitlines()[-15:])
            raise CdkError(
                f"`cdk {' '.join(arguments)}` ended with status {status}; its output is in"
                f" {self.log} and ends with:\n{tail}"
            )
        return printed

    def _execute(self, words: Sequence[str], variables: Mapping[str, str], log: BinaryIO) -> int:
        """Run `cdk` with these words and this environment; return its exit status."""
        process = subprocess.Popen(  # noqa: S603  # the arguments are ours
            ["cdk", *words],  # noqa: S607  # the one that `variables` name
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait()
        finally:
            end(process)

    @property
    def _assembly(self) -> Path:
        return self.folder / "cdk.out"

    def _names(self, stacks: tuple[str, ...]) -> list[str]:
        return [f"{self.environment}/{stack}" for stack in stacks]


def end(process: subprocess.Popen[bytes], patience: float = 5.0) -> None:
    """Ask the process's whole session to end, and kill it after `patience` seconds."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, signal_number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
