"""The examples of the page on task types work."""

import shutil
from pathlib import Path

import pytest

from docs.task_types import EXAMPLES, example
from ground_truth.catalogue.task_types import TASK_TYPES
from ground_truth.config import load

_SAMPLES = Path(__file__).parents[3] / "samples"
_HEAD = """\
region: us-east-1
protected: false
workforce:
  create: {organization: Example Labs, support_email: labeling@example.com}
  teams:
    readers: {description: Reads, workers: [ana@example.com]}
jobs:
"""
_COMMON = "    title: Which?\n    description: Choose one.\n    team: readers\n"
_TOLD = "    instructions: {short: Choose one.}\n"


def test_every_task_type_has_an_example() -> None:
    assert EXAMPLES.keys() == TASK_TYPES.keys()


@pytest.mark.parametrize("name", sorted(TASK_TYPES))
def test_an_example_is_a_job_of_its_task(tmp_path: Path, name: str) -> None:
    (tmp_path / "environments").mkdir()
    shutil.copytree(_SAMPLES, tmp_path / "samples")
    path = tmp_path / "environments" / "dev.yaml"
    told = "" if name == "custom" else _TOLD
    path.write_text(f"{_HEAD}{example(name)}\n{_COMMON}{told}")

    (job,) = load(path).jobs.values()

    assert job.task_type is TASK_TYPES[name]
