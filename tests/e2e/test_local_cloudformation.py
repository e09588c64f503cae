"""The CloudFormation types that local AWS adds to MiniStack, and what it corrects there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError

from local.aws import LocalAws
from tests.e2e.one_of_each import ANSWERING
from tests.e2e.stacks import delete, deploy, reasons


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws(tmp_path_factory.mktemp("local-aws")) as local:
        yield local


def _template(*, description: str = "Reads numbers", team: str = "readers") -> dict[str, Any]:
    member = {
        "CognitoUserPool": {"Ref": "Pool"},
        "CognitoClientId": {"Ref": "Client"},
        "CognitoUserGroup": {"Ref": "Group"},
    }
    user = {"UserPoolId": {"Ref": "Pool"}, "Username": "ana@example.com"}
    email = [{"Name": "email", "Value": "ana@example.com"}]
    resources = {
        "Pool": ("AWS::Cognito::UserPool", {"UsernameAttributes": ["email"]}),
        "Client": (
            "AWS::Cognito::UserPoolClient",
            {"UserPoolId": {"Ref": "Pool"}, "GenerateSecret": True},
        ),
        "Domain": (
            "AWS::Cognito::UserPoolDomain",
            {"UserPoolId": {"Ref": "Pool"}, "Domain": "numbers"},
        ),
        "Group": (
            "AWS::Cognito::UserPoolGroup",
            {"UserPoolId": {"Ref": "Pool"}, "GroupName": "readers"},
        ),
        "User": (
            "AWS::Cognito::UserPoolUser",
            {**user, "UserAttributes": email, "MessageAction": "SUPPRESS"},
        ),
        "Member": (
            "AWS::Cognito::UserPoolUserToGroupAttachment",
            {**user, "Username": {"Ref": "User"}, "GroupName": {"Ref": "Group"}},
        ),
        "Workforce": (
            "AWS::SageMaker::Workforce",
            {
                "WorkforceName": "default",
                "CognitoConfig": {"UserPool": {"Ref": "Pool"}, "ClientId": {"Ref": "Client"}},
            },
        ),
        "Team": (
            "AWS::SageMaker::Workteam",
            {
                "WorkteamName": team,
                "WorkforceName": "default",
                "Description": description,
                "MemberDefinitions": [{"CognitoMemberDefinition": member}],
                "Tags": [{"Key": "purpose", "Value": "test"}],
            },
        ),
    }
    outputs = {
        "Portal": {"Fn::GetAtt": ["Workforce", "SubDomain"]},
        "TeamArn": {"Fn::GetAtt": ["Team", "WorkteamArn"]},
        "TeamRef": {"Ref": "Team"},
    }
    template: dict[str, Any] = {
        "Resources": {
            name: {"Type": kind, "Properties": p} for name, (kind, p) in resources.items()
        },
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    template["Resources"]["Workforce"]["DependsOn"] = "Domain"
    template["Resources"]["Team"]["DependsOn"] = ["Workforce", "Group"]
    return template


def test_the_answer_about_a_stack_comes_when_it_is_done(aws: LocalAws) -> None:
    formation = aws.client("cloudformation")
    resources = {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Nobody": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1"},
        },
    }
    formation.create_stack(StackName="slow", TemplateBody=json.dumps({"Resources": resources}))

    among_all = {
        stack["StackName"]: stack["StackStatus"] for stack in formation.describe_stacks()["Stacks"]
    }
    (asked_for,) = formation.describe_stacks(StackName="slow")["Stacks"]

    assert among_all["slow"] == "CREATE_IN_PROGRESS"
    assert asked_for["StackStatus"] == "ROLLBACK_COMPLETE"
    delete(aws, "slow")


def test_a_workforce_and_its_team_are_made_changed_replaced_and_deleted(aws: LocalAws) -> None:
    sagemaker = aws.client("sagemaker")

    made = deploy(aws, "people", _template())
    arn = "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/readers"
    assert (made["TeamArn"], made["TeamRef"]) == (arn, arn)
    workforce = sagemaker.describe_workforce(WorkforceName="default")["Workforce"]
    assert made["Portal"] == workforce["SubDomain"]
    tags = {each["Key"]: each["Value"] for each in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
    # A team's schema has no tags of CloudFormation's own.
    assert tags == {"purpose": "test"}

    changed = deploy(aws, "people", _template(description="Reads many numbers"))
    assert changed == made
    team = sagemaker.describe_workteam(WorkteamName="readers")["Workteam"]
    assert team["Description"] == "Reads many numbers"

    replaced = deploy(aws, "people", _template(team="other-readers"))
    assert replaced["TeamArn"].endswith("/other-readers")
    names = [each["WorkteamName"] for each in sagemaker.list_workteams()["Workteams"]]
    assert names == ["other-readers"]

    delete(aws, "people")
    assert sagemaker.list_workteams()["Workteams"] == []
    assert sagemaker.list_workforces()["Workforces"] == []
    assert aws.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"] == []


def test_a_workforce_with_another_name_is_made_after_the_old_one_is_gone(aws: LocalAws) -> None:
    template = _template()
    del (
        template["Resources"]["Team"],
        template["Outputs"]["TeamArn"],
        template["Outputs"]["TeamRef"],
    )
    first = deploy(aws, "renamed", template)

    template["Resources"]["Workforce"]["Properties"]["WorkforceName"] = "other"
    second = deploy(aws, "renamed", template)

    workforces = aws.client("sagemaker").list_workforces()["Workforces"]
    assert [each["WorkforceName"] for each in workforces] == ["other"]
    assert first["Portal"] != second["Portal"]
    delete(aws, "renamed")


def test_users_of_a_template_exist_and_are_in_their_group(aws: LocalAws) -> None:
    deploy(aws, "users", _template())
    cognito = aws.client("cognito-idp")
    pool = cognito.list_user_pools(MaxResults=10)["UserPools"][0]["Id"]

    users = cognito.list_users_in_group(UserPoolId=pool, GroupName="readers")["Users"]

    attributes = {each["Name"]: each["Value"] for each in users[0]["Attributes"]}
    assert attributes["email"] == "ana@example.com"
    delete(aws, "users")


def test_a_team_of_a_group_that_does_not_exist_rolls_the_stack_back(aws: LocalAws) -> None:
    template = _template()
    properties = template["Resources"]["Team"]["Properties"]
    properties["MemberDefinitions"][0]["CognitoMemberDefinition"]["CognitoUserGroup"] = "nobody"

    with pytest.raises(WaiterError):
        deploy(aws, "broken", template)

    assert any("has no user group nobody" in each for each in reasons(aws, "broken"))
    assert aws.client("sagemaker").list_workforces()["Workforces"] == []


def test_what_is_changed_by_hand_is_found_by_what_the_template_names(aws: LocalAws) -> None:
    deploy(aws, "drift", _template())
    sagemaker, cognito = aws.client("sagemaker"), aws.client("cognito-idp")
    compared = ("Pool", "Client", "Domain", "Group", "Workforce", "Team")
    before = _drifts(aws, "drift")

    sagemaker.update_workteam(WorkteamName="readers", Description="Reads nothing")
    # The template does not say from where the portal opens.
    sagemaker.update_workforce(
        WorkforceName="default", SourceIpConfig={"Cidrs": ["203.0.113.0/24"]}
    )
    (pool,) = cognito.list_user_pools(MaxResults=10)["UserPools"]
    cognito.delete_user_pool_domain(UserPoolId=pool["Id"], Domain="numbers")
    after = _drifts(aws, "drift")

    assert before == {name: ("IN_SYNC", []) for name in compared}
    assert after == {
        **before,
        "Team": ("MODIFIED", [("/Description", "Reads numbers", "Reads nothing")]),
        "Domain": ("DELETED", []),
    }
    delete(aws, "drift")


def _drifts(aws: LocalAws, stack: str) -> dict[str, tuple[str, list[tuple[str, str, str]]]]:
    """Return what CloudFormation has compared, by name: the status, and what differs."""
    formation = aws.client("cloudformation")
    formation.detect_stack_drift(StackName=stack)
    found = formation.describe_stack_resource_drifts(StackName=stack)["StackResourceDrifts"]
    return {
        each["LogicalResourceId"]: (
            each["StackResourceDriftStatus"],
            [
                (one["PropertyPath"], one["ExpectedValue"], one["ActualValue"])
                for one in each.get("PropertyDifferences", ())
            ],
        )
        for each in found
    }


@pytest.mark.parametrize("kind", ["Custom::Answer", "AWS::CloudFormation::CustomResource"])
def test_a_custom_resource_keeps_its_service_token(aws: LocalAws, kind: str) -> None:
    deploy(aws, "answers", _answers(kind, of="One"))

    with pytest.raises(WaiterError):
        deploy(aws, "answers", _answers(kind, of="Other", Number="2"))

    (stack,) = aws.client("cloudformation").describe_stacks(StackName="answers")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert _failures(aws, "answers", "Answer") == [
        ("UPDATE_FAILED", "Modifying service token is not allowed.")
    ]
    assert "The other one was asked" not in reasons(aws, "answers")
    # The rollback has left it as it was.
    deploy(aws, "answers", _answers(kind, of="One", Number="3"))
    delete(aws, "answers")


def _answers(kind: str, *, of: str, **properties: str) -> dict[str, Any]:
    """Return a custom resource of one of two functions, the other of which always refuses."""
    refusing = ANSWERING.replace('"SUCCESS"', '"FAILED", "Reason": "The other one was asked"')
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    role = {"AssumeRolePolicyDocument": {"Statement": [trust]}}
    function = {
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.14",
    }
    token = {"Fn::GetAtt": [of, "Arn"]}
    resources: dict[str, tuple[str, dict[str, Any]]] = {
        "Role": ("AWS::IAM::Role", role),
        "One": ("AWS::Lambda::Function", {**function, "Code": {"ZipFile": ANSWERING}}),
        "Other": ("AWS::Lambda::Function", {**function, "Code": {"ZipFile": refusing}}),
        "Answer": (kind, {"ServiceToken": token, **properties}),
    }
    return {
        "Resources": {
            name: {"Type": each, "Properties": content}
            for name, (each, content) in resources.items()
        }
    }


def _failures(aws: LocalAws, stack: str, logical_id: str) -> list[tuple[str, str]]:
    """Return the status and the reason of each failure of a resource."""
    events = aws.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return [
        (each["ResourceStatus"], each["ResourceStatusReason"])
        for each in events
        if each["LogicalResourceId"] == logical_id and each["ResourceStatus"].endswith("_FAILED")
    ]


def test_an_output_of_another_stack_is_read_anew_with_each_update(aws: LocalAws) -> None:
    deploy(aws, "producer", _topic("one"))
    reader = {"StackName": "producer", "OutputName": "Topic"}
    first = deploy(aws, "consumer", _reading(reader))

    deploy(aws, "producer", _topic("other"))
    again = deploy(aws, "consumer", _reading(reader, Another="output"))

    assert first["Value"].endswith(":one")
    assert again["Value"].endswith(":other")
    parameter = aws.client("ssm").get_parameter(Name="reads-an-output")["Parameter"]
    assert parameter["Value"] == f"topic {again['Value']}"
    delete(aws, "consumer")
    delete(aws, "producer")


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ({"OutputName": "Other"}, "Output 'Other' not found in stack 'lasting'"),
        ({"StackName": "never-there"}, "not found in stack 'never-there'"),
        ({"StackName": "deleted"}, "Stack 'deleted' does not exist"),
        ({"Region": "eu-west-1"}, "not found in stack 'lasting'"),
        ({"RoleArn": "arn:aws:iam::000000000000:role/reader"}, "has no RoleArn"),
    ],
    ids=["output", "stack", "deleted stack", "stack of another Region", "role"],
)
def test_an_output_that_is_not_there_fails_the_deployment(
    aws: LocalAws, reference: dict[str, str], why: str
) -> None:
    deploy(aws, "deleted", _topic("deleted"))
    delete(aws, "deleted")
    deploy(aws, "lasting", _topic("lasting"))

    with pytest.raises(WaiterError):
        deploy(
            aws, "reader", _reading({"StackName": "lasting", "OutputName": "Topic", **reference})
        )

    assert any(why in each for each in reasons(aws, "reader"))
    delete(aws, "reader")
    delete(aws, "lasting")


def _topic(name: str) -> dict[str, Any]:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}
    return {"Resources": {"Topic": topic}, "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}}}


def _reading(reference: dict[str, str], **outputs: str) -> dict[str, Any]:
    """Return a parameter and an output that read another stack's output."""
    found = {"Fn::GetStackOutput": reference}
    value = {"Fn::Join": ["", ["topic ", found]]}
    properties = {"Name": "reads-an-output", "Type": "String", "Value": value}
    values: dict[str, Any] = {"Value": found, **outputs}
    return {
        "Resources": {"Reader": {"Type": "AWS::SSM::Parameter", "Properties": properties}},
        "Outputs": {name: {"Value": each} for name, each in values.items()},
    }


def test_a_bucket_has_the_tags_and_the_encryption_of_its_template(aws: LocalAws) -> None:
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": _key_policy()}}
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}
    rule = {"ServerSideEncryptionByDefault": encryption}
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": "tagged",
            "Tags": [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}],
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]},
        },
    }

    deploy(aws, "data", {"Resources": {"Key": key, "Bucket": bucket}})

    tags = aws.client("s3").get_bucket_tagging(Bucket="tagged")["TagSet"]
    assert {"Key": "aws-cdk:auto-delete-objects", "Value": "true"} in tags
    put = aws.client("s3").put_object(Bucket="tagged", Key="a", Body=b"")
    assert put["ServerSideEncryption"] == "aws:kms"
    aws.client("s3").delete_object(Bucket="tagged", Key="a")
    delete(aws, "data")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        aws.client("s3").get_bucket_tagging(Bucket="tagged")


@pytest.mark.parametrize(
    ("ask", "action"),
    [
        (lambda s3: s3.get_object(Bucket="locked", Key="a"), "kms:Decrypt"),
        (lambda s3: s3.put_object(Bucket="locked", Key="a", Body=b""), "kms:GenerateDataKey"),
        (lambda s3: s3.create_multipart_upload(Bucket="locked", Key="a"), "kms:GenerateDataKey"),
    ],
    ids=["read", "write", "write in parts"],
)
def test_an_encrypted_object_asks_for_its_key(
    locked: tuple[LocalAws, str], ask: Callable[[Any], object], action: str
) -> None:
    aws, key = locked
    s3, iam = _as_role(aws, "worker"), aws.client("iam")

    iam.put_role_policy(
        RoleName="worker", PolicyName="s3", PolicyDocument=_allow("s3:*", "arn:aws:s3:::locked/*")
    )
    with pytest.raises(ClientError, match=f"not authorized to perform: {action}"):
        ask(s3)

    iam.put_role_policy(RoleName="worker", PolicyName="kms", PolicyDocument=_allow(["kms:*"], key))
    ask(s3)
    iam.delete_role_policy(RoleName="worker", PolicyName="kms")


@pytest.fixture(scope="module")
def locked(aws: LocalAws) -> tuple[LocalAws, str]:
    """Give a bucket with an object under a key, and a role that may do nothing."""
    key: str = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    }
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="locked")
    s3.put_bucket_encryption(Bucket="locked", ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket="locked", Key="a", Body=b"")
    root = {"AWS": f"arn:aws:iam::{aws.account}:root"}
    trust = {"Statement": [{"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}]}
    aws.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))
    return aws, key


def _as_role(aws: LocalAws, name: str) -> Any:
    role = f"arn:aws:iam::{aws.account}:role/{name}"
    found = aws.client("sts").assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    return boto3.client(
        "s3",
        region_name=aws.region,
        endpoint_url=aws.endpoint,
        verify=str(aws.ca_bundle),
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )


def _allow(actions: str | list[str], resource: str) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_topic_has_the_key_of_its_template(aws: LocalAws) -> None:
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": _key_policy()}}
    topic = {
        "Type": "AWS::SNS::Topic",
        "Properties": {"KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
    }
    outputs = {"Topic": {"Value": {"Ref": "Topic"}}, "Key": {"Value": {"Ref": "Key"}}}

    made = deploy(aws, "topics", {"Resources": {"Key": key, "Topic": topic}, "Outputs": outputs})

    attributes = aws.client("sns").get_topic_attributes(TopicArn=made["Topic"])["Attributes"]
    assert attributes["KmsMasterKeyId"].endswith(f"/{made['Key']}")
    topic["Properties"] = {}
    deploy(aws, "topics", {"Resources": {"Key": key, "Topic": topic}, "Outputs": outputs})
    attributes = aws.client("sns").get_topic_attributes(TopicArn=made["Topic"])["Attributes"]
    assert "KmsMasterKeyId" not in attributes
    delete(aws, "topics")


def _key_policy() -> dict[str, Any]:
    root = {"AWS": "arn:aws:iam::000000000000:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
