"""What is wrong with a file does not hang on the order in which its sections declare their fields.

The problems are compared with those of a copy of the package, whose fields are in another order.
"""

import ast
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import ground_truth
from ground_truth.config import EnvironmentFileError, load
from ground_truth.config.job import Job
from ground_truth.config.section import Section, SoFar, rule
from tests.unit.ground_truth.config.broken_jobs import BROKEN, CARS, HEAD, job_text

_PACKAGE = Path(ground_truth.__file__).parent
_FILES = {" ".join(lines): HEAD + job_text(*lines) + CARS for lines, _ in BROKEN} | {
    "several": HEAD
    + job_text("task: bounding", "labels: []", "workers_per_object: 9", "task_time_limit: 9 days")
    + CARS.replace("[Car, Bus]", "[]").replace("input: Streets/", "input: {split: line}"),
    "network": HEAD.replace(
        "labeling@example.com}",
        "labeling@example.com, allowed_cidrs: [203.0.113.0/24], vpc: {id: vpc-0a1b2c3d, subnets:"
        " [subnet-0a1b2c3d], security_groups: [sg-0a1b2c3d]}}",
    )
    + CARS,
}
#: Prints the problems of each file, and in which order the fields of a job are.
_PROGRAM = """
import json, sys
from pathlib import Path
from ground_truth.config import EnvironmentFileError, Job, load

def problems(text):
    path = Path("environments/dev.yaml")
    path.write_text(text, encoding="utf-8")
    try:
        load(path)
    except EnvironmentFileError as error:
        return error.problems

files = json.load(sys.stdin)
found = {name: problems(text) for name, text in files.items()}
print(json.dumps({"problems": found, "fields": list(Job.model_fields)}))
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "environments").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _copy(folder: Path, order: Callable[[list[ast.stmt]], None]) -> None:
    """Write the package anew, with the fields of each section in another order."""
    for source in _PACKAGE.rglob("*"):
        target = folder / "ground_truth" / source.relative_to(_PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".py" and source.parent.name == "config":
            tree = ast.parse(source.read_text(encoding="utf-8"))
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and node.bases:
                    _reorder(node, order)
            target.write_text(ast.unparse(tree), encoding="utf-8")
        elif source.suffix in (".py", ".yaml"):
            target.write_bytes(source.read_bytes())


def _reorder(node: ast.ClassDef, order: Callable[[list[ast.stmt]], None]) -> None:
    fields: list[ast.stmt] = [each for each in node.body if isinstance(each, ast.AnnAssign)]
    others = [each for each in node.body if each not in fields]
    order(fields)
    # A docstring stays at the top.
    node.body = [others[0], *fields, *others[1:]]


def _problems(text: str) -> list[str] | None:
    path = Path("environments/dev.yaml")
    path.write_text(text, encoding="utf-8")
    try:
        load(path)
    except EnvironmentFileError as error:
        return list(error.problems)
    return None


def _problems_of_copy(folder: Path) -> Mapping[str, Any]:
    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", _PROGRAM],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        input=json.dumps(_FILES),
        capture_output=True,
        check=True,
        text=True,
    )
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def _with_sorted_keys(problems: Mapping[str, list[str] | None]) -> Any:
    """Return problems in which all keys that there are stand in one order."""
    return json.loads(
        re.sub(
            "(?<=one of the keys )(.*?)(?=, got)",
            lambda keys: ", ".join(sorted(keys[0].split(", "))),
            json.dumps(problems),
        )
    )


def _shuffled(seed: int) -> Callable[[list[ast.stmt]], None]:
    return random.Random(seed).shuffle  # noqa: S311  # no secret


@pytest.mark.parametrize(
    "order",
    [list.reverse, *(_shuffled(seed) for seed in range(3))],
    ids=["reversed", "shuffled", "shuffled again", "shuffled once more"],
)
def test_a_file_s_problems_are_the_same_in_any_order_of_fields(
    folder: Path, order: Callable[[list[ast.stmt]], None]
) -> None:
    _copy(folder, order)

    found = _problems_of_copy(folder)

    assert found["fields"] != list(Job.model_fields)
    assert sorted(found["fields"]) == sorted(Job.model_fields)
    problems = {name: _problems(text) for name, text in _FILES.items()}
    assert _with_sorted_keys(found["problems"]) == _with_sorted_keys(problems)


def test_all_files_that_are_compared_have_problems() -> None:
    assert [name for name, text in _FILES.items() if not _problems(text)] == []


class _Pair(Section):
    high: int
    low: int = 0

    @rule("high", needs=("low",))
    def _is_high(cls, value: int, so_far: SoFar) -> int:
        if value < so_far.get("low", 0):
            raise ValueError("expected more than low")
        return value


def test_a_field_is_checked_after_those_that_its_rule_needs() -> None:
    with pytest.raises(ValueError, match="expected more than low"):
        _Pair(high=1, low=2)


def test_a_rule_is_told_nothing_of_a_field_that_is_wrong() -> None:
    with pytest.raises(ValueError, match="low") as raised:
        _Pair.model_validate({"high": "1", "low": "few"})

    assert "expected more" not in str(raised.value)


def test_a_rule_can_t_read_a_field_that_it_has_not_named() -> None:
    class Forgetful(Section):
        low: int = 0
        high: int

        @rule("high", needs=())
        def _is_high(cls, value: int, so_far: SoFar) -> int:
            return value + int(so_far["low"])

    with pytest.raises(TypeError, match="expected a rule that needs 'low'"):
        Forgetful(low=1, high=2)


def test_rules_can_t_wait_for_each_other() -> None:
    with pytest.raises(TypeError, match="expected rules that need no field of each other"):

        class Circle(Section):
            left: int
            right: int

            @rule("left", needs=("right",))
            def _left(cls, value: int, _: SoFar) -> int:
                return value

            @rule("right", needs=("left",))
            def _right(cls, value: int, _: SoFar) -> int:
                return value


def test_no_rule_reads_other_fields_past_their_names() -> None:
    sources = {path.name: path.read_text() for path in (_PACKAGE / "config").glob("*.py")}

    assert [name for name, text in sources.items() if "info.data" in text] == ["section.py"]
