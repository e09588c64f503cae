"""`ground-truth policies`: prints what an administrator runs before anything is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.repository import read_environment
from cli.verb import AsJson, EnvironmentName, end, verb

if TYPE_CHECKING:
    from rich.console import Console

    from cli.aws.policy_documents import Parameters


@verb("ground-truth policies dev", "ground-truth policies dev --json")
def policies(environment: EnvironmentName, *, as_json: AsJson = False) -> None:
    """Print the command that deploys the policies of bootstrap/.

    The buckets, keys, pools, secrets and functions that the file names and are not the
    environment's own are parameters of it. Where an earlier version is deployed, the account is
    asked for what that has made, with credentials that may read; elsewhere it need not be there.
    """
    from cli.aws.policies import UnreadableError, command, needed_parameters
    from cli.aws.policy_parameters import named, text

    read = read_environment(environment)
    parameters: Parameters = named(read)
    unread = None
    try:
        parameters = needed_parameters(read)
    except UnreadableError as error:
        unread = str(error)
    line = command(read, parameters)

    def show(screen: Console) -> None:
        screen.print(line, soft_wrap=True, highlight=False, markup=False)
        if unread is not None:
            screen.print(
                "If an earlier version is deployed, sign in and run this again: the account could"
                f" not be asked for its keys ({unread})",
                highlight=False,
                markup=False,
            )

    end(
        {
            "environment": read.name,
            "parameters": {name: text(value) for name, value in parameters.items()},
            "command": line,
            "account_read": unread is None,
        },
        show,
        as_json=as_json,
    )
