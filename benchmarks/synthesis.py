"""How long `cdk synth` of one environment takes, as a ratio to an app with one empty stack."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import track
from rich.table import Table

from local.cdk_cli import CdkCli

#: The ratio to stay below.
GOAL: Final = 1.5
_PAIRS: Final = 5


def main() -> None:
    """Measure pair by pair, in turn, so that both see the same computer; print a table."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        apps = {
            "one environment": CdkCli(
                environment="local", variables=os.environ, folder=Path(folder) / "ours"
            ),
            "one empty stack": CdkCli(
                environment="none",
                variables=os.environ,
                folder=Path(folder) / "empty",
                app="python -m benchmarks.empty_app",
            ),
        }
        pairs = [
            {name: _seconds(app) for name, app in apps.items()}
            for _ in track(range(_PAIRS + 1), "cdk synth, pair by pair", console=console)
        ][1:]  # the first pair warms the disk cache

    table = Table("pair", *apps, "ratio", title="cdk synth, seconds")
    ratios = [pair["one environment"] / pair["one empty stack"] for pair in pairs]
    for number, (pair, ratio) in enumerate(zip(pairs, ratios, strict=True), start=1):
        table.add_row(str(number), *(f"{seconds:.2f}" for seconds in pair.values()), f"{ratio:.2f}")
    console.print(table)
    median = statistics.median(ratios)
    console.print(f"median ratio {median:.2f}, goal at most {GOAL}")


def _seconds(app: CdkCli) -> float:
    start = time.perf_counter()
    app.run("synth", "--quiet")
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
