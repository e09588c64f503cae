"""What `ground-truth validate` takes, as a ratio to the app that CDK runs over the same files."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import track
from rich.table import Table

#: The ratio to stay below.
GOAL: Final = 1 / 3
_PAIRS: Final = 5
_ROOT: Final = Path(__file__).parents[1]


def main() -> None:
    """Measure pair by pair, in turn, so that both see the same computer; print a table."""
    console = Console()
    files = [
        path
        for path in (_ROOT / "environments").glob("*.yaml")
        if not path.stem.endswith(".approvals")
    ]
    with tempfile.TemporaryDirectory() as folder:
        # As the CDK CLI starts it.
        context = json.dumps(json.loads((_ROOT / "cdk.json").read_text())["context"])
        variables = {"CDK_CONTEXT_JSON": context, "CDK_OUTDIR": folder}
        pairs = [
            (_cpu(["-m", "cli.main", "validate"]), _cpu(["app.py"], variables))
            for _ in track(range(_PAIRS + 1), "validate and app.py, pair by pair", console=console)
        ][1:]  # the first pair warms the disk cache

    title = f"{len(files)} environments, CPU seconds"
    table = Table("pair", "ground-truth validate", "python app.py", "ratio", title=title)
    ratios = [ours / app for ours, app in pairs]
    for number, ((ours, app), ratio) in enumerate(zip(pairs, ratios, strict=True), start=1):
        table.add_row(str(number), f"{ours:.2f}", f"{app:.2f}", f"{ratio:.2f}")
    console.print(table)
    console.print(f"median ratio {statistics.median(ratios):.2f}, goal at most {GOAL:.2f}")


def _cpu(arguments: list[str], variables: Mapping[str, str] | None = None) -> float:
    """Return the CPU seconds of a Python process and all that it has started."""
    process = subprocess.Popen(  # noqa: S603  # the arguments are ours
        [sys.executable, *arguments],
        cwd=_ROOT,
        env={**os.environ, **(variables or {})},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"expected {arguments} to end well, got status {process.returncode}")
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
