"""`ground-truth new` writes a file that is right, and writes over none."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from ground_truth.catalogue.task_types import TASK_TYPES
from ground_truth.config import load

_ROOT = Path(__file__).parents[4]

Command = Callable[..., Result]


@pytest.mark.parametrize("task", TASK_TYPES)
def test_a_new_file_of_every_task_is_right(ground_truth: Command, folder: Path, task: str) -> None:
    shutil.copytree(_ROOT / "samples", folder / "samples")

    written = ground_truth("new", "stage", "--task", task)
    validated = ground_truth("validate", "stage")

    assert written.exit_code == 0
    assert validated.stdout == "environments/stage.yaml: right\n"
    (job,) = load(folder / "environments" / "stage.yaml").jobs.values()
    assert job.task_type is TASK_TYPES[task]


@pytest.mark.parametrize("task", TASK_TYPES)
def test_the_steps_that_lead_to_a_job_are_in_their_order(
    ground_truth: Command, folder: Path, task: str
) -> None:
    shutil.copytree(_ROOT / "samples", folder / "samples")

    steps = ground_truth("new", "stage", "--task", task).stdout.splitlines()

    (job,) = load(folder / "environments" / "stage.yaml").jobs.values()
    upload = f"  aws s3 cp <folder> s3://<InputBucketName>/{job.input.prefix} --recursive"
    expected = [
        "  ground-truth validate stage",
        "  ground-truth doctor stage",
        "  npx cdk deploy 'stage/Data' 'stage/Workforce' -c environment=stage",
        upload,
        "  ground-truth deploy stage",
    ]
    assert [step for step in steps if step in expected] == expected
    assert any(f"/{job.input.manifest}" in step for step in steps) is bool(job.input.manifest)


def test_a_new_file_says_what_to_do_with_it(ground_truth: Command, folder: Path) -> None:
    ground_truth("new", "stage", "--task", "bounding-box")

    text = (folder / "environments" / "stage.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    assert "then `ground-truth validate stage`" in text


def test_a_file_that_is_there_stays_as_it_is(ground_truth: Command, folder: Path) -> None:
    file = folder / "environments" / "dev.yaml"
    before = file.read_text()

    result = ground_truth("new", "dev", "--task", "bounding-box")

    assert result.exit_code == 1
    assert "environments/dev.yaml is there already" in result.stderr
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["Stage", "--task", "custom"], 1, "expected 2 to"),
        (["../stage", "--task", "custom"], 1, "expected 2 to"),
        (["stage", "--task", "boundingbox"], 1, "did you mean 'bounding-box'?"),
        (["stage.yaml", "--task", "custom"], 1, "write `ground-truth new stage --task custom`"),
        (["environments/stage.yml", "--task", "custom"], 1, "write `ground-truth new stage "),
        (["stage"], 64, "expected --task (the kind of question that workers answer), got none"),
        (["--task", "custom"], 64, "expected NAME (the environment's name: stage), got none"),
    ],
)
def test_wrong_words_write_nothing(
    ground_truth: Command, folder: Path, arguments: list[str], status: int, words: str
) -> None:
    result = ground_truth("new", *arguments)

    assert result.exit_code == status
    assert words in result.stderr
    assert [file.name for file in (folder / "environments").iterdir()] == ["dev.yaml"]


def test_json_names_the_file(ground_truth: Command) -> None:
    result = ground_truth("new", "stage", "--task", "custom", "--json")

    assert json.loads(result.stdout) == {
        "exit_code": 0,
        "error": None,
        "file": "environments/stage.yaml",
    }
