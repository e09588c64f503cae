"""Approval files, and what is said of their mistakes."""

from datetime import date
from pathlib import Path

import pytest

from cli.plan.approvals import Approval, check_names, load_approvals
from ground_truth.config import EnvironmentFileError, load_all
from tests.environments import SHIPPED

_GOOD = """approvals:
  delete Workforce/readers/Team:
    reason: the readers have joined the writers
    expires: 2027-01-31
  unprotect:
    reason: the project ends
    expires: "2027-02-01"
"""


def _file(folder: Path, text: str) -> Path:
    file = folder / "dev.approvals.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_approval_has_a_reason_and_a_last_day(tmp_path: Path) -> None:
    _file(tmp_path, _GOOD)

    found = load_approvals(tmp_path, "dev")

    assert found["delete Workforce/readers/Team"] == Approval(
        reason="the readers have joined the writers", expires="2027-01-31"
    )
    assert found["unprotect"].expires == date(2027, 2, 1)


def test_an_environment_without_such_a_file_has_no_approvals(tmp_path: Path) -> None:
    assert load_approvals(tmp_path, "dev") == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1: expected a file that begins with `approvals:`, got an empty file"),
        ("approval: {}\n", "1: approvals: expected a value, got nothing; add the key"),
        (
            _GOOD.replace("expires: 2027-01-31", "expires: soon"),
            "4: approvals.delete Workforce/readers/Team.expires: expected a day such as 2027-01-31,"
            " got 'soon'",
        ),
        (
            _GOOD.replace("2027-01-31", "2027-02-30"),
            "4: approvals.delete Workforce/readers/Team.expires: expected a day such as 2027-01-31,"
            " got '2027-02-30'",
        ),
        (
            _GOOD.replace("2027-01-31", "20270131"),
            "4: approvals.delete Workforce/readers/Team.expires: expected a day such as 2027-01-31,"
            " got '20270131'",
        ),
        (
            _GOOD.replace("    reason: the project ends\n", ""),
            "5: approvals.unprotect.reason: expected a value, got nothing; add the key",
        ),
        (
            _GOOD.replace("the project ends", "' '"),
            "6: approvals.unprotect.reason: expected why this may be, got an empty text",
        ),
        (
            _GOOD.replace("unprotect:", "drop Data:"),
            "5: approvals.drop Data: expected a change as the plan prints it, such as"
            " `delete Workforce/readers/Team`, `stop even-odd` or `unprotect`, got 'drop Data'",
        ),
        (
            _GOOD.replace("    reason: the project", "    because: the project"),
            "6: approvals.unprotect.because: expected one of the keys reason, expires, got"
            " 'because'",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    file = _file(tmp_path, text)

    with pytest.raises(EnvironmentFileError) as caught:
        load_approvals(tmp_path, "dev")

    assert f"{file}:{problem}" in caught.value.problems


def test_approvals_of_no_environment_are_a_mistake(tmp_path: Path) -> None:
    _file(tmp_path, _GOOD)

    check_names(tmp_path, ["dev", "prod"])
    with pytest.raises(EnvironmentFileError, match=r"an environment that there is \(prod\), got"):
        check_names(tmp_path, ["prod"])


def test_approvals_are_no_environment(tmp_path: Path) -> None:
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "dev.yaml").write_text((SHIPPED / "dev.yaml").read_text(encoding="utf-8"))
    _file(folder, _GOOD)

    assert [each.name for each in load_all(folder)] == ["dev"]
