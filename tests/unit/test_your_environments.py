"""The files of `environments/` are right; of what is in them no other test knows anything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ground_truth.config import EnvironmentFileError, load_all
from ground_truth.config.yaml_file import environment_files, read
from tests.environments import SHIPPED, YOURS

_ROOT = YOURS.parent
_WORKFLOWS = _ROOT / ".github" / "workflows"


def _problems(root: Path) -> list[str]:
    """Return all that is wrong with a project's files, in the words of `validate`."""
    try:
        load_all(root / "environments")
    except EnvironmentFileError as error:
        return [problem.removeprefix(f"{root}/") for problem in error.problems]
    return []


@pytest.mark.parametrize("file", environment_files(YOURS), ids=lambda file: str(file.stem))
def test_your_environment_is_valid(file: Path) -> None:
    name = f"environments/{file.name}:"

    problems = [problem for problem in _problems(_ROOT) if problem.startswith(name)]

    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def test_a_mistake_is_shown_as_validate_prints_it(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "environments")
    file = tmp_path / "environments" / "dev.yaml"
    file.write_text(file.read_text().replace("us-east-1", "mars"))

    (problem,) = _problems(tmp_path)

    assert problem.startswith("environments/dev.yaml:5: region: expected a Region")


@pytest.mark.parametrize("workflow", ["deploy.yml", "drift.yml"])
def test_workflows_know_your_environments(workflow: str) -> None:
    """Skips with what to do, since an environment may well be deployed by hand."""
    jobs = [job for job in read(_WORKFLOWS / workflow).data["jobs"].values() if "strategy" in job]
    listed = set(jobs[0]["strategy"]["matrix"]["environment"])
    there = {file.stem for file in environment_files(YOURS)} - {"local"}

    if listed != there:
        pytest.skip(
            f"environments/ has {', '.join(sorted(there))}, and {workflow} works on"
            f" {', '.join(sorted(listed))}: make the list in .github/workflows/{workflow} the same"
        )


@pytest.mark.parametrize("file", environment_files(SHIPPED), ids=lambda file: str(file.stem))
def test_the_tests_have_what_is_shipped(file: Path) -> None:
    """Skips with what to do, since a user's files are other ones from the first edit on."""
    yours = YOURS / file.name

    if not yours.exists() or yours.read_text() != file.read_text():
        pytest.skip(
            f"environments/{file.name} is yours now; who develops this project copies it to"
            f" tests/data/shipped/{file.name}"
        )
