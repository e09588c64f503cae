"""Environments of one account have names of their own, or are refused together in one sentence."""

from pathlib import Path

import pytest

from ground_truth.config import EnvironmentFileError, load, load_all
from ground_truth.config.neighbours import check_apart

_FILE = """\
region: us-east-1
account: "111122223333"
protected: false
workforce:
  {workforce}
  teams:
    {team}: {{description: Reads, workers: [ana@example.com]}}
jobs:
  {job}:
    task: text-classification
    input: Input/
    labels: [Even, Odd]
    title: Even or odd?
    description: Classify the number.
    instructions: {{short: Read it.}}
    team: {team}
"""
_MAKES = "create: {organization: Example Labs, support_email: labeling@example.com}"
_SHARES = "shared_with: dev"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "environments").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "environments"


def _write(folder: Path, name: str, *, job: str, team: str, **changes: str) -> None:
    workforce = _MAKES if name == "dev" else _SHARES
    text = _FILE.format(workforce=workforce, job=job, team=team)
    for before, after in changes.items():
        text = text.replace(before, after)
    (folder / f"{name}.yaml").write_text(text)


def _problems(folder: Path, environment: str | None = None) -> tuple[str, ...]:
    try:
        check_apart(folder, environment)
    except EnvironmentFileError as error:
        return error.problems
    return ()


@pytest.mark.parametrize(
    ("other", "job"),
    [("dev-eu", "letters"), ("dev-2", "letters"), ("dev-eu", "eu-letters"), ("devel", "letters")],
)
def test_an_environment_whose_name_begins_as_another_s_has_names_of_its_own(
    folder: Path, other: str, job: str
) -> None:
    _write(folder, "dev", job="letters", team="readers")
    _write(folder, other, job=job, team="readers")

    assert _problems(folder) == ()


@pytest.mark.parametrize("environment", [None, "dev", "dev-eu"])
def test_two_jobs_that_would_have_one_name_are_refused_together_in_one_sentence(
    folder: Path, environment: str | None
) -> None:
    _write(folder, "dev", job="eu-letters", team="readers")
    _write(folder, "dev-eu", job="letters", team="readers")

    assert _problems(folder, environment) == (
        "environments/dev.yaml and environments/dev-eu.yaml: expected jobs whose runs have names of"
        " their own, got job 'eu-letters' and job 'letters', both with dev-eu-letters-…; rename one"
        " of them or its environment",
    )


def test_all_files_of_a_folder_are_refused_with_two_that_share_a_name(folder: Path) -> None:
    _write(folder, "dev", job="eu-letters", team="readers")
    _write(folder, "dev-eu", job="letters", team="readers")

    with pytest.raises(EnvironmentFileError, match="both with dev-eu-letters-…"):
        load_all(folder)


def test_a_job_that_all_jobs_of_another_environment_would_begin_as_is_refused(
    folder: Path,
) -> None:
    _write(folder, "dev", job="eu", team="readers")
    _write(folder, "dev-eu", job="letters", team="readers")

    (problem,) = _problems(folder)

    assert "got job 'eu' and job 'letters', both with dev-eu-…" in problem


@pytest.mark.parametrize(
    ("team", "its", "words"),
    [("eu-readers", "readers", "team 'readers'"), ("eu-workers", "readers", "the group of acc")],
)
def test_two_teams_that_would_have_one_name_are_refused(
    folder: Path, team: str, its: str, words: str
) -> None:
    _write(folder, "dev", job="letters", team=team)
    _write(folder, "dev-eu", job="letters", team=its)

    (problem,) = _problems(folder)

    assert f"got team '{team}' and {words}" in problem
    assert f"both called dev-{team}" in problem


@pytest.mark.parametrize("change", [{"111122223333": "444455556666"}, {"us-east-1": "eu-west-1"}])
def test_in_another_account_or_region_the_same_name_is_another(
    folder: Path, change: dict[str, str]
) -> None:
    _write(folder, "dev", job="eu-letters", team="readers")
    _write(folder, "dev-eu", job="letters", team="readers", **change)

    assert _problems(folder) == ()


def test_an_account_that_no_file_names_may_be_the_same(folder: Path) -> None:
    _write(folder, "dev", job="eu-letters", team="readers")
    _write(folder, "dev-eu", job="letters", team="readers", **{'account: "111122223333"\n': ""})

    assert len(_problems(folder)) == 1


@pytest.mark.parametrize("account", ["[]", "{}", "111122223333", "[1, {a: b}]"])
def test_an_account_that_is_none_may_be_any(folder: Path, account: str) -> None:
    _write(folder, "dev", job="eu-letters", team="readers")
    _write(folder, "dev-eu", job="letters", team="readers", **{'"111122223333"': account})

    assert len(_problems(folder, "dev")) == 1


def test_of_an_environment_only_its_own_names_are_looked_at(folder: Path) -> None:
    _write(folder, "dev", job="eu-letters", team="readers")
    _write(folder, "dev-eu", job="letters", team="readers")
    _write(folder, "prod", job="letters", team="readers")

    assert _problems(folder, "prod") == ()


def test_a_file_that_can_not_be_read_has_no_names(folder: Path) -> None:
    _write(folder, "dev", job="eu-letters", team="readers")
    (folder / "dev-eu.yaml").write_text("jobs: [")

    assert _problems(folder) == ()


def test_either_of_two_that_are_refused_loads_alone_as_a_destroy_wants_it(folder: Path) -> None:
    _write(folder, "dev", job="eu-letters", team="readers")
    _write(folder, "dev-eu", job="letters", team="readers")

    assert [load(folder / f"{name}.yaml").name for name in ("dev", "dev-eu")] == ["dev", "dev-eu"]
