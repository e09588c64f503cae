"""What making an input manifest takes, as a ratio to the plain way with boto3.

Both run in processes of their own, one after the other, against a local server that answers as
late as S3 does.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from rich.console import Console

from benchmarks.measuring import Taken, run

_ROOT: Final = Path(__file__).parents[1]
_DOCUMENT: Final = _ROOT / "docs" / "performance.md"
#: Megabytes that the function may have at most.
_MAXIMUM_MEMORY: Final = 200
#: What `import boto3` may be exceeded by.
_MAXIMUM_IMPORT: Final = 1.3
_IMPORT_PAIRS: Final = 7
_OURS: Final = "import labeling_job.handler, labeling_job.clients, labeling_job.resource"
_HEAD: Final = """\
# Performance

Written by `python -m benchmarks.manifest --write`; `make bench` measures it anew and prints it.
"Plain" is boto3's paginator, `get_object` in a loop, `json.dumps` and `put_object`. Both read from
a local server with a delay before each answer, and write the manifest. CPU and wall are seconds
without imports, memory is the peak of the whole process. Go by the ratios: the seconds are those
of one computer with two shared cores, on which both ran one after the other.

"""
_FOOT: Final = """
How: [`signature.py`](../lambda/labeling_job/source/signature.py) signs what
[`connections.py`](../lambda/labeling_job/connections.py) sends over connections that are kept,
[`pages.py`](../lambda/labeling_job/source/pages.py) cuts usual objects out of a page by one pattern
and reads the rest with expat, [`key_ranges.py`](../lambda/labeling_job/source/key_ranges.py) lists
several ranges of keys at once behind the first 4,000 keys,
[`object_reader.py`](../lambda/labeling_job/source/object_reader.py) reads 64 texts at once, and
[`lines_on_disk.py`](../lambda/labeling_job/manifest/lines_on_disk.py) keeps the manifest out of
memory.

The whole of it, a Create of 100,000 texts through the real `cdk deploy` on local AWS, is measured
by `python -m benchmarks.deployment`, which is no part of `make bench` because it takes five
minutes: 116 seconds on the same computer, synthesis included, of the function's 900, and 109 MB of
its 1,769.

`ground-truth validate` of three environments takes 0.41 s of CPU, and the app that CDK runs over
the same files 8.4 s: 0.05 of it, goal at most a third. `python -m benchmarks.validate`, a part of
`make bench`, measures both in turn.
"""


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One input, and what is promised for it."""

    name: str
    kind: Literal["object", "text"]
    keys: int
    milliseconds: int
    sample: int
    #: Where the plain way would take more than a minute, it gets one of so many keys.
    part: int
    measure: Literal["cpu", "wall"]
    goal: float


_CASES: Final = (
    _Case(
        name="100,000 keys listed and written",
        kind="object",
        keys=100_000,
        milliseconds=0,
        sample=0,
        part=1,
        measure="cpu",
        goal=12,
    ),
    _Case(
        name="1,000,000 keys counted, 10,000 sampled",
        kind="object",
        keys=1_000_000,
        milliseconds=60,
        sample=10_000,
        part=10,
        measure="wall",
        goal=15,
    ),
    _Case(
        name="100,000 text files inlined",
        kind="text",
        keys=100_000,
        milliseconds=20,
        sample=0,
        part=100,
        measure="wall",
        goal=45,
    ),
)


def main() -> None:
    """Measure all cases and the import; print the table, and write the document if asked to."""
    console = Console()
    with console.status("making manifests, ours and plain"):
        rows = [_row(case) for case in _CASES]
        imports = _imports()
    lines = [*_table(rows), "", imports]
    # Rich's own table would break the cells of so many columns.
    console.print("\n".join(lines), markup=False, soft_wrap=True)
    if "--write" in sys.argv:
        # The chapter that follows is benchmarks.suite's.
        _, chapter, rest = _DOCUMENT.read_text().partition("\n## ")
        _DOCUMENT.write_text(_HEAD + "\n".join(lines) + "\n" + _FOOT + chapter + rest)


_COLUMNS: Final = (
    "input",
    "delay, ms",
    "CPU ours",
    "CPU plain",
    "ratio",
    "wall ours",
    "wall plain",
    "ratio",
    "memory ours, MB",
    "goal",
    "met",
)


def _row(case: _Case) -> list[str]:
    with _server(case.keys, case.milliseconds) as variables:
        ours = run("benchmarks.manifest_ours", case.kind, case.sample, variables=variables)
    keys = case.keys // case.part
    with _server(keys, case.milliseconds) as variables:
        sample = case.sample // case.part
        plain = run("benchmarks.manifest_plain", case.kind, sample, variables=variables)
    if (ours.objects, plain.objects * case.part) != (case.sample or case.keys,) * 2:
        raise SystemExit(f"expected the same objects, got {ours} and {plain} for {case.name}")
    plain = Taken(
        objects=plain.objects * case.part, cpu=plain.cpu * case.part, wall=plain.wall * case.part
    )
    ratios = {"cpu": plain.cpu / ours.cpu, "wall": plain.wall / ours.wall}
    is_met = ratios[case.measure] >= case.goal and ours.memory < _MAXIMUM_MEMORY
    scaled = "" if case.part == 1 else f" (plain: {keys:,}, x {case.part})"
    what = {"cpu": "CPU", "wall": "wall"}[case.measure]
    return [
        f"{case.name}{scaled}",
        str(case.milliseconds),
        f"{ours.cpu:.2f}",
        f"{plain.cpu:.2f}",
        f"{ratios['cpu']:.1f} x",
        f"{ours.wall:.1f}",
        f"{plain.wall:.1f}",
        f"{ratios['wall']:.1f} x",
        f"{ours.memory:.0f}",
        f"{what} {case.goal:g} x, memory < {_MAXIMUM_MEMORY} MB",
        "yes" if is_met else "no",
    ]


def _imports() -> str:
    """Return the sentence on the time that the function's import takes."""
    pairs = [
        (_import_seconds(_OURS), _import_seconds("import boto3")) for _ in range(_IMPORT_PAIRS)
    ]
    ours, boto3 = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    ratio = statistics.median(ours / boto3 for ours, boto3 in pairs)
    return (
        f"Importing the function takes {ours:.2f} s, `import boto3` {boto3:.2f} s: {ratio:.2f} x, "
        f"goal at most {_MAXIMUM_IMPORT} x, {'met' if ratio <= _MAXIMUM_IMPORT else 'not met'}."
    )


def _import_seconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run(  # noqa: S603  # a statement of this file
        [sys.executable, "-c", statement], env=_variables(), check=True
    )
    return time.perf_counter() - start


@contextmanager
def _server(keys: int, milliseconds: int) -> Iterator[Mapping[str, str]]:
    """Run a server; what is yielded are the environment variables with which boto3 uses it."""
    command = [sys.executable, "-m", "benchmarks.s3_server", str(keys), str(milliseconds)]
    with subprocess.Popen(  # noqa: S603  # a module of this folder
        command, stdout=subprocess.PIPE, text=True, env=_variables()
    ) as server:
        try:
            assert server.stdout is not None  # noqa: S101  # for the type
            port = server.stdout.readline().strip()
            yield {**_variables(), "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        finally:
            server.terminate()


def _variables() -> dict[str, str]:
    return {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "example",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_SECRET_ACCESS_KEY": "example",
    }


def _table(rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (_COLUMNS, ["---"] * len(_COLUMNS), *rows)]


if __name__ == "__main__":
    main()
