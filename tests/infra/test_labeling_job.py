"""Labeling jobs as constructs of a stack of one's own, without an environment file."""

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from constructs.ground_truth import ExecutionRole, LabelingData, LabelingJob, LabelingJobFunction
from constructs.ground_truth.labeling.labeling_job import DataObjects
from ground_truth.config import Job
from ground_truth.config.input import Input
from ground_truth.config.labels import Attribute, Instructions, Label
from ground_truth.config.review import Reviewed
from tests.infra.synthesis import feature_flags

_TOLD = {
    "title": "Where?",
    "description": "Mark each vehicle.",
    "instructions": Instructions(short="Draw *tight* boxes."),
    "team": "readers",
}
_CARS = Job(
    task="video-object-detection",
    input=Input(prefix="Streets/", limit=5),
    labels=(Label(name="Car"),),
    attributes=(Attribute(name="seen", choices=("whole", "in part")),),
    label_attribute="cars",
    **_TOLD,
)


_CHECKED = Job(
    verify=Reviewed(job="cars", task="video-object-detection"),
    labels=(Label(name="Car"),),
    attributes=(Attribute(name="right", choices=("yes", "no")),),
    label_attribute="checked-ref",
    **_TOLD,
)


class _Stack(cdk.Stack):
    """Has what a job needs."""

    def __init__(self, folder: Path) -> None:
        app = cdk.App(context=feature_flags(), outdir=str(folder))
        environment = cdk.Environment(account="111122223333", region="eu-west-1")
        super().__init__(app, "Stack", env=environment)
        data = LabelingData(self, "Data", protected=False)
        self._bucket = data.input_bucket
        self._role = ExecutionRole(self, "Role", output_bucket=data.output_bucket, key=data.key)
        self._function = LabelingJobFunction(
            self,
            "Function",
            job_name_prefix="mine-",
            execution_role=self._role.role,
            output_bucket=data.output_bucket,
            key=data.key,
        )

    def add(self, name: str, job: Job, *, reviewed: LabelingJob | None = None) -> LabelingJob:
        return LabelingJob(
            self,
            name.capitalize(),
            name_prefix=f"mine-{name}",
            job=job,
            data_objects=DataObjects(
                bucket=self._bucket,
                prefix="Streets/",
                manifest_uri=None if reviewed is None else reviewed.output_manifest_uri,
            ),
            team_name="mine-readers",
            reviewed=reviewed,
            function=self._function,
            execution_role=self._role,
        )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> assertions.Template:
    stack = _Stack(tmp_path_factory.mktemp("out"))
    stack.add("checked", _CHECKED, reviewed=stack.add("cars", _CARS))
    return assertions.Template.from_stack(stack)


def _job(template: assertions.Template, prefix: str) -> dict[str, Any]:
    resources = template.find_resources(
        "Custom::LabelingJob", {"Properties": {"NamePrefix": prefix}}
    )
    (resource,) = resources.values()
    return dict(resource["Properties"])


def test_a_job_of_python_is_checked_and_completed_as_one_of_a_file(
    template: assertions.Template,
) -> None:
    job = _job(template, "mine-cars")

    assert job["Request"]["LabelAttributeName"] == "cars-ref"
    assert job["Request"]["HumanTaskConfig"]["TaskTimeLimitInSeconds"] == 300
    assert (job["Input"]["Kind"], job["Input"]["Limit"]) == ("frames", 5)


def test_a_review_takes_its_attributes_from_the_job_that_it_reviews(
    template: assertions.Template,
) -> None:
    job = _job(template, "mine-checked")

    attributes = job["Files"]["LabelCategories"]["categoryGlobalAttributes"]
    assert [(each["name"], each["editsAllowed"]) for each in attributes] == [
        ("seen", "none"),
        ("right", "any"),
    ]
    assert job["Input"]["PreviousAttribute"] == "cars-ref"


def test_a_review_without_the_job_that_it_reviews_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected `reviewed` just for a job that names one, got"):
        _Stack(tmp_path).add("checked", _CHECKED)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"labels": ()}, "expected a value, got nothing; add the key"),
        ({"attributes": (Attribute(name="a"),) * 2}, "expected each attribute once, got 'a'"),
        ({"input": Input(prefix="Streets/", split="line")}, "expected `split` only for texts"),
        ({"task_time_limit": 29}, "expected 30 seconds to 7 days for video-object-detection"),
        ({"instructions": None}, "expected a value, got nothing; add the key"),
        ({"label": "Car"}, "Extra inputs are not permitted"),
    ],
)
def test_a_job_of_python_that_breaks_a_rule_is_a_value_error(
    more: dict[str, Any], problem: str
) -> None:
    given = {name: getattr(_CARS, name) for name in _CARS.model_fields_set}

    with pytest.raises(ValueError, match="1 validation error for Job") as raised:
        Job(**(given | more))

    assert problem in str(raised.value)


def test_a_job_of_python_has_templates_and_functions_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.html").write_text("<p>{{ task.input.source }}</p>")

    with pytest.raises(ValueError, match=r"own.html:1: expected a <crowd-form>"):
        Job(
            task="custom",
            data="text",
            input=Input(prefix="Texts/"),
            template="own.html",
            label_attribute="own",
            title="Which?",
            description="Choose.",
            team="readers",
        )
