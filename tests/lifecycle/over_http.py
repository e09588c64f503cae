"""Lets a simulated account be asked over HTTP, in its own time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import botocore.endpoint

from tests.lifecycle.simulation import Simulation
from tests.unit.http_server import HttpServer


class _SimulatedTime:
    @staticmethod
    def sleep(seconds: float) -> None:
        Simulation.alive._sleep(seconds)


@contextmanager
def over_http(server: HttpServer) -> Iterator[None]:
    """Let what is alive be asked over HTTP, and botocore wait by its clock."""

    def serve(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        return Simulation.alive._serve(operation, parameters)

    def wait(seconds: float) -> None:
        Simulation.alive.time += seconds

    server.serve, server.wait = serve, wait
    with patch.object(botocore.endpoint, "time", _SimulatedTime):
        yield
