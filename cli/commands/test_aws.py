"""`ground-truth test-aws`: the end-to-end test in a real account."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.aws.cdk import foreground
from cli.errors import CommandError
from cli.repository import INSTALLATION, read_environment
from cli.verb import AsJson, EnvironmentName, end, verb

if TYPE_CHECKING:
    from ground_truth.config import Environment

#: What AWS has answered, by Region.
_ANSWERS: Final = INSTALLATION / ".local" / "aws-answers.json"


def _regions(incomplete: str) -> list[str]:
    from ground_truth.catalogue.regions import REGIONS

    return [name for name in REGIONS if name.startswith(incomplete)]


RegionNames = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        metavar="REGION",
        help="Deploy it there instead; several, one after the other.",
        autocompletion=_regions,
    ),
]


@verb(
    "ground-truth test-aws dev",
    "ground-truth test-aws dev --region eu-west-1 --region ap-south-1",
)
def test_aws(  # no test
    environment: EnvironmentName,
    *,
    region: RegionNames = None,  # noqa: PT028
    as_json: AsJson = False,  # noqa: PT028
) -> None:
    """Deploy an environment to a real account, have it labeled, destroy it.

    It says what it makes and what that costs, and asks for the account's number. What AWS answers
    is written to .local/aws-answers.json. `make setup AUDIT=1` installs what it needs.
    """
    read = read_environment(environment)
    name = read.name
    for each in region or ():
        _check(each)
    if not sys.stdin.isatty():
        raise CommandError("expected a terminal, since it asks before it deploys; nothing was done")
    import pytest

    _check_account(read)
    options = ["--capture=no", "--target=aws", f"--environment={name}"]
    options += [f"--region={each}" for each in region or ()]
    status = foreground(
        [sys.executable, "-m", pytest.__name__, *options, "tests/e2e/test_even_odd.py"],
        folder=INSTALLATION,
        as_json=as_json,
    )
    end(
        {"environment": name, "regions": region or [], "answers": str(_ANSWERS)},
        lambda _: None,
        as_json=as_json,
        # pytest's other codes say why nothing was tested.
        status=min(status, 1),
        error="the test has failed; pytest's words are on standard error" if status else None,
    )


def _check_account(environment: Environment) -> None:
    """Raise CommandError if the test can't run there, before pytest says so in its own way."""
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.session import client, unanswered

    file = f"environments/{environment.name}.yaml"
    if environment.protected:
        raise CommandError(
            f"expected `protected: false` in {file}, since the test destroys all it makes;"
            " nothing was done"
        )
    try:
        account = client("sts", environment.region).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise unanswered(error) from None
    if environment.account not in (None, account):
        raise CommandError(
            f"expected credentials for account {environment.account}, as {file} says, got those of"
            f" {account}; nothing was done"
        )


def _check(region: str) -> None:
    """Raise CommandError if a Region has no Ground Truth."""
    from ground_truth.validators import names_and_limits

    try:
        names_and_limits.region(region)
    except ValueError as error:
        raise CommandError(f"--region: {error}; nothing was done") from None
