"""The editor's schema fits the files, and each key has a meaning."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from docs import environment_schema
from ground_truth.config.yaml_file import read
from tests.environments import SHIPPED

_ROOT = Path(__file__).parents[3]
_FILES = sorted(
    path
    for folder in ("tests/data/shipped", "tests/data/environments", "tests/e2e/environments")
    for path in (_ROOT / folder).glob("*.yaml")
    if "." not in path.stem  # `dev.approvals.yaml` is no environment
)
_RIGHT = """\
region: us-east-1
protected: false
workforce:
  create: {organization: Example Labs, support_email: labeling@example.com}
  teams:
    readers: {description: Reads, workers: [ana@example.com]}
jobs:
  species:
    task: image-classification
    input: Images/
    labels: [Cat, Dog]
    title: Cat or dog?
    description: Choose the animal.
    instructions: {short: Choose.}
    team: readers
"""


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    content = json.loads(environment_schema.PAGE.read_text(encoding="utf-8"))
    Draft7Validator.check_schema(content)
    return Draft7Validator(content)


def _faults(schema: Draft7Validator, data: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in schema.iter_errors(data)]


def test_every_key_has_a_meaning() -> None:
    in_files = environment_schema.schema()
    sections = {"Environment": in_files, **in_files["$defs"]}

    assert [
        f"{name}.{key}: write a comment #: above it"
        for name, section in sections.items()
        for key in section["properties"]
        if key not in environment_schema.meanings(environment_schema.models()[name])
    ] == []


@pytest.mark.parametrize("path", _FILES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_a_file_fits_as_the_reader_sees_it(schema: Draft7Validator, path: Path) -> None:
    assert _faults(schema, read(path).data) == []


@pytest.mark.parametrize("path", _FILES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_a_file_fits_as_an_editor_sees_it(schema: Draft7Validator, path: Path) -> None:
    assert _faults(schema, yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "path",
    [path for path in _FILES if path.parent == SHIPPED],
    ids=lambda path: str(path.name),
)
def test_an_environment_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]

    assert first == "# yaml-language-server: $schema=schema.json"


@pytest.mark.parametrize(
    "written",
    [
        "input: Images/",
        "input: {prefix: Images/, sample: 5, order: shuffled}",
        "labels: [Yes, no, 1]",
        "labels: [{name: Cat}, Dog]",
        "task_time_limit: 1 minute",
        "auto_label: true",
        "auto_label: {volume_key: some}",
        "relabel: no",
        "keywords:",
        "revision: '2'",
    ],
)
def test_a_form_that_the_reader_takes_fits(schema: Draft7Validator, written: str) -> None:
    key = written.partition(":")[0]
    kept = [line for line in _RIGHT.splitlines() if not line.startswith(f"    {key}:")]

    data = yaml.safe_load("\n".join([*kept, f"    {written}"]))

    assert _faults(schema, data) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("region: us-east-1\n", ""),
        ("region: us-east-1", "region: eu-central-7"),
        ("protected: false", "protected: perhaps"),
        ("protected: false", "protcted: false"),
        ("organization: Example Labs, ", ""),
        ("task: image-classification", "task: image-clasification"),
        ("task: image-classification", "task: {}"),
        ("labels: [Cat, Dog]", "labels: Cat"),
        ("input: Images/", "input: {prefx: Images/}"),
        ("team: readers", "team: readers\n    revision: many"),
        ("team: readers", "team: readers\n    task_time_limit: 300"),
        ("team: readers", "team: readers\n    on_change: stop"),
        ("team: readers", "team: readers\n    verify: {job: other, task: bounding-box}"),
    ],
)
def test_what_is_wrong_does_not_fit(schema: Draft7Validator, right: str, wrong: str) -> None:
    written = _RIGHT.replace(right, wrong, 1)

    assert _faults(schema, yaml.safe_load(_RIGHT)) == []
    assert _faults(schema, yaml.safe_load(written)) != []
