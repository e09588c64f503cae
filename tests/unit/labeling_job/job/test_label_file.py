"""A label file that went through CloudFormation is the one that Ground Truth asks for."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from custom_resource.errors import CustomResourceError
from labeling_job.job.label_file import label_file
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import FakeAws, event, properties

_JOBS = sorted((Path(__file__).parents[3] / "data" / "jobs").glob("*.yaml"))


def _as_sent(value: Any) -> Any:
    """Make of a value what CloudFormation does."""
    if isinstance(value, dict):
        return {name: _as_sent(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_as_sent(member) for member in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("job", _JOBS, ids=lambda path: path.stem)
def test_every_label_file_arrives_as_it_was_synthesised(job: Path) -> None:
    content = yaml.safe_load(job.read_text())["Files"].get("LabelCategories")

    assert label_file(_as_sent(content) if content else None) == content


def test_a_label_called_like_a_number_stays_text() -> None:
    content = {"labels": [{"label": "1"}, {"label": "true"}]}

    assert label_file(content) == content


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ({"minimum": "few"}, "expected an integer, got 'few' in F.attributes[0].minimum"),
        ({"isRequired": "1"}, "expected true or false, got '1' in F.attributes[0].isRequired"),
    ],
)
def test_what_can_t_be_meant_is_named(attribute: dict[str, str], message: str) -> None:
    with pytest.raises(CustomResourceError) as refused:
        label_file({"attributes": [attribute]}, "F")

    assert str(refused.value) == message


def test_the_file_that_ground_truth_reads_has_numbers_and_booleans() -> None:
    aws = FakeAws()
    aws.objects["in"]["Input/1.txt"] = b"42"
    attribute = {"name": "seats", "minimum": "2", "maximum": "90", "isRequired": "true"}
    files = properties()["Files"]
    files = {**files, "LabelCategories": {"labels": [{"categoryAttributes": [attribute]}]}}

    run(event("Create", properties(Files=files)), aws.as_clients())

    (key,) = (key for key in aws.objects["out"] if key.endswith("label-categories.json"))
    (label,) = json.loads(aws.objects["out"][key])["labels"]
    assert label["categoryAttributes"] == [
        {"name": "seats", "minimum": 2, "maximum": 90, "isRequired": True}
    ]
