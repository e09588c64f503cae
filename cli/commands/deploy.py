"""`ground-truth deploy`: makes what is deployed what the file says."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.aws.cdk import run_cdk
from cli.repository import read_environment, require_own_names
from cli.verb import AsJson, EnvironmentName, end, verb


@verb(
    "ground-truth deploy dev",
    "ground-truth deploy dev --yes",
    "ground-truth deploy dev --json > outputs.json",
    "ground-truth deploy dev --check",
)
def deploy(
    environment: EnvironmentName,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing, also of wider permissions.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Compare the policies, and deploy nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Deploy an environment: its data, workforce and labeling jobs.

    CDK shows what it does, and asks before permissions get wider, unless it runs without a
    terminal. A job needs data objects in the input bucket before it can start. Where the policies
    of bootstrap/ are deployed, they must be those of this tree or later ones.
    """
    from cli.aws.policies import require_policies

    found = read_environment(environment)
    require_own_names(found)
    require_policies(found)
    name = found.name
    if check:
        end(
            {"environment": name, "outputs": {}},
            lambda screen: screen.print("The policies allow it, as far as they can be read."),
            as_json=as_json,
        )
    asks = sys.stdin.isatty() and not yes and not as_json
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "outputs.json"
        status = run_cdk(
            "deploy",
            name,
            *([] if asks else ["--require-approval=never"]),
            *([] if sys.stderr.isatty() else ["--progress=events"]),
            f"--outputs-file={file}",
            as_json=as_json,
        )
        outputs: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    end(
        {"environment": name, "outputs": outputs},
        lambda _: None,
        as_json=as_json,
        status=status,
        error="CDK has failed; its own words are on standard error" if status else None,
    )
