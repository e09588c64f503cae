"""What a piece of work takes of the computer, measured in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass


@dataclass(kw_only=True)
class Taken:
    """What the work of a process took, its imports and clients apart."""

    objects: int = 0
    #: CPU seconds.
    cpu: float = 0.0
    #: Seconds.
    wall: float = 0.0
    #: Megabytes that the process had at most, its imports included.
    memory: float = 0.0


@contextmanager
def measured() -> Iterator[Taken]:
    """Print what the work inside takes, for `run` to read."""
    taken = Taken()
    wall, cpu = time.perf_counter(), time.process_time()
    yield taken
    taken.wall = time.perf_counter() - wall
    taken.cpu = time.process_time() - cpu
    taken.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps(asdict(taken)))  # noqa: T201  # the parent reads it


def run(module: str, *arguments: object, variables: Mapping[str, str]) -> Taken:
    """Return what a module takes that uses `measured`."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(  # noqa: S603  # a module of this folder
        command, env=variables, check=True, stdout=subprocess.PIPE
    )
    return Taken(**json.loads(done.stdout))
