"""A folder with environments of its own, in which the tests start the command."""

from pathlib import Path

import pytest

from tests.small_repository import add_code, make_repository


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


@pytest.fixture
def checkout(folder: Path) -> Path:
    return add_code(folder)
