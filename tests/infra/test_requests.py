"""The CreateLabelingJob request of every task type in every Region, by AWS's own model of it."""

from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import pytest

from constructs.ground_truth.labeling.labeling_job_request import labeling_job_request
from ground_truth.catalogue.regions import REGIONS
from ground_truth.config import Job, load
from ground_truth.config.auto_label import AutoLabel
from ground_truth.config.input import Input
from ground_truth.config.job import StopWhen
from ground_truth.config.labels import Instructions, Label
from local.ground_truth.api.request_model import check_request
from tests.infra.synthesis import ROOT

_ACCOUNT = "111122223333"
#: A job of each task type, and of each of its reviews.
_JOBS = tuple(
    {
        (job.task_type.name, job.task_type.purpose): job.model_copy(update={"auto_label": None})
        for job in load(ROOT / "tests/data/environments/catalogue.yaml").jobs.values()
    }.values()
)
_CARS = Job(
    task="bounding-box",
    input=Input(prefix="Streets/"),
    labels=(Label(name="Car"),),
    title="Where are the cars?",
    description="Draw a box around each of them.",
    instructions=Instructions(short="Draw *tight* boxes."),
    team="readers",
    label_attribute="cars",
)


def _known(region: str) -> Iterator[Job]:
    """Yield the jobs that can run in a Region."""
    for job in _JOBS:
        if job.task_type.interface is None or REGIONS[region].interface_account is not None:
            yield job


@pytest.fixture(scope="module", params=sorted(REGIONS))
def stack(request: pytest.FixtureRequest) -> cdk.Stack:
    app = cdk.App(context={"@aws-cdk/core:enablePartitionLiterals": True})
    environment = cdk.Environment(account=_ACCOUNT, region=request.param)
    return cdk.Stack(app, "Stack", env=environment)


def _request(stack: cdk.Stack, job: Job, **more: object) -> dict[str, Any]:
    partition = REGIONS[stack.region].partition
    request = labeling_job_request(
        stack,
        job.model_copy(update=more),
        team_name="readers",
        role_arn=f"arn:{partition}:iam::{_ACCOUNT}:role/execution",
        output_path="s3://bucket/labels",
        output_key_arn=f"arn:{partition}:kms:{stack.region}:{_ACCOUNT}:key/1234abcd",
    )
    request = stack.resolve(request)
    # What the function adds when it has written the files.
    request["LabelingJobName"] = "dev-cars-0123456789"
    source = {"S3DataSource": {"ManifestS3Uri": "s3://bucket/input.manifest"}}
    request.setdefault("InputConfig", {})["DataSource"] = source
    request["LabelCategoryConfigS3Uri"] = "s3://bucket/label-categories.json"
    if job.task_type.interface is None:
        request["HumanTaskConfig"]["UiConfig"] = {"UiTemplateS3Uri": "s3://bucket/template.liquid"}
    return dict(request)


def test_every_request_is_valid_with_all_patterns_and_ranges(stack: cdk.Stack) -> None:
    for job in _known(stack.region):
        request = _request(
            stack,
            job,
            content_classifiers=("FreeOfAdultContent",),
            keywords=("cars", "two words"),
            max_concurrent_tasks=1_000,
            stop_when=StopWhen(labeled_objects=5, labeled_percentage=50),
        )
        check_request("CreateLabelingJob", request)


def test_every_arn_is_of_the_stack_s_region_and_partition(stack: cdk.Stack) -> None:
    place = REGIONS[stack.region]

    for job in _known(stack.region):
        task_type = job.task_type
        config = _request(stack, job)["HumanTaskConfig"]
        begin = f"arn:{place.partition}:lambda:{stack.region}:{place.function_account}:function:"
        team = f"arn:{place.partition}:sagemaker:{stack.region}:{_ACCOUNT}:workteam/private-crowd/"
        assert config["WorkteamArn"] == f"{team}readers"
        if task_type.function is None:
            assert "PreHumanTaskLambdaArn" not in config
            assert "AnnotationConsolidationConfig" not in config
            continue
        consolidation = config["AnnotationConsolidationConfig"]["AnnotationConsolidationLambdaArn"]
        assert config["PreHumanTaskLambdaArn"] == f"{begin}PRE-{task_type.function}"
        assert consolidation == f"{begin}ACS-{task_type.function}"
        if task_type.interface is not None:
            assert config["UiConfig"]["HumanTaskUiArn"] == (
                f"arn:aws:sagemaker:{stack.region}:394669845002:human-task-ui/{task_type.interface}"
            )


def test_automated_labeling_names_the_algorithm_of_the_task(stack: cdk.Stack) -> None:
    auto_label = AutoLabel(
        volume_key=f"arn:aws:kms:{stack.region}:{_ACCOUNT}:key/1234abcd",
        subnets=("subnet-1",),
        security_groups=("sg-1",),
    )

    for job in _known(stack.region):
        algorithm = job.task_type.algorithm
        if algorithm is None or REGIONS[stack.region].algorithm_account is None:
            with pytest.raises(ValueError, match="expected a task and a Region with automated lab"):
                _request(stack, job, auto_label=auto_label)
            continue
        request = _request(stack, job, auto_label=auto_label)
        check_request("CreateLabelingJob", request)
        assert request["LabelingJobAlgorithmsConfig"]["LabelingJobAlgorithmSpecificationArn"] == (
            f"arn:aws:sagemaker:{stack.region}:027400017018:labeling-job-algorithm-specification"
            f"/{algorithm}"
        )


def test_what_nobody_asked_for_is_not_in_the_request(stack: cdk.Stack) -> None:
    request = _request(stack, _CARS)

    assert request.keys() == {
        "HumanTaskConfig",
        "InputConfig",
        "LabelAttributeName",
        "LabelCategoryConfigS3Uri",
        "LabelingJobName",
        "OutputConfig",
        "RoleArn",
    }
    assert request["InputConfig"].keys() == {"DataSource"}
