"""The CreateLabelingJob request of every task type in every Region, by AWS's own model of it."""

from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import pytest

from constructs.ground_truth.labeling.labeling_job_request import labeling_job_request
from constructs.ground_truth.labeling.labeling_task import AutoLabel, Options, Task, Workers
from ground_truth.catalogue.regions import REGIONS
from ground_truth.catalogue.task_types import TASK_TYPES, TaskType
from local.ground_truth.api.request_model import check_request

_ACCOUNT = "111122223333"


def _tasks() -> Iterator[TaskType]:
    for task_type in TASK_TYPES.values():
        yield from task_type.with_reviews


def _is_known(task_type: TaskType, region: str) -> bool:
    return task_type.interface is None or REGIONS[region].interface_account is not None


@pytest.fixture(scope="module", params=sorted(REGIONS))
def stack(request: pytest.FixtureRequest) -> cdk.Stack:
    app = cdk.App(context={"@aws-cdk/core:enablePartitionLiterals": True})
    environment = cdk.Environment(account=_ACCOUNT, region=request.param)
    return cdk.Stack(app, "Stack", env=environment)


def _request(stack: cdk.Stack, task_type: TaskType, options: Options) -> dict[str, Any]:
    partition = REGIONS[stack.region].partition
    request = labeling_job_request(
        stack,
        task=Task(
            type=task_type,
            title="Where are the cars?",
            description="Draw a box around each of them.",
            label_attribute="cars-ref" if task_type.attribute_is_reference else "cars",
        ),
        workers=Workers(
            team_name="readers",
            per_object=3,
            task_time_limit=300,
            task_availability=86_400,
            max_concurrent_tasks=1_000,
            keywords=("cars", "two words"),
        ),
        options=options,
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
    if task_type.interface is None:
        request["HumanTaskConfig"]["UiConfig"] = {"UiTemplateS3Uri": "s3://bucket/template.liquid"}
    return dict(request)


def test_every_request_is_valid_with_all_patterns_and_ranges(stack: cdk.Stack) -> None:
    options = Options(
        maximum_labeled_objects=5,
        maximum_labeled_percentage=50,
        content_classifiers=("FreeOfAdultContent",),
    )

    for task_type in _tasks():
        if _is_known(task_type, stack.region):
            check_request("CreateLabelingJob", _request(stack, task_type, options))


def test_every_arn_is_of_the_stack_s_region_and_partition(stack: cdk.Stack) -> None:
    place = REGIONS[stack.region]

    for task_type in filter(lambda each: _is_known(each, stack.region), _tasks()):
        config = _request(stack, task_type, Options())["HumanTaskConfig"]
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
    options = Options(
        auto_label=AutoLabel(
            volume_key_arn=f"arn:aws:kms:{stack.region}:{_ACCOUNT}:key/1234abcd",
            subnets=("subnet-1",),
            security_groups=("sg-1",),
        )
    )

    for task_type in filter(lambda each: _is_known(each, stack.region), _tasks()):
        if task_type.algorithm is None or REGIONS[stack.region].algorithm_account is None:
            with pytest.raises(ValueError, match="expected a task and a Region with automated lab"):
                _request(stack, task_type, options)
            continue
        request = _request(stack, task_type, options)
        check_request("CreateLabelingJob", request)
        assert request["LabelingJobAlgorithmsConfig"]["LabelingJobAlgorithmSpecificationArn"] == (
            f"arn:aws:sagemaker:{stack.region}:027400017018:labeling-job-algorithm-specification"
            f"/{task_type.algorithm}"
        )


def test_what_nobody_asked_for_is_not_in_the_request(stack: cdk.Stack) -> None:
    request = _request(stack, TASK_TYPES["bounding-box"], Options())

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
