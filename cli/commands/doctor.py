"""`ground-truth doctor`: says whether a deployment can work, and what to do where it can't."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from cli.repository import read_environment, repository
from cli.verb import AsJson, EnvironmentNameOrNone, broken, end, progress, verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from cli.doctor.findings import Finding

#: Columns of a state, as of `unknown`.
_STATE: Final = 7


@verb("ground-truth doctor", "ground-truth doctor dev", "ground-truth doctor dev --json")
def doctor(environment: EnvironmentNameOrNone = None, *, as_json: AsJson = False) -> None:
    """Say whether a deployment can work, and what to do where it can't.

    It looks at this computer and, with the credentials of the shell, at the account. Rights that
    only read are enough, and nobody's address is told. Without ENV it looks at what every
    environment needs.
    """
    folder = repository()
    read = read_environment(environment) if environment is not None else None
    # The SDK starts slowly.
    from cli.aws.qualifier import qualifier_of
    from cli.doctor.clients import Clients
    from cli.doctor.computer import Computer
    from cli.doctor.diagnosis import diagnose
    from cli.doctor.findings import State

    clients = Clients(read.region if read is not None else None)
    with progress("doctor") as say:
        say("looking at this computer and the account")
        found = list(
            diagnose(
                Computer.here(folder, clients.profiles),
                clients,
                region=clients.region,
                qualifier=lambda: qualifier_of(folder),
                environment=read,
            )
        )
    number = sum(each.state is State.TO_DO for each in found)
    end(
        {"environment": read.name if read else None, "findings": [asdict(each) for each in found]},
        lambda screen: show(found, screen),
        as_json=as_json,
        status=1 if number else 0,
        error=f"things to do: {number}" if number else None,
    )


def show(found: Sequence[Finding], screen: Console) -> None:
    """Print a line for each finding, or where the terminal is too narrow for it, a few."""
    width = max(len(each.subject) for each in found)
    indent = _STATE + width + 4
    is_stacked = indent > screen.width // 2
    for each in found:
        style = {"right": "green", "to do": "red"}.get(each.state, "yellow")
        begin = f"{each.state.value:{_STATE}}  {each.subject:{width}}  "
        if is_stacked:
            screen.print(begin.rstrip(), style=style)
            begin, indent = "  ", 2
        for line in broken(each.text, screen.width - indent):
            screen.print(f"{begin}{line}", style=style)
            begin = " " * indent
