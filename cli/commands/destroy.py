"""`ground-truth destroy`: takes an environment away, as far as it is not protected."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.aws.cdk import run_cdk
from cli.errors import CommandError
from cli.repository import read_environment
from cli.verb import AsJson, EnvironmentName, console, end, progress, verb

if TYPE_CHECKING:
    from ground_truth.config import Environment

_STACKS: Final = ("Data", "Workforce", "Labeling")


@verb("ground-truth destroy dev", "ground-truth destroy dev --yes")
def destroy(
    environment: EnvironmentName,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for the name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Destroy an environment, as far as it is not protected.

    It says what goes and what stays, and asks for the name. Of an environment with
    `protected: true` only the labeling jobs go.
    """
    read = read_environment(environment)
    try:
        _check(read)
        screen = console(errors=True)
        for line in consequences(read):
            screen.print(line)
        if not yes:
            _ask(read.name)
    except CommandError as error:
        if not as_json:
            raise
        end(
            {"environment": read.name, "stays": list(_STACKS)},
            lambda _: None,
            as_json=True,
            status=1,
            error=str(error),
        )
    stacks = "Labeling" if read.protected else "*"
    stays = [each for each in _STACKS if each != stacks] if read.protected else []
    status = run_cdk("destroy", read.name, "--force", stacks=stacks, as_json=as_json)
    end(
        {"environment": read.name, "stays": None if status else stays},
        lambda _: None,
        as_json=as_json,
        status=status,
        error="CDK has failed; its own words are on standard error" if status else None,
    )


def _check(environment: Environment) -> None:
    """Raise CommandError where CloudFormation knows of something that is in the way."""
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.removal import check_removal
    from cli.aws.session import client

    # Where it can't be asked, CDK says why in its own words.
    with suppress(BotoCoreError, ClientError), progress("destroy") as say:
        say("asking AWS")
        check_removal(environment, client("cloudformation", environment.region))


def consequences(environment: Environment) -> Iterator[str]:
    """Yield a line for each thing that goes or stays."""
    name = environment.name
    working = [key for key, job in environment.jobs.items() if not job.stop_on_delete]
    yield f"goes   {name}/Labeling: running jobs are stopped; what is labeled stays in Data"
    if working:
        yield (
            f"stays  {', '.join(working)} with `stop_on_delete: false`: while it runs, the command"
            " fails"
        )
    if environment.protected:
        yield f"stays  {name}/Workforce, with all accounts: the environment is protected"
        yield f"stays  {name}/Data, with all labels: the environment is protected"
        return
    if environment.workforce.mode in ("create", "oidc"):
        yield f"goes   {name}/Workforce: the workforce, with all teams and accounts"
    else:
        yield f"goes   {name}/Workforce: teams, and the accounts that it made"
        yield "stays  the workforce, which this environment has not made"
    yield f"goes   {name}/Data: the buckets, labels included; keys are deleted after 7 days"


def _ask(name: str) -> None:
    if not sys.stdin.isatty():
        raise CommandError("expected --yes where nobody can be asked; nothing was destroyed")
    sys.stderr.write(f"Type {name} to destroy this: ")
    sys.stderr.flush()
    if (answer := sys.stdin.readline().strip()) != name:
        raise CommandError(f"expected {name!r}, got {answer!r}; nothing was destroyed")
