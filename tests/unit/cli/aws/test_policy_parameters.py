"""What the policies are deployed with is what the file names, and what an earlier version made."""

from __future__ import annotations

from typing import Any, Final

import pytest

from cli.aws.policy_parameters import deployed, lacking, named
from cli.errors import CommandError
from constructs.ground_truth.data.key_grants import DEPLOYING
from ground_truth.config import Environment, load
from tests.environments import FILES, shipped
from tests.unit.cli.doctor.surroundings import ACCOUNT, REGION, Aws, Refusal

_FILES: Final = {file.stem: file for file in FILES}
_POOL: Final = f"{REGION}_AbCdEf123"
_ARN: Final = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{_POOL}"
_STACK_TAG: Final = {"aws:cloudformation:stack-name": "dev-Workforce"}


@pytest.fixture
def environment() -> Environment:
    return shipped("dev").model_copy(update={"region": REGION, "account": ACCOUNT})


def _resource(kind: str, name: str) -> dict[str, str]:
    return {
        "LogicalResourceId": "X",
        "ResourceType": kind,
        "ResourceStatus": "CREATE_COMPLETE",
        "PhysicalResourceId": name,
        "Timestamp": "2026-01-01",
    }


def _account(*, template: str, tags: dict[str, str]) -> Aws:
    resources = {
        "dev-Data": [_resource("AWS::KMS::Key", "data-key")],
        "dev-Workforce": [
            _resource("AWS::KMS::Key", "topics-key"),
            _resource("AWS::Cognito::UserPool", _POOL),
        ],
    }
    return Aws(
        answers={
            "cloudformation:DescribeStackResources": lambda sent: {
                "StackResources": resources[sent["StackName"]]
            },
            "cloudformation:GetTemplate": {"TemplateBody": template},
            "cognito-idp:DescribeUserPool": {"UserPool": {"Arn": _ARN, "UserPoolTags": tags}},
        }
    )


def test_a_file_that_names_nothing_of_others_has_its_name_only() -> None:
    assert named(shipped("dev")) == {"Environment": "dev"}


def test_all_that_a_file_names_and_is_not_its_own_is_a_parameter() -> None:
    found = named(load(_FILES["catalogue"]))

    assert found["Buckets"]
    assert all(each.startswith("arn:aws:s3:::") for each in found["Buckets"])
    assert len({each.removesuffix("/*") for each in found["Buckets"]}) * 2 == len(found["Buckets"])
    assert all(":key/" in each for each in found["Keys"])
    assert "cost-center" in found["TagKeys"]
    assert "aws:cloudformation:*" in found["TagKeys"]


@pytest.mark.parametrize(
    ("name", "parameter", "words"),
    [
        ("adopting", "UserPools", ":*:userpool/"),
        ("oidc", "Secrets", ":secretsmanager:"),
        ("sharing", "SharedWith", ""),
    ],
)
def test_a_workforce_of_others_is_one(name: str, parameter: str, words: str) -> None:
    value = named(load(_FILES[name]))[parameter]

    assert value
    assert words in (value if isinstance(value, str) else value[0])


def test_keys_that_do_not_say_who_deploys_them_are_named(environment: Environment) -> None:
    aws = _account(template="Resources: none says it", tags=_STACK_TAG)

    assert deployed(environment, aws) == {"DataKey": "data-key", "TopicsKey": "topics-key"}


def test_keys_that_say_it_are_not(environment: Environment) -> None:
    aws = _account(template=f"Sid: {DEPLOYING}", tags=_STACK_TAG)

    assert deployed(environment, aws) == {}


def test_a_pool_without_cloudformation_s_tag_is_named(environment: Environment) -> None:
    aws = _account(template=DEPLOYING, tags={})

    assert deployed(environment, aws) == {"UserPools": [_ARN]}


def test_of_what_is_not_deployed_nothing_is_named(environment: Environment) -> None:
    refusal = Refusal(code="ValidationError")

    assert (
        deployed(environment, Aws(answers={"cloudformation:DescribeStackResources": refusal})) == {}
    )


def test_a_name_that_cloudformation_would_cut_is_refused(environment: Environment) -> None:
    environment._name = "labeling-for-all"

    with pytest.raises(CommandError, match="at most 15 characters, got 'labeling-for-all'"):
        named(environment)


def test_more_than_a_boundary_can_hold_is_refused(environment: Environment) -> None:
    job = next(iter(environment.jobs.values()))
    jobs = {
        f"job-{number}": job.model_copy(
            update={"input": job.input.model_copy(update={"prefix": f"s3://bucket-{number}/x/"})}
        )
        for number in range(30)
    }

    with pytest.raises(CommandError, match="at most 6144 characters in GroundTruth-dev-boundary"):
        named(environment.model_copy(update={"jobs": jobs}))


def _stack(**parameters: str) -> dict[str, Any]:
    said = [{"ParameterKey": key, "ParameterValue": text} for key, text in parameters.items()]
    return {"Parameters": said}


@pytest.mark.parametrize(
    ("parameters", "less"),
    [
        ({"Environment": "dev", "Keys": "a,b"}, []),
        ({"Environment": "dev", "Keys": "b,c,a"}, []),
        ({"Environment": "dev", "Keys": "a"}, ["Keys"]),
        ({"Environment": "dev"}, ["Keys"]),
        ({"Environment": "prod", "Keys": "a,b"}, ["Environment"]),
    ],
)
def test_what_deployed_policies_lack_is_named(parameters: dict[str, str], less: list[str]) -> None:
    assert lacking({"Environment": "dev", "Keys": ["a", "b"]}, _stack(**parameters)) == less
