"""Commands as if the person had typed them: in the terminal, with their own words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from cli.errors import CommandError
from cli.repository import repository

#: Seconds that an interrupted command has to end.
_PATIENCE: Final = 10


def run_cdk(verb: str, environment: str, *options: str, stacks: str = "*", as_json: bool) -> int:
    """Run a verb of CDK on stacks of an environment; return its status.

    With `as_json` all that it says goes to standard error.
    """
    command = ["cdk", verb, f"{environment}/{stacks}", f"--context=environment={environment}"]
    try:
        # What an interrupted command can't take away goes with this folder.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
            return foreground(
                [*command, *options],
                folder=repository(),
                as_json=as_json,
                variables={"TMPDIR": place},
            )
    except FileNotFoundError:
        raise CommandError(
            "expected the CDK CLI in node_modules, got none; run `make setup`"
        ) from None
    except KeyboardInterrupt:
        # The CLI has only watched.
        raise KeyboardInterrupt("if CloudFormation has begun something, it goes on") from None


def foreground(
    command: Sequence[str],
    *,
    folder: Path,
    as_json: bool,
    variables: Mapping[str, str] | None = None,
) -> int:
    """Run a command in the terminal of this one and return its status, as a shell has it."""
    process = subprocess.Popen(  # noqa: S603  # the arguments are ours
        command,
        cwd=folder,
        env={**os.environ, **(variables or {})},
        stdout=sys.stderr if as_json else None,
    )
    try:
        status = process.wait()
    except KeyboardInterrupt:
        # Ctrl-C has reached both; a signal to this process alone has not.
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        raise
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return status if status >= 0 else 128 - status
