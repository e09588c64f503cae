"""A custom function, as CloudFormation will get it."""

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from cdk_nag import AwsSolutionsChecks

from app import findings
from constructs.ground_truth import AnnotationFunction, LabelingData
from tests.infra.synthesis import ROOT, feature_flags

_SAMPLES = {
    "Before": ROOT / "samples" / "receipts" / "functions" / "receipt",
    "After": ROOT / "samples" / "receipts" / "functions" / "receipt_answers",
}


def _declare(app: cdk.App, **folders: Path) -> cdk.Stack:
    """Declare a function of each folder; the one named After reads workers' answers."""
    stack = cdk.Stack(app, "Stack")
    data = LabelingData(stack, "Data", protected=False)
    for construct_id, folder in folders.items():
        AnnotationFunction(
            stack,
            construct_id,
            folder=folder,
            output_bucket=data.output_bucket,
            key=data.key,
            logs_key=data.key,
            reads_answers=construct_id == "After",
        )
    return stack


def _synthesise(folder: Path, **folders: Path) -> assertions.Template:
    app = cdk.App(context=feature_flags(), outdir=str(folder))
    return assertions.Template.from_stack(_declare(app, **folders))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> assertions.Template:
    return _synthesise(tmp_path_factory.mktemp("functions"), **_SAMPLES)


def _resource(template: assertions.Template, kind: str, name: str) -> tuple[str, dict[str, Any]]:
    ((logical_id, resource),) = (
        found for found in template.find_resources(kind).items() if found[0].startswith(name)
    )
    return logical_id, dict(resource)


def _allowed(template: assertions.Template, name: str) -> dict[str, Any]:
    """Return the resources of each action."""
    _, policy = _resource(template, "AWS::IAM::ManagedPolicy", name)
    return {
        action: statement["Resource"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }


def test_a_folder_becomes_a_function(template: assertions.Template) -> None:
    _, function = _resource(template, "AWS::Lambda::Function", "Before")

    properties = function["Properties"]
    assert properties["Handler"] == "handler.handler"
    assert properties["Runtime"] == "python3.14"
    assert (properties["MemorySize"], properties["Timeout"]) == (256, 60)


def test_a_function_before_the_workers_may_write_its_log_only(
    template: assertions.Template,
) -> None:
    log_group, _ = _resource(template, "AWS::Logs::LogGroup", "Before")

    log = {"Fn::GetAtt": [log_group, "Arn"]}
    assert _allowed(template, "Before") == {"logs:CreateLogStream": log, "logs:PutLogEvents": log}


def test_a_function_after_the_workers_may_read_their_answers_too(
    template: assertions.Template,
) -> None:
    bucket, _ = _resource(template, "AWS::S3::Bucket", "DataOutput")
    key, _ = _resource(template, "AWS::KMS::Key", "Data")

    allowed = _allowed(template, "After")

    assert set(allowed) - set(_allowed(template, "Before")) == {"kms:Decrypt", "s3:GetObject"}
    assert allowed["s3:GetObject"] == {
        "Fn::Join": ["", [{"Fn::GetAtt": [bucket, "Arn"]}, "/labels/*"]]
    }
    assert allowed["kms:Decrypt"] == {"Fn::GetAtt": [key, "Arn"]}


@pytest.mark.parametrize("name", ["Before", "After"])
def test_a_function_is_not_called_before_it_has_its_permissions(
    template: assertions.Template, name: str
) -> None:
    policy, _ = _resource(template, "AWS::IAM::ManagedPolicy", name)
    _, function = _resource(template, "AWS::Lambda::Function", name)

    assert policy in function["DependsOn"]


def test_the_only_finding_is_that_ground_truth_chooses_the_keys_of_answers(tmp_path: Path) -> None:
    app = cdk.App(context=feature_flags(), outdir=str(tmp_path))
    _declare(app, **_SAMPLES)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()

    (finding,) = (line for line in findings(tmp_path) if not line.startswith("Stack/Data/"))

    assert finding.startswith(
        "Stack/After/Policy/Resource: AwsSolutions-IAM5[Resource::<DataOutput"
    )
    assert ".Arn>/labels/*]" in finding


def test_cached_bytecode_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "function"
    folder.mkdir()
    (folder / "handler.py").write_text("def handler(event, context): ...\n")

    before = _synthesise(tmp_path / "before", Before=folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "handler.cpython-314.pyc").write_bytes(b"x")
    after = _synthesise(tmp_path / "after", Before=folder)

    assert before.to_json() == after.to_json()


def test_a_folder_without_a_handler_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"got no handler\.py; add it to the folder"):
        _declare(cdk.App(context=feature_flags()), Before=tmp_path)
