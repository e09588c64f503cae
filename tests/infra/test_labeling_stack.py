"""Roles and jobs, as CloudFormation and Ground Truth will get them."""

import json
import re
from typing import Any

import aws_cdk as cdk
import botocore.session
import pytest
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template
from botocore.validate import ParamValidator

from constructs.ground_truth import JobEvents
from tests.infra.synthesis import Synthesis

_FUNCTION_ACCOUNT = re.compile(
    r"\* `arn:aws:lambda:([a-z0-9-]+):(\d{12}):function:PRE-TextMultiClass`"
)


def _job(synthesis: Synthesis) -> dict[str, Any]:
    return synthesis.properties("Labeling", "Custom::LabelingJob")


def _statements(synthesis: Synthesis, action: str, effect: str = "Allow") -> list[dict[str, Any]]:
    policies = synthesis.resources("Labeling", "AWS::IAM::ManagedPolicy")
    return [
        statement
        for policy in policies
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == effect and action in _listed(statement["Action"])
    ]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _without_tokens(value: Any) -> Any:
    """Put an ARN's or a name's likeness where CloudFormation will put the real one."""
    if isinstance(value, list):
        return [_without_tokens(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")):
        text = json.dumps(value)
        if "ExecutionRole" in text:
            return "arn:aws:iam::111122223333:role/execution"
        return "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/team"
    return {key: _without_tokens(item) for key, item in value.items()}


def test_the_request_is_valid_by_botocore_s_model(local: Synthesis) -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    request = _without_tokens(_job(local)["Request"])
    request["LabelingJobName"] = "local-even-odd-0123456789"
    request["InputConfig"] = {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://b/m"}}}
    request["HumanTaskConfig"]["UiConfig"] = {"UiTemplateS3Uri": "s3://b/t"}

    shape = model.operation_model("CreateLabelingJob").input_shape
    assert shape is not None
    report = ParamValidator().validate(request, shape)

    assert report.generate_report() == ""


def test_a_reviewer_sees_the_labels_as_a_list(local: Synthesis) -> None:
    assert _job(local)["Files"]["LabelCategories"] == {
        "document-version": "2018-11-28",
        "labels": [{"label": "Even"}, {"label": "Odd"}],
    }


def test_the_functions_are_ground_truth_s_own_of_the_region(local: Synthesis) -> None:
    config = _job(local)["Request"]["HumanTaskConfig"]

    assert config["PreHumanTaskLambdaArn"] == (
        "arn:aws:lambda:us-east-1:432418664414:function:PRE-TextMultiClass"
    )
    assert config["AnnotationConsolidationConfig"]["AnnotationConsolidationLambdaArn"] == (
        "arn:aws:lambda:us-east-1:432418664414:function:ACS-TextMultiClass"
    )


def test_a_job_waits_for_every_permission_and_for_the_event_rule(local: Synthesis) -> None:
    (job,) = local.resources("Labeling", "Custom::LabelingJob")
    template = local.templates["Labeling"]

    expected = {
        *template.find_resources("AWS::IAM::ManagedPolicy"),
        *template.find_resources("AWS::Events::Rule"),
        *template.find_resources("AWS::Lambda::EventInvokeConfig"),
    }
    assert expected <= set(job["DependsOn"])


def test_the_function_can_start_jobs_for_private_teams_only(local: Synthesis) -> None:
    (guard,) = _statements(local, "sagemaker:CreateLabelingJob", effect="Deny")

    assert guard["Resource"] == "*"
    assert guard["Condition"] == {"StringNotEquals": {"sagemaker:WorkteamType": "private-crowd"}}


def test_the_execution_role_can_be_passed_to_sagemaker_only(local: Synthesis) -> None:
    (statement,) = _statements(local, "iam:PassRole")

    assert statement["Condition"] == {
        "StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}
    }


def test_the_function_lists_nothing_but_the_job_s_prefix_and_earlier_labels(
    local: Synthesis,
) -> None:
    conditions = [
        statement.get("Condition")
        for statement in _statements(local, "s3:ListBucket")
        if "s3:GetBucketLocation" not in _listed(statement["Action"])
    ]

    assert conditions == [
        {"StringLike": {"s3:prefix": "labels/local-*"}},
        {"StringEquals": {"s3:prefix": ["Input/"]}},
    ]


def test_an_event_that_nobody_waits_for_any_more_is_not_worked_on(local: Synthesis) -> None:
    config = local.properties("Labeling", "AWS::Lambda::EventInvokeConfig")

    assert (config["MaximumEventAgeInSeconds"], config["MaximumRetryAttempts"]) == (3_600, 2)


@pytest.mark.parametrize(
    ("name", "value"), [("OnChange", "fail"), ("Relabel", False), ("StopOnDelete", True)]
)
def test_a_protected_environment_s_running_jobs_are_not_replaced(
    prod: Synthesis, name: str, value: object
) -> None:
    assert _job(prod)[name] == value


def test_the_execution_role_of_a_text_job_can_t_read_the_input_bucket(local: Synthesis) -> None:
    (policy,) = [
        policy
        for policy in local.resources("Labeling", "AWS::IAM::ManagedPolicy")
        if "ExecutionRole" in json.dumps(policy["Properties"]["Roles"])
    ]

    assert "DataInput" not in json.dumps(policy)


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::S3::Bucket",
        "AWS::KMS::Key",
        "AWS::Cognito::UserPool",
        "AWS::SageMaker::Workforce",
        "AWS::SageMaker::Workteam",
    ],
)
def test_the_stack_of_jobs_holds_neither_data_nor_people(prod: Synthesis, kind: str) -> None:
    assert prod.resources("Labeling", kind) == []


def test_the_end_of_this_environment_s_jobs_and_no_others_is_announced(local: Synthesis) -> None:
    rule = local.properties("Labeling", "AWS::Events::Rule")

    assert rule["EventPattern"]["source"] == ["aws.sagemaker"]
    assert rule["EventPattern"]["detail-type"] == [
        "SageMaker Ground Truth Labeling Job State Change"
    ]
    # `local-` alone would begin the names of an environment `local-2`, too.
    assert json.dumps(rule["EventPattern"]["resources"]).endswith(
        ':labeling-job/local-even-odd-"]]}}]'
    )


@pytest.mark.parametrize("action", ["CreateLabelingJob", "DescribeLabelingJob", "StopLabelingJob"])
def test_the_function_of_the_jobs_may_touch_jobs_of_this_stack_only(
    local: Synthesis, action: str
) -> None:
    """`local-*` alone is also what jobs of an environment `local-2` are called."""
    (statement,) = _statements(local, f"sagemaker:{action}")

    kind = "RequestTag" if action == "CreateLabelingJob" else "ResourceTag"
    assert list(statement["Condition"].values()) == [
        {f"aws:{kind}/ground-truth-cdk:stack": {"Ref": "AWS::StackId"}}
    ]


@pytest.mark.parametrize("number", [0, 1, 12, 13, 33])
def test_each_job_key_is_in_one_rule_whose_pattern_is_no_longer_than_eventbridge_allows(
    number: int,
) -> None:
    app = cdk.App()
    place = cdk.Environment(region="us-isob-east-1", account="1" * 12)
    stack = cdk.Stack(app, "Stack", env=place)
    prefixes = [f"{'x' * 46}-{each:02}" for each in range(number)]

    JobEvents(stack, "JobEvents", job_name_prefixes=prefixes, topic=sns.Topic(stack, "Topic"))

    rules = Template.from_stack(stack).find_resources("AWS::Events::Rule").values()
    # As EventBridge gets it, in the longest of partitions.
    reference = r'\{"Fn::Join": \["", \["arn:", \{"Ref": "AWS::Partition"\}, "(.*?)"\]\]\}'
    patterns = [
        re.sub(reference, r'"arn:aws-iso-b\1"', json.dumps(rule["Properties"]["EventPattern"]))
        for rule in rules
    ]
    assert all(len(pattern) <= 2048 for pattern in patterns)
    assert "Fn::" not in "".join(patterns)
    assert [sum(f"/{each}-" in pattern for pattern in patterns) for each in prefixes] == [
        1 for _ in prefixes
    ]
    assert patterns


@pytest.mark.parametrize(
    "output", ["JobName", "ManifestUri", "ObjectCount", "OutputManifestUri", "Summary"]
)
def test_what_a_person_needs_is_an_output(local: Synthesis, output: str) -> None:
    assert local.templates["Labeling"].find_outputs(f"EvenOdd{output}")
