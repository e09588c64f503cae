"""`ground-truth drift`: finds what somebody has changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.aws.cdk import run_cdk
from cli.errors import CommandError
from cli.repository import read_environment
from cli.verb import AsJson, EnvironmentName, end, verb

if TYPE_CHECKING:
    from rich.console import Console

    from ground_truth.config import Environment


@verb("ground-truth drift dev", "ground-truth drift dev --json")
def drift(environment: EnvironmentName, *, as_json: AsJson = False) -> None:
    """Fail if somebody has changed by hand what is deployed.

    CDK lists what differs; where nothing does, accounts and teams are compared with the file, and
    people named by their number in it. It needs credentials that may read everything.
    """
    read = read_environment(environment)
    name = read.name
    status = run_cdk("drift", name, "--fail", as_json=as_json)
    error = "something differs, or CDK has failed; its own words are on standard error"
    said: list[str] = []
    if not status:
        said = _people(read)
        status, error = int(bool(said)), f"people differ; ground-truth workers {name} says who"

    def show(screen: Console) -> None:
        for each in said:
            screen.print(each)

    end(
        {"environment": name, "people": said},
        show,
        as_json=as_json,
        status=status,
        error=error if status else None,
    )


def _people(environment: Environment) -> list[str]:
    """Return how people differ from the file; by number and initials, since logs are public."""
    from botocore.exceptions import BotoCoreError, ClientError

    from cli.aws.people import Clients, find
    from cli.aws.repairs import differences, without_addresses

    try:
        found = differences(environment, find(environment, Clients.of(environment)))
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWS did not answer as expected: {error}") from None
    return without_addresses(environment, found)
