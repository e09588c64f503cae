"""A repository with one small environment, in which tests call the command."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
#: What a verb that starts CDK needs of this project.
_PARTS: Final = ("cli", "docs", "ground_truth", "lambda")
_FILE: Final = """\
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


def make_repository(folder: Path) -> Path:
    """Put into a folder what the command takes for a repository, with the environment dev."""
    (folder / "cdk.json").write_text('{"app": "python app.py"}')
    (folder / "environments").mkdir()
    (folder / "environments" / "dev.yaml").write_text(_FILE)
    return folder


def add_code(folder: Path) -> Path:
    """Put the code into a repository, without node_modules."""
    for part in _PARTS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_ROOT / part, folder / part, ignore=ignored)
    return folder
