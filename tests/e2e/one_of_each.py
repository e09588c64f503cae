"""A resource of each type that the stacks make, as small as can be, and a change of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NOTHING: Final = {"Statement": [{"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}]}
_NOTHING_AT_ALL: Final = {"Statement": [{"Effect": "Deny", "Action": "sts:*", "Resource": "*"}]}
_TRUST: Final = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": ["events.amazonaws.com", "lambda.amazonaws.com"]},
        }
    ]
}
#: CDK gives it to the function that empties buckets.
_MANAGED: Final = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
#: Code of a function that says yes to all that CloudFormation asks.
ANSWERING: Final = """
import json, urllib.request
def handler(event, context):
    same = ("StackId", "RequestId", "LogicalResourceId")
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "it"} | {key: event[key] for key in same}
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT")
    urllib.request.urlopen(request)
"""
_POOL: Final = {"UserPoolId": {"Ref": "Pool"}}
_TOPIC: Final = {"Ref": "Topic"}

#: By logical id: the type, the properties, what a change sets.
_ALL: Final[Mapping[str, tuple[str, dict[str, Any], dict[str, Any]]]] = {
    # Buckets are known by the names that CloudFormation makes of ids like this.
    "DataInputC289B3F3": (
        "AWS::S3::Bucket",
        {},
        {"VersioningConfiguration": {"Status": "Enabled"}},
    ),
    "BucketPolicy": (
        "AWS::S3::BucketPolicy",
        {"Bucket": {"Ref": "DataInputC289B3F3"}, "PolicyDocument": _NOTHING},
        {"PolicyDocument": _NOTHING_AT_ALL},
    ),
    "Key": ("AWS::KMS::Key", {}, {"Description": "changed"}),
    "Role": (
        "AWS::IAM::Role",
        {"AssumeRolePolicyDocument": _TRUST, "ManagedPolicyArns": [_MANAGED]},
        {"Description": "changed"},
    ),
    # Only a role of such a name is passed to EventBridge.
    "JobEventsRole": (
        "AWS::IAM::Role",
        {"AssumeRolePolicyDocument": _TRUST, "ManagedPolicyArns": [_MANAGED]},
        {},
    ),
    "Policy": (
        "AWS::IAM::ManagedPolicy",
        {"PolicyDocument": _NOTHING, "Roles": [{"Ref": "Role"}]},
        {"PolicyDocument": _NOTHING_AT_ALL},
    ),
    "Function": (
        "AWS::Lambda::Function",
        {
            "Code": {"ZipFile": ANSWERING},
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Runtime": "python3.14",
        },
        {"MemorySize": 256},
    ),
    "Invocation": (
        "AWS::Lambda::EventInvokeConfig",
        {"FunctionName": {"Ref": "Function"}, "Qualifier": "$LATEST", "MaximumRetryAttempts": 1},
        {"MaximumRetryAttempts": 2},
    ),
    "Permission": (
        "AWS::Lambda::Permission",
        {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Function"},
            "Principal": "events.amazonaws.com",
        },
        {"SourceArn": "arn:aws:events:us-east-1:000000000000:rule/ENVIRONMENT-Workforce-Round"},
    ),
    "Answer": ("Custom::Answer", {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}, {"New": 1}),
    "Logs": ("AWS::Logs::LogGroup", {"RetentionInDays": 30}, {"RetentionInDays": 60}),
    "Pool": ("AWS::Cognito::UserPool", {}, {"DeletionProtection": "INACTIVE"}),
    "Domain": (
        "AWS::Cognito::UserPoolDomain",
        {**_POOL, "Domain": "one-of-each"},
        {"ManagedLoginVersion": 2},
    ),
    "Client": (
        "AWS::Cognito::UserPoolClient",
        {**_POOL, "GenerateSecret": True},
        {"RefreshTokenValidity": 10},
    ),
    "Group": (
        "AWS::Cognito::UserPoolGroup",
        {**_POOL, "GroupName": "readers"},
        {"Description": "changed"},
    ),
    "Workforce": (
        "AWS::SageMaker::Workforce",
        {
            "WorkforceName": "ENVIRONMENT",
            "CognitoConfig": {"ClientId": {"Ref": "Client"}, "UserPool": {"Ref": "Pool"}},
        },
        {"SourceIpConfig": {"Cidrs": ["203.0.113.0/24"]}},
    ),
    "Team": (
        "AWS::SageMaker::Workteam",
        {
            "WorkforceName": "ENVIRONMENT",
            "WorkteamName": "ENVIRONMENT-readers",
            "Description": "Reads",
            "MemberDefinitions": [
                {
                    "CognitoMemberDefinition": {
                        "CognitoClientId": {"Ref": "Client"},
                        "CognitoUserGroup": {"Ref": "Group"},
                        "CognitoUserPool": {"Ref": "Pool"},
                    }
                }
            ],
        },
        {"Description": "changed"},
    ),
    "Sender": (
        "AWS::SES::EmailIdentity",
        {"EmailIdentity": "labeling@example.com"},
        {"Tags": [{"Key": "changed", "Value": "yes"}]},
    ),
    "Topic": ("AWS::SNS::Topic", {}, {"DisplayName": "changed"}),
    "TopicPolicy": (
        "AWS::SNS::TopicPolicy",
        {"PolicyDocument": _NOTHING, "Topics": [_TOPIC]},
        {"PolicyDocument": _NOTHING_AT_ALL},
    ),
    "Subscription": (
        "AWS::SNS::Subscription",
        {"Endpoint": "lead@example.com", "Protocol": "email", "TopicArn": _TOPIC},
        {"FilterPolicy": {"status": ["Failed"]}},
    ),
    "Queue": ("AWS::SQS::Queue", {}, {"VisibilityTimeout": 60}),
    "QueuePolicy": (
        "AWS::SQS::QueuePolicy",
        {"PolicyDocument": _NOTHING, "Queues": [{"Ref": "Queue"}]},
        {"PolicyDocument": _NOTHING_AT_ALL},
    ),
    "Rule": (
        "AWS::Events::Rule",
        {
            "EventPattern": {"source": ["aws.sagemaker"]},
            "Targets": [
                {
                    "Id": "Queue",
                    "Arn": {"Fn::GetAtt": ["Queue", "Arn"]},
                    "RoleArn": {"Fn::GetAtt": ["JobEventsRole", "Arn"]},
                }
            ],
        },
        {"Description": "changed"},
    ),
}
#: By service, the stack whose resources these are; all others are the jobs'.
_STACKS: Final = {
    **dict.fromkeys(("S3", "KMS", "SES"), "Data"),
    **dict.fromkeys(("Cognito", "SageMaker", "SNS"), "Workforce"),
}
#: What comes first although nothing refers to it. A topic's own first policy lets the account's
#: roles do much; ours, which takes its place, does not.
_AFTER: Final = {
    "Subscription": ["TopicPolicy"],
    "Team": ["Workforce"],
    "Workforce": ["Domain"],
}


def stack_of(kind: str) -> str:
    """Return the stack of an environment that resources of a type are in."""
    return _STACKS.get(kind.split("::")[1] if kind.startswith("AWS::") else "", "Labeling")


def resources(
    kind: str, *, environment: str, boundary: str, key_policy: Any, changed: bool = False
) -> dict[str, Any]:
    """Return a template's resources: the one of a type, and all that it refers to."""
    wanted = next(name for name, each in _ALL.items() if each[0] == kind)
    found: dict[str, Any] = {}
    ahead = [wanted]
    while ahead:
        name = ahead.pop()
        type_, properties, change = _ALL[name]
        properties = {**properties, **(change if changed and name == wanted else {})}
        if type_ == "AWS::IAM::Role":
            properties["PermissionsBoundary"] = boundary
        if type_ == "AWS::KMS::Key":
            properties["KeyPolicy"] = key_policy
        found[name] = {
            "Type": type_,
            "Properties": _filled(properties, environment),
            "DependsOn": _AFTER.get(name, []),
        }
        ahead += [
            each for each in (*_referred(properties), *_AFTER.get(name, [])) if each not in found
        ]
    return found


def _filled(value: Any, environment: str) -> Any:
    if isinstance(value, str):
        return value.replace("ENVIRONMENT", environment)
    if isinstance(value, list):
        return [_filled(each, environment) for each in value]
    if isinstance(value, Mapping):
        return {key: _filled(each, environment) for key, each in value.items()}
    return value


def _referred(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for each in value for name in _referred(each)]
    if not isinstance(value, Mapping):
        return []
    if "Ref" in value:
        return [value["Ref"]]
    if "Fn::GetAtt" in value:
        return [value["Fn::GetAtt"][0]]
    return [name for each in value.values() for name in _referred(each)]
