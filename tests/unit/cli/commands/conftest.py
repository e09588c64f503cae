"""The environment file of what the commands for people look at."""

from pathlib import Path

import pytest

from ground_truth.config import Environment, load
from tests.unit.cli.commands.deployed_people import FILE


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Return the environment dev, in which three people label."""
    (tmp_path / "environments").mkdir()
    file = tmp_path / "environments" / "dev.yaml"
    file.write_text(FILE)
    return load(file)
