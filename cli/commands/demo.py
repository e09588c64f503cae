"""`ground-truth demo`: shows the whole operation on this computer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.errors import CommandError
from cli.repository import INSTALLATION
from cli.verb import AsJson, console, end, print_table, verb

if TYPE_CHECKING:
    from local.demo import Labels

#: What CDK's own functions in JavaScript import, and AWS has.
_SDK: Final = "node_modules/@aws-sdk/client-s3"


@verb("ground-truth demo", "ground-truth demo --keep")
def demo(
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave it all running, with tasks to do by hand.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take four text files to labels and back to nothing, without an account.

    It starts a local AWS, deploys with the real CDK CLI, lets a simulated worker do the tasks,
    shows the labels, deploys again to show that nothing changes, and destroys. It needs more
    packages than deploying does: `make demo` installs them and then runs it.
    """
    from local.demo import GOAL, DemoError, run_demo
    from local.surroundings import SurroundingsError

    if not (INSTALLATION / _SDK).exists():
        # `make setup` leaves it out, also where it was.
        raise CommandError(
            f"run `make demo{' KEEP=1' if keep else ''}` in {INSTALLATION}, which installs what"
            f" this verb needs; expected {_SDK}, got none"
        )
    screen = console(errors=as_json)
    made: list[Labels] = []

    def show(labels: Labels) -> None:
        made.append(labels)
        rows = [
            (line.object_key, line.text, line.label or "not yet", ", ".join(workers))
            for line, workers in zip(labels.lines, labels.workers, strict=True)
        ]
        print_table(screen, ("object", "text", "label", "worker"), rows)
        screen.print(f"Output manifest: {labels.manifest}\n")

    start = time.monotonic()
    try:
        said = run_demo(screen, show, region=_region(), keep=keep)
    except (DemoError, SurroundingsError) as error:
        raise CommandError(str(error)) from error
    (labels,) = made
    end(
        {
            "output_manifest": labels.manifest,
            "labels": [
                {
                    "object": line.object_key,
                    "label": line.label,
                    "confidence": line.confidence,
                    "workers": list(workers),
                }
                for line, workers in zip(labels.lines, labels.workers, strict=True)
            ],
            "seconds": round(time.monotonic() - start, 1),
            "seconds_goal": GOAL,
            "said": said.strip(),
        },
        lambda screen: screen.print(said),
        as_json=as_json,
    )


def _region() -> str:
    """Return where the environment of the demo is."""
    from ground_truth.config import EnvironmentFileError, load

    try:
        return load(INSTALLATION / "environments" / "local.yaml").region
    except EnvironmentFileError as error:
        raise CommandError(str(error)) from None
