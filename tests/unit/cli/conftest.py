"""A folder with environments of its own, in which the tests call the command."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.command import app

_ROOT = Path(__file__).parents[3]
#: What a verb that starts CDK needs of this project.
_PARTS = ("cli", "docs", "ground_truth", "lambda")
_FILE = """\
region: us-east-1
protected: false
workforce:
  create: {organization: Example Labs, support_email: labeling@example.com}
  teams:
    readers: {description: Reads, workers: [ana@example.com]}
jobs:
  even-odd:
    task: text-classification
    input: Input/
    labels: [Even, Odd]
    title: Even or odd?
    description: Say which it is.
    instructions: {short: Look at the last digit.}
    team: readers
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a repository's folder with the environment dev."""
    (tmp_path / "cdk.json").write_text('{"app": "python app.py"}')
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text(_FILE)
    return tmp_path


@pytest.fixture
def ground_truth(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give what calls the command in that folder."""
    monkeypatch.chdir(folder)

    def call(*arguments: str, **variables: str) -> Result:
        return CliRunner().invoke(app, arguments, env=variables)

    return call


@pytest.fixture
def checkout(folder: Path) -> Path:
    """Give the folder with the code in it, and without node_modules."""
    for part in _PARTS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_ROOT / part, folder / part, ignore=ignored)
    return folder
