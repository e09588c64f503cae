"""`ground-truth validate` says of each file whether it is right, and which lines are not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Command = Callable[..., Result]
_APPROVAL = "approvals:\n  stop even-odd: {reason: It is done., expires: 2027-01-31}\n"


@pytest.fixture
def environments(folder: Path) -> Path:
    """Give the folder with a right file, a wrong one and what nothing reads."""
    environments = folder / "environments"
    right = (environments / "dev.yaml").read_text()
    (environments / "prod.yaml").write_text(right.replace("Even or odd?", "").replace("us-", "u-"))
    (environments / "stage.yml").write_text(right)
    (environments / "test.approvals.yaml").write_text(_APPROVAL)
    (environments / "dev.approvals.yaml").write_text(_APPROVAL.replace("01-31", "31"))
    return environments


def test_a_right_file_is_called_so(ground_truth: Command) -> None:
    result = ground_truth("validate")

    assert result.exit_code == 0
    assert result.stdout == "environments/dev.yaml: right\n"


def test_every_problem_has_its_file_and_line(ground_truth: Command, environments: Path) -> None:
    result = ground_truth("validate")

    assert environments.is_dir()
    assert result.exit_code == 1
    assert [line.partition(" expected")[0] for line in result.stdout.splitlines()] == [
        "environments/dev.yaml: right",
        "environments/prod.yaml:1: region:",
        "environments/prod.yaml:12: jobs.even-odd.title:",
        "environments/test.approvals.yaml:",
        "environments/dev.approvals.yaml:2: approvals.stop even-odd.expires:",
        "environments/stage.yml:",
    ]


@pytest.mark.usefixtures("environments")
def test_of_one_environment_only_its_own_files_are_read(ground_truth: Command) -> None:
    result = ground_truth("validate", "dev")

    assert result.exit_code == 1
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == [
        "environments/dev.yaml",
        "environments/dev.approvals.yaml",
    ]


@pytest.mark.usefixtures("environments")
def test_json_has_the_lines_as_numbers(ground_truth: Command) -> None:
    result = ground_truth("validate", "--json")
    told = json.loads(result.stdout)
    places = {
        (each["file"], problem["line"]) for each in told["files"] for problem in each["problems"]
    }

    assert result.exit_code == told["exit_code"] == 1
    assert told["error"] == "problems in environment files: 5"
    assert told["files"][0] == {"file": "environments/dev.yaml", "problems": []}
    assert {("environments/prod.yaml", 12), ("environments/stage.yml", None)} < places


def test_a_folder_without_a_file_is_a_problem(ground_truth: Command, folder: Path) -> None:
    (folder / "environments" / "dev.yaml").unlink()

    result = ground_truth("validate")

    assert result.exit_code == 1
    assert result.stdout == "environments: expected dev.yaml or so, got no file\n"


def test_a_file_that_may_not_be_read_is_no_fault_of_the_command(
    ground_truth: Command, folder: Path
) -> None:
    (folder / "environments" / "stage.yaml").mkdir()

    result = ground_truth("validate")

    assert result.exit_code == 1
    assert "environments/stage.yaml: expected a file, got a folder\n" in result.output


def test_two_files_that_would_share_a_name_are_neither_right_and_refused_in_one_sentence(
    ground_truth: Command, folder: Path
) -> None:
    dev = (folder / "environments" / "dev.yaml").read_text()
    other = dev.replace("even-odd:", "odd:")
    (folder / "environments" / "dev-even.yaml").write_text(other)

    result = ground_truth("validate", "dev")

    assert result.exit_code == 1
    (line,) = result.stdout.splitlines()
    assert line.startswith("environments/dev.yaml and environments/dev-even.yaml: expected jobs")
