"""A folder with environments of its own, in which the tests call the command."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.command import app
from tests.small_repository import add_code, make_repository


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


@pytest.fixture
def ground_truth(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give what calls the command in that folder."""
    monkeypatch.chdir(folder)

    def call(*arguments: str, **variables: str) -> Result:
        return CliRunner().invoke(app, arguments, env=variables)

    return call


@pytest.fixture
def checkout(folder: Path) -> Path:
    return add_code(folder)
