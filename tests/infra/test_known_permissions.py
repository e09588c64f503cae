"""IAM knows what is in our policies: each action, what it takes, and the conditions it may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

import pytest
import yaml

from cli.aws.policy_documents import Place, documents
from tests.infra.authorization import dependent, is_known, listed, problems
from tests.infra.deployment_permissions import OF_NO_SCHEMA, PERMISSIONS
from tests.infra.synthesis import ROOT

_UNKNOWN: Final = "IAM knows no such action."
_SNAPSHOTS: Final = ROOT / "tests" / "data" / "snapshots"
_ENVIRONMENTS: Final = sorted(folder.name for folder in _SNAPSHOTS.iterdir())
_HERE: Final = "us-east-1:111122223333"
#: What stands for a resource's name, or for what CloudFormation makes of a reference.
_NAME: Final = "dev-Any"
#: What `Ref` and `Fn::GetAtt` give for a resource of a type.
_ARNS: Final = {
    "AWS::IAM::Role": f"arn:aws:iam::111122223333:role/{_NAME}",
    "AWS::KMS::Key": f"arn:aws:kms:{_HERE}:key/{_NAME}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{_HERE}:function:{_NAME}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{_HERE}:log-group:{_NAME}:*",
    "AWS::S3::Bucket": f"arn:aws:s3:::{_NAME}",
    "AWS::SNS::Topic": f"arn:aws:sns:{_HERE}:{_NAME}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_HERE}:{_NAME}",
    # Of a pool the id stands in an ARN.
    "AWS::Cognito::UserPool": _NAME,
    "AWS::CloudFormation::Stack": f"arn:aws:cloudformation:{_HERE}:stack/{_NAME}/{_NAME}",
}
#: A resource's own policy, and whether what it is about stands in it.
_OWN_POLICIES: Final = {
    "AWS::IAM::Role": ("AssumeRolePolicyDocument", False),
    "AWS::KMS::Key": ("KeyPolicy", False),
    "AWS::S3::BucketPolicy": ("PolicyDocument", True),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", True),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", True),
}
_HASH: Final = re.compile(r"[0-9A-F]{8}$")
#: How a text of our file or of a template has what is known only when it is deployed.
_PLACEHOLDER: Final = re.compile(r"\$\{([^}]+)\}|<([^>]+)>")


@dataclass(frozen=True, kw_only=True)
class _Exception:
    """What is in our policies although IAM's reference says otherwise."""

    #: Their names, or patterns of them.
    actions: tuple[str, ...]
    #: A regular expression.
    problem: str
    reason: str


_EXCEPTIONS: Final = (
    _Exception(
        actions=("sagemaker:*Workteam", "sagemaker:*Tags"),
        problem=r"does not take arn:.*:workteam/private-crowd/.*",
        reason="The ARNs of private teams have it, in AWS's guide and in what it answers.",
    ),
    _Exception(
        actions=("sagemaker:*Tags",),
        problem=r"does not take arn:.*:workforce/.*",
        reason="CloudFormation's handlers declare them for workforces, and earlier ones have tags.",
    ),
    _Exception(
        actions=("ec2:CreateVpcEndpoint", "ec2:DeleteVpcEndpoints", "ec2:ModifyVpcEndpoint"),
        problem=r"does not take \*",
        reason="The endpoint gets its id when Ground Truth makes it; the file names the network.",
    ),
    _Exception(
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        problem=r"does not take arn:.*:log-group:/aws/sagemaker/LabelingJobs",
        reason="The page on execution roles names four actions for the group and its streams.",
    ),
    _Exception(
        actions=("s3:DeleteObject*", "s3:GetBucket*", "s3:PutBucketPolicy"),
        problem=r"does not take arn:aws:s3:::dev-Any(/\*)?",
        reason="CDK's own statement for what empties buckets is about a bucket and its objects.",
    ),
    _Exception(
        actions=("kms:DescribeKey",),
        problem=r"does not have kms:EncryptionContext:aws:logs:arn \(ArnLike\)",
        reason="CloudWatch Logs' guide writes all five actions under the condition on its groups.",
    ),
    _Exception(
        actions=("sagemaker:CreateLabelingJob",),
        problem=r"does not take \*",
        reason="It is denied wherever a job would be for another than a private team.",
    ),
)

#: An action of bootstrap/policies.yaml, and one that IAM may ask for beside it.
_NOT_NEEDED: Final = {
    ("cloudformation:DescribeStacks", "cloudformation:ListStacks"): "a stack is always named",
    ("ec2:CreateVpcEndpoint", "ec2:CreateTags"): "not declared; docs/unverified.md has it",
    ("ec2:CreateVpcEndpoint", "route53:AssociateVPCWithHostedZone"): "the same",
    ("lambda:CreateFunction", "lambda:PassCapacityProvider"): "no function has a provider",
}

Statement = Mapping[str, Any]


def _ours() -> Iterator[Statement]:
    """Yield the statements of bootstrap/policies.yaml, with one of each that a file may name."""
    parameters: dict[str, str | list[str]] = {
        "Environment": "dev",
        # Of a bucket and of what is in it.
        "Buckets": ["arn:aws:s3:::letters*"],
        "Keys": [_ARNS["AWS::KMS::Key"]],
        "UserPools": [f"arn:aws:cognito-idp:{_HERE}:userpool/{_NAME}"],
        "Secrets": [f"arn:aws:secretsmanager:{_HERE}:secret:{_NAME}"],
        "Functions": [_ARNS["AWS::Lambda::Function"]],
    }
    place = Place(account="111122223333", region="us-east-1")
    for statements in documents(parameters, place).values():
        yield from (_filled(statement, {}) for statement in statements)


@cache
def _of(environment: str) -> tuple[Statement, ...]:
    """Return the statements of all policies in an environment's templates."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    stacks = [
        yaml.load(file.read_text(encoding="utf-8"), Loader=loader)["Resources"]  # noqa: S506  # safe
        for file in sorted((_SNAPSHOTS / environment).iterdir())
    ]
    types = {
        _HASH.sub("", name): resource["Type"]
        for stack in stacks
        for name, resource in stack.items()
    }
    types["AWS::StackId"] = "AWS::CloudFormation::Stack"
    return tuple(
        _filled(statement, types)
        for stack in stacks
        for resource in stack.values()
        for statement in _statements(resource)
    )


def _statements(resource: Mapping[str, Any]) -> Iterator[Statement]:
    properties, type_ = resource.get("Properties", {}), resource["Type"]
    if type_ == "AWS::IAM::ManagedPolicy":
        yield from properties["PolicyDocument"]["Statement"]
    if type_ in _OWN_POLICIES:
        member, names_it = _OWN_POLICIES[type_]
        for statement in properties[member]["Statement"]:
            without = {key: value for key, value in statement.items() if key != "Resource"}
            yield statement if names_it else without


def _filled(statement: Statement, types: Mapping[str, str]) -> Statement:
    if "Resource" not in statement:
        return statement
    resources = [_arn(each, types) for each in listed(statement["Resource"])]
    return {**statement, "Resource": resources}


def _arn(text: str, types: Mapping[str, str]) -> str:
    """Return a text with something in the place of each reference, such as `<DataInput.Arn>`."""

    def known(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        parameters = {"AWS::Partition": "aws", "AWS::Region": "us-east-1"}
        if name in types:
            return _ARNS[types[name]]
        return _ARNS.get(types.get(name.removesuffix(".Arn"), ""), parameters.get(name, _NAME))

    return _PLACEHOLDER.sub(known, text)


def _unexplained(statements: Iterator[Statement] | tuple[Statement, ...]) -> list[str]:
    return sorted(
        {
            f"{action} {problem}"
            for statement in statements
            for action, problem in problems(statement)
            if not any(_covers(each, action, problem) for each in _EXCEPTIONS)
        }
    )


def _covers(exception: _Exception, action: str, problem: str) -> bool:
    return re.fullmatch(exception.problem, problem) is not None and any(
        fnmatchcase(action, each) for each in exception.actions
    )


def test_all_of_the_policies_that_an_administrator_deploys_is_known() -> None:
    assert _unexplained(_ours()) == []


@pytest.mark.parametrize("environment", _ENVIRONMENTS)
def test_all_of_an_environment_s_policies_is_known(environment: str) -> None:
    assert len(_of(environment)) > 30
    assert _unexplained(_of(environment)) == []


@pytest.mark.parametrize("exception", _EXCEPTIONS, ids=lambda each: str(each.actions[0]))
def test_each_exception_is_one_and_has_a_reason(exception: _Exception) -> None:
    everything = [*_ours(), *(each for name in _ENVIRONMENTS for each in _of(name))]

    assert any(
        _covers(exception, *problem) for statement in everything for problem in problems(statement)
    )
    assert len(exception.reason.split()) > 8


def test_what_our_actions_depend_on_is_allowed_beside_them_or_not_needed_for_a_reason() -> None:
    statements = list(_ours())
    allowed = {action for each in statements for action in listed(each["Action"])}

    needed = {
        (action, each) for action in allowed for each in dependent(action) if each not in allowed
    }

    assert needed == _NOT_NEEDED.keys()


def test_actions_are_left_out_as_unknown_that_iam_does_not_know_and_no_others() -> None:
    groups = [
        (action, group.get("because") == _UNKNOWN)
        for name, entry in PERMISSIONS["types"].items()
        if name not in OF_NO_SCHEMA
        for group in entry.get("left out", ())
        for action in group["actions"]
    ]

    assert [action for action, is_unknown in groups if is_unknown == is_known(action)] == []


_ALLOWED: Final = {
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::dev-data-1/labels/*",
    "Condition": {"StringEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"Action": "s3:PutObjects"}, ("s3:PutObjects", "is no action")),
        ({"Action": "s4:PutObject"}, ("s4:PutObject", "is no action")),
        (
            {"Action": ["s3:PutObject", "sns:Publish"]},
            ("sns:Publish", "does not take arn:aws:s3:::dev-data-1/labels/*"),
        ),
        (
            {"Resource": "arn:aws:s3:::dev-data-1"},
            ("s3:PutObject", "does not take arn:aws:s3:::dev-data-1"),
        ),
        ({"Resource": "*"}, ("s3:PutObject", "does not take *")),
        (
            {"Condition": {"StringLike": {"s3:prefix": "labels/*"}}},
            ("s3:PutObject", "does not have s3:prefix (StringLike)"),
        ),
        (
            {"Condition": {"Bool": {"aws:SecureTransports": "true"}}},
            ("s3:PutObject", "does not have aws:SecureTransports (Bool)"),
        ),
    ],
)
def test_what_iam_does_not_know_is_named(
    change: Mapping[str, Any], problem: tuple[str, str]
) -> None:
    assert list(problems(_ALLOWED)) == []

    found = list(problems({**_ALLOWED, **change}))

    assert problem in found
    assert {action for action, _ in found} == {problem[0]}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::*"),
        ("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/sagemaker/LabelingJobs*"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/service-role/any"),
        ("cloudformation:DescribeStacks", "arn:aws:cloudformation:*:*:stack/dev-*"),
    ],
)
def test_a_pattern_may_be_wider_than_a_resource(action: str, resource: str) -> None:
    assert list(problems({"Action": action, "Resource": resource})) == []
