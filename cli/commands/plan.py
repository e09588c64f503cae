"""`ground-truth plan`: what a change does, before it is merged."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.repository import repository
from cli.verb import AsJson, console, progress, verb
from ground_truth.validators.messages import did_you_mean

_FORMATS: Final = ("text", "markdown", "json")
_CODES: Final = """\
Exit codes:
  0  nothing changes
  1  the two can't be compared
  2  something changes
  3  something is destroyed that nobody has approved"""


def _format(word: str) -> str:
    if word not in _FORMATS:
        raise typer.BadParameter(
            f"expected one of {', '.join(_FORMATS)}, got {word!r}{did_you_mean(word, _FORMATS)}"
        )
    return word


def _day(word: str | date) -> date:
    try:
        return word if isinstance(word, date) else date.fromisoformat(word)
    except ValueError:
        raise typer.BadParameter(f"expected a day such as 2027-01-31, got {word!r}") from None


@verb(
    "ground-truth plan",
    "ground-truth plan --base HEAD~1",
    "ground-truth plan --format markdown > plan.md",
    "ground-truth plan --counts outputs.json",
    more=_CODES,
)
def plan(
    *,
    base: Annotated[
        str, typer.Option(metavar="COMMIT", help="A commit, branch or tag.")
    ] = "origin/main",
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="text, markdown for a pull request, or json.",
            parser=_format,
            autocompletion=lambda incomplete: [
                each for each in _FORMATS if each.startswith(incomplete)
            ],
        ),
    ] = "text",
    counts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="JSON: outputs of stacks, or objects of jobs."),
    ] = None,
    today: Annotated[
        date | None,
        typer.Option(
            metavar="DATE",
            parser=_day,
            help="The day on which approvals must still be good, such as 2027-01-31.",
            show_default="today",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what merging and deploying will do, before it is done.

    New runs and their costs, people, permissions, and what would be lost: it compares the working
    tree with the commit at which it left COMMIT, and reaches no account.
    """
    if as_json and form == "markdown":
        raise typer.BadParameter("expected --json or --format markdown, got both")
    # Reading two trees needs cfn-lint's resource schemas.
    from cli.plan.json_output import json_output
    from cli.plan.markdown import markdown
    from cli.plan.plan import plan_trees
    from cli.plan.terminal import show

    with progress("plan") as say:
        made = plan_trees(
            root=repository(),
            base=base,
            counts=counts,
            today=today or datetime.now(tz=UTC).date(),
            say=say,
        )
    if as_json or form == "json":
        sys.stdout.write(json_output(made))
    elif form == "markdown":
        sys.stdout.write(markdown(made))
    elif made.environments or made.error is None:
        show(made, console())
    if made.error is not None and not (as_json or form == "json"):
        # Last, where it is seen; of what goes into a file, beside it.
        console(errors=True).print(f"ground-truth plan: {made.error}", style="red")
    raise typer.Exit(int(made.verdict))
