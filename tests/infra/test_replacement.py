"""What becomes of the other stacks' templates when something that they refer to is replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from cli.plan.assembly import AssembledEnvironment, read_assembly
from cli.plan.changes import changes
from stacks.environment_stage import EnvironmentStage
from stacks.replacement import CREATE_ONLY
from tests.assembly import Change, synthesise
from tests.environments import shipped

#: Stack and output.
Reference = tuple[str, str]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> AssembledEnvironment:
    return _synthesised(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> AssembledEnvironment:
    """Give the environment with another name for each bucket and topic."""
    return _synthesised(tmp_path_factory.mktemp("renamed"), _renamed)


@pytest.mark.parametrize("type_", CREATE_ONLY)
def test_the_properties_in_an_id_are_those_that_cloudformation_can_t_change(type_: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
    pointers = schema.get("createOnlyProperties", ())

    words = ["".join(map(str.capitalize, name.split("_"))) for name in CREATE_ONLY[type_]]
    assert sorted(f"/properties/{each}" for each in words) == sorted(pointers)
    assert "conditionalCreateOnlyProperties" not in schema


def test_a_stack_refers_to_types_only_whose_ids_change_with_them(
    base: AssembledEnvironment,
) -> None:
    types = {_type(base, each) for stack in base.stacks for each in _read_by(base, stack)}

    assert types == CREATE_ONLY.keys()


def test_all_that_refers_to_what_is_replaced_names_another_output(
    base: AssembledEnvironment, renamed: AssembledEnvironment
) -> None:
    for stack in ("Workforce", "Labeling"):
        before, after = _read_by(base, stack), _read_by(renamed, stack)
        assert len(before) == len(after)
        # Nothing of a key makes a new one of it.
        assert {_type(base, each) for each in before & after} == {"AWS::KMS::Key"}


def test_a_plan_says_what_follows(
    base: AssembledEnvironment, renamed: AssembledEnvironment
) -> None:
    found = [
        (each.action, each.resource.type)
        for each in changes(base, renamed)
        if each.resource.stack == "Labeling"
    ]

    assert set(found) == {
        ("replace", "Custom::LabelingJob"),
        ("change", "AWS::Events::Rule"),
        ("change", "AWS::IAM::ManagedPolicy"),
    }


def test_a_change_in_place_is_in_no_other_stack_s_template(
    base: AssembledEnvironment, tmp_path: Path
) -> None:
    changed = _synthesised(tmp_path, _keeping_less)

    assert [key for key in base.stacks if _template(base, key) != _template(changed, key)] == [
        "Data"
    ]


def _synthesised(folder: Path, *changes: Change) -> AssembledEnvironment:
    return read_assembly(synthesise([shipped("local")], folder, *changes))["local"]


def _renamed(stage: EnvironmentStage) -> None:
    for resource in stage.node.find_all():
        name = resource.node.path.replace("/", "-").lower()
        if isinstance(resource, s3.CfnBucket):
            resource.bucket_name = name
        if isinstance(resource, sns.CfnTopic):
            resource.topic_name = name


def _keeping_less(stage: EnvironmentStage) -> None:
    data = stage.data.data
    for bucket in (data.input_bucket, data.output_bucket):
        bucket.add_lifecycle_rule(noncurrent_version_expiration=cdk.Duration.days(1))


def _read_by(environment: AssembledEnvironment, stack: str) -> set[Reference]:
    """Return the outputs that a stack reads of others."""

    def found(value: Any) -> Iterator[Reference]:
        if isinstance(value, list):
            for each in value:
                yield from found(each)
        if isinstance(value, Mapping):
            if (reference := value.get("Fn::GetStackOutput")) is not None:
                yield reference["StackName"], reference["OutputName"]
            yield from found(list(value.values()))

    return set(found(environment.stacks[stack].template))


def _type(environment: AssembledEnvironment, reference: Reference) -> str:
    """Return the type of the resource whose value an output is."""
    name, output = reference
    (stack,) = (each for each in environment.stacks.values() if each.name == name)
    (value,) = stack.template["Outputs"][output]["Value"].values()
    return stack.resources[value if isinstance(value, str) else value[0]].type


def _template(environment: AssembledEnvironment, stack: str) -> Mapping[str, Any]:
    return environment.stacks[stack].template
