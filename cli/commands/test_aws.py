"""`ground-truth test-aws`: the end-to-end test in a real account."""

from __future__ import annotations

import sys

from cli.aws.cdk import foreground
from cli.errors import CommandError
from cli.repository import INSTALLATION, read_environment
from cli.verb import AsJson, EnvironmentName, end, verb


@verb("ground-truth test-aws dev")
def test_aws(environment: EnvironmentName, *, as_json: AsJson = False) -> None:  # noqa: PT028  # no test
    """Deploy an environment to a real account, have it labeled, destroy it.

    It says what it makes and what that costs, and asks for the account's number.
    """
    name = read_environment(environment).name
    if not sys.stdin.isatty():
        raise CommandError("expected a terminal, since it asks before it deploys; nothing was done")
    import pytest

    options = ["--capture=no", "--target=aws", f"--environment={name}"]
    status = foreground(
        [sys.executable, "-m", pytest.__name__, *options, "tests/e2e/test_even_odd.py"],
        folder=INSTALLATION,
        as_json=as_json,
    )
    end(
        {"environment": name},
        lambda _: None,
        as_json=as_json,
        # pytest's other codes say why nothing was tested.
        status=min(status, 1),
        error="the test has failed; pytest's words are on standard error" if status else None,
    )
