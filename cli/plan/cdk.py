"""The CDK CLI without an account: it can reach none, whatever is in the environment."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

#: Lines of an error that are shown.
_LINES: Final = 15
#: What leads to an account, to another tree, or says what this tree's Python imports.
_LEFT_OUT: Final = ("AWS_", "CDK_", "GIT_", "PYTHONPATH")


class CdkError(RuntimeError):
    """A command that failed; the message has the end of what it said."""


@contextmanager
def cdk(
    *arguments: str, folder: Path | None = None, variables: Mapping[str, str] | None = None
) -> Iterator[Callable[[], str]]:
    """Start a command in a folder, and give what waits for its output or raises CdkError.

    Whoever leaves the block earlier ends the command, and all that it has started.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        try:
            process = subprocess.Popen(  # noqa: S603  # the arguments are ours
                # What matters goes to standard output.
                ["cdk", *arguments, "--no-notices", "--ci"],  # noqa: S607  # the pinned one
                cwd=folder,
                env={**_variables(home), **(variables or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                process_group=0,
            )
        except FileNotFoundError:
            raise CdkError(
                "expected the CDK CLI in node_modules, got none; run `make setup`"
            ) from None
        try:
            yield lambda: _output(process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                # Until nobody is left who could write into a folder that goes.
                process.communicate()


def last_lines(text: str) -> str:
    """Return the end of an output, where the error is."""
    lines = [
        line.rstrip()
        for line in text.strip().splitlines()
        # The CLI's own words on that its child has failed.
        if "Subprocess exited" not in line
    ]
    return "\n".join(lines[-_LINES:]).strip()


def _output(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate()
    if process.returncode != 0:
        raise CdkError(last_lines(errors or output))
    return output


def _variables(home: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
    return kept | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_HOME": home,
        "NO_COLOR": "1",
        # A tree that is only looked at stays as it is.
        "PYTHONDONTWRITEBYTECODE": "1",
        # What an interrupted command can't take away goes with its home.
        "TMPDIR": home,
    }
