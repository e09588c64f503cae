"""What CloudFormation will do, told from two templates."""

from collections.abc import Mapping
from typing import Any

import pytest

from cli.plan.assembly import AssembledEnvironment, stack_of
from cli.plan.changes import Change, changes, is_updated
from cli.plan.references import is_new
from tests.unit.cli.plan.plan_templates import environment, job, resource

_POOL = {
    "Client": resource(
        "AWS::Cognito::UserPoolClient", UserPoolId={"Ref": "Pool"}, GenerateSecret=True
    ),
    "Domain": resource("AWS::Cognito::UserPoolDomain", UserPoolId={"Ref": "Pool"}, Domain="a"),
    "Workforce": resource(
        "AWS::SageMaker::Workforce",
        WorkforceName="dev",
        CognitoConfig={"ClientId": {"Ref": "Client"}, "UserPool": {"Ref": "Pool"}},
    ),
    "Team": resource("AWS::SageMaker::Workteam", WorkteamName="dev-a", WorkforceName="dev"),
}


def _by_id(before: AssembledEnvironment, after: AssembledEnvironment) -> dict[str, Change]:
    return {change.resource.logical_id: change for change in changes(before, after)}


def _actions(before: AssembledEnvironment, after: AssembledEnvironment) -> dict[str, str]:
    return {name: change.action for name, change in _by_id(before, after).items()}


def test_what_stays_as_it_is_has_no_change() -> None:
    same = environment(Workforce={"Pool": resource("AWS::Cognito::UserPool"), **_POOL})

    assert changes(same, same) == []


@pytest.mark.parametrize(
    ("type_", "before", "after", "fixed"),
    [
        ("AWS::S3::Bucket", {"BucketName": "a"}, {"BucketName": "b"}, "BucketName"),
        ("AWS::Cognito::UserPoolDomain", {"Domain": "a"}, {"Domain": "b"}, "Domain"),
        ("AWS::Cognito::UserPoolClient", {"GenerateSecret": True}, {}, "GenerateSecret"),
        (
            "AWS::SageMaker::Workforce",
            {"CognitoConfig": {"ClientId": "a"}},
            {"CognitoConfig": {"ClientId": "b"}},
            "CognitoConfig",
        ),
        ("AWS::SageMaker::Workteam", {"WorkteamName": "a"}, {"WorkteamName": "b"}, "WorkteamName"),
        ("Custom::OidcWorkforce", {"WorkforceName": "a"}, {"WorkforceName": "b"}, "WorkforceName"),
    ],
)
def test_a_property_that_can_t_be_changed_replaces_its_resource(
    type_: str, before: Mapping[str, Any], after: Mapping[str, Any], fixed: str
) -> None:
    change = _by_id(
        environment(Data={"It": resource(type_, **before)}),
        environment(Data={"It": resource(type_, **after)}),
    )["It"]

    assert (change.action, change.fixed) == ("replace", (fixed,))


@pytest.mark.parametrize(
    ("type_", "property_"),
    [
        ("AWS::S3::Bucket", "BucketEncryption"),
        ("AWS::KMS::Key", "PendingWindowInDays"),
        ("AWS::Cognito::UserPool", "MfaConfiguration"),
        ("AWS::SageMaker::Workforce", "SourceIpConfig"),
        ("AWS::SageMaker::Workteam", "Description"),
        ("Custom::OidcWorkforce", "Cidrs"),
        ("Custom::PortalLogin", "ClientId"),
        ("Example::Unknown::Type", "Name"),
    ],
)
def test_other_properties_are_changed_in_place(type_: str, property_: str) -> None:
    before = environment(Data={"It": resource(type_, **{property_: "a"})})
    after = environment(Data={"It": resource(type_, **{property_: "b"})})

    assert _actions(before, after) == {"It": "change"}


@pytest.mark.parametrize(
    ("type_", "property_"),
    [
        ("AWS::KMS::Key", "KeySpec"),
        ("AWS::Cognito::UserPool", "AliasAttributes"),
        ("AWS::Cognito::UserPool", "UsernameAttributes"),
        ("AWS::Cognito::UserPool", "UsernameConfiguration"),
    ],
)
def test_what_aws_takes_no_update_of_is_refused(type_: str, property_: str) -> None:
    before = environment(Data={"It": resource(type_, **{property_: "a"})})
    after = environment(Data={"It": resource(type_, **{property_: "b"})})

    assert _actions(before, after) == {"It": "refuse"}


def test_another_type_under_the_same_id_replaces() -> None:
    before = environment(Data={"It": resource("AWS::S3::Bucket")})
    after = environment(Data={"It": resource("AWS::KMS::Key")})

    assert _actions(before, after) == {"It": "replace"}


def test_another_pool_replaces_client_domain_and_workforce() -> None:
    before = environment(Workforce={"Pool": resource("AWS::Cognito::UserPool"), **_POOL})
    renamed = {
        name: _with(content, {"Ref": "Pool"}, {"Ref": "Pool2"}) for name, content in _POOL.items()
    }
    after = environment(Workforce={"Pool2": resource("AWS::Cognito::UserPool"), **renamed})

    assert _actions(before, after) == {
        "Pool": "delete",
        "Pool2": "create",
        "Client": "replace",
        "Domain": "replace",
        "Workforce": "replace",
    }


def test_a_replacement_goes_on_through_references() -> None:
    before = environment(Workforce={"Pool": resource("AWS::Cognito::UserPool"), **_POOL})
    client = resource("AWS::Cognito::UserPoolClient", UserPoolId={"Ref": "Pool"})
    after = environment(
        Workforce={"Pool": resource("AWS::Cognito::UserPool"), **_POOL, "Client": client}
    )

    assert _actions(before, after) == {"Client": "replace", "Workforce": "replace"}


_ACROSS = pytest.mark.parametrize(
    "reference",
    [
        {"Fn::GetStackOutput": {"StackName": "dev-Data", "OutputName": "Out"}},
        {"Fn::ImportValue": "dev-input"},
    ],
)


def _with_bucket(
    name: str, reference: Mapping[str, Any], of_job: Mapping[str, Any], **outputs: str
) -> AssembledEnvironment:
    """Return an environment with a job over a bucket of another stack."""
    value = {"Value": {"Ref": "Bucket"}, "Export": {"Name": "dev-input"}}
    return environment(
        outputs={
            "Data": {"Out": value},
            "Labeling": {key: {"Value": each} for key, each in outputs.items()},
        },
        Data={"Bucket": resource("AWS::S3::Bucket", BucketName=name)},
        Labeling={"Job": {**job(Input__Bucket=reference), **of_job}},
    )


@_ACROSS
def test_a_replacement_goes_on_into_a_stack_that_is_deployed_too(
    reference: Mapping[str, Any],
) -> None:
    before = _with_bucket("a", reference, {})
    after = _with_bucket("b", reference, {}, Another="output")

    assert _actions(before, after) == {"Bucket": "replace", "Job": "replace"}


@_ACROSS
@pytest.mark.parametrize("of_job", [{}, {"Metadata": {"aws:asset:path": "asset.a"}}])
def test_a_stack_that_the_command_skips_misses_what_is_replaced_in_another(
    reference: Mapping[str, Any], of_job: Mapping[str, Any]
) -> None:
    found = _by_id(_with_bucket("a", reference, {}), _with_bucket("b", reference, of_job))

    assert {name: each.action for name, each in found.items()} == {
        "Bucket": "replace",
        "Job": "miss",
    }
    assert is_new(found["Job"].new)


def test_other_tags_of_a_stack_update_it() -> None:
    before, after = (
        stack_of({"Resources": {}}, environment="dev", key="Data", tags=tags)
        for tags in ({"team": "a"}, {"team": "b"})
    )

    assert is_updated(before, after)
    assert not is_updated(before, before)


@pytest.mark.parametrize(
    "text",
    [
        {"Fn::Join": ["", ["s3://", {"Ref": "Bucket"}, "/a"]]},
        {"Fn::Sub": "s3://${Bucket}/a"},
        {"Fn::GetAtt": ["Bucket", "Arn"]},
        {"Fn::GetAtt": "Bucket.Arn"},
        {"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "Bucket"}]}]},
    ],
)
def test_a_reference_is_found_wherever_it_stands(text: Mapping[str, Any]) -> None:
    def with_bucket(name: str) -> AssembledEnvironment:
        topic = resource("AWS::SNS::Topic", TopicName=text)
        bucket = resource("AWS::S3::Bucket", BucketName=name)
        return environment(Data={"Bucket": bucket, "Topic": topic})

    assert _actions(with_bucket("a"), with_bucket("b"))["Topic"] == "replace"


def test_a_review_gets_a_new_run_when_the_job_that_it_reviews_gets_one() -> None:
    review = job("check", Input__ManifestUri={"Fn::GetAtt": ["Job", "OutputManifestUri"]})

    before = environment(Labeling={"Job": job(), "Review": review})
    after = environment(Labeling={"Job": job(Revision=2), "Review": review})

    assert _actions(before, after) == {"Job": "replace", "Review": "replace"}


@pytest.mark.parametrize(
    "content",
    [
        {"Revision": 2},
        {"Input__Prefix": "Other/"},
        {"Files__WorkerTemplate": "<p>Look twice.</p>"},
        {"Request__HumanTaskConfig__TaskTitle": "Odd?"},
    ],
)
def test_a_job_of_other_content_is_a_new_run(content: Mapping[str, Any]) -> None:
    before = environment(Labeling={"Job": job()})
    after = environment(Labeling={"Job": job(**content)})

    assert _actions(before, after) == {"Job": "replace"}


@pytest.mark.parametrize(
    "rest",
    [
        {"Tags": [{"Key": "a", "Value": "b"}]},
        {"OnChange": "fail"},
        {"StopOnDelete": False},
        {"Input__MaximumObjects": 50},
        {"ServiceTimeout": "600"},
    ],
)
def test_anything_else_of_a_job_is_changed_in_place(rest: Mapping[str, Any]) -> None:
    before = environment(Labeling={"Job": job()})
    after = environment(Labeling={"Job": job(**rest)})

    assert _actions(before, after) == {"Job": "change"}


@pytest.mark.parametrize("location", ["aws://unknown-account/eu-west-1", "aws://1/us-east-1"])
def test_another_place_is_another_stack_and_the_old_one_is_left_behind(location: str) -> None:
    resources = {"Bucket": resource("AWS::S3::Bucket")}

    found = changes(environment(Data=resources), environment(location=location, Data=resources))

    assert [change.action for change in found] == ["create", "leave"]


def test_a_deletion_keeps_what_was_deployed_to_be_retained() -> None:
    bucket = resource("AWS::S3::Bucket")
    retained = bucket | {"DeletionPolicy": "RetainExceptOnCreate"}

    (kept,) = changes(environment(Data={"It": retained}), environment(Data={}))
    (lost,) = changes(environment(Data={"It": bucket}), environment(Data={}))

    assert (kept.is_kept, lost.is_kept) == (True, False)


def _with(value: Any, old: Any, new: Any) -> Any:
    if value == old:
        return new
    if isinstance(value, dict):
        return {key: _with(item, old, new) for key, item in value.items()}
    return value
