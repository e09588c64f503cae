"""An account and a computer as the doctor meets them, right or with something wrong.

Every call is answered from a table, and botocore holds request and answer against AWS's own model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import boto3
from botocore import xform_name
from botocore.stub import Stubber

from cli.doctor.computer import Computer

ACCOUNT: Final = "111122223333"
REGION: Final = "eu-central-1"
KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FILE: Final = f"""\
region: {REGION}
account: "{ACCOUNT}"
protected: false
workforce:
  create:
    organization: Example Labs
    support_email: labeling@example.com
    email_from: sender@example.com
  teams:
    readers: {{description: Reads, workers: [ana@example.com]}}
jobs:
  streets:
    task: semantic-segmentation
    input: s3://pictures/Streets/
    labels: [Road, Building]
    title: Colour the street
    description: Colour roads and buildings.
    instructions: {{short: Colour all of it.}}
    team: readers
    output_key: {KEY}
  mood:
    task: text-classification
    input: s3://letters/2026/
    labels: [Good, Bad]
    title: Good or bad?
    description: Say how it sounds.
    instructions: {{short: Read it.}}
    team: readers
"""


#: What the policies of that file are deployed with.
PARAMETERS: Final = {
    "Environment": "dev",
    "Buckets": "arn:aws:s3:::letters,arn:aws:s3:::letters/*,arn:aws:s3:::pictures,"
    "arn:aws:s3:::pictures/*",
    "Keys": KEY,
}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An error of AWS's."""

    code: str
    message: str = ""


def allowed(parameters: Mapping[str, Any], *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what IAM's simulation answers for a role that may do all, but some."""
    return {
        "EvaluationResults": [
            {
                "EvalActionName": action,
                "EvalDecision": "implicitDeny" if action in but else "allowed",
            }
            for action in parameters["ActionNames"]
        ],
        "IsTruncated": False,
    }


def stack_of(name: str, **outputs: str) -> dict[str, Any]:
    """Return what CloudFormation says of a stack with these outputs."""
    return {
        "StackName": name,
        "CreationTime": "2026-01-01",
        "StackStatus": "CREATE_COMPLETE",
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()
        ],
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
    }


#: Service and operation → the answer, what makes one of the parameters, or what is raised.
RIGHT: Final[Mapping[str, Any]] = {
    "sts:GetCallerIdentity": {
        "Account": ACCOUNT,
        # A session of IAM Identity Center is called by its person's address.
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/ana@example.com",
        "UserId": "AROAEXAMPLE:ana@example.com",
    },
    "cloudformation:DescribeStacks": lambda parameters: {
        "Stacks": [stack_of(parameters["StackName"], Version="9")]
    },
    # Nothing is deployed yet.
    "cloudformation:DescribeStackResources": Refusal(code="ValidationError"),
    "ssm:GetParameter": {"Parameter": {"Value": "30"}},
    "sagemaker:ListLabelingJobs": {"LabelingJobSummaryList": []},
    "sagemaker:ListWorkforces": {"Workforces": []},
    "sagemaker:ListWorkteams": {"Workteams": []},
    "cognito-idp:DescribeUserPool": {"UserPool": {}},
    "service-quotas:GetServiceQuota": {"Quota": {"Value": 20.0}},
    "iam:SimulatePrincipalPolicy": allowed,
    "iam:GetRole": {
        "Role": {
            "Path": "/aws-service-role/email.cognito-idp.amazonaws.com/",
            "RoleName": "AWSServiceRoleForAmazonCognitoIdpEmailService",
            "RoleId": "AROAEXAMPLEAROAEXAMPLE",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/x",
            "CreateDate": "2026-01-01",
        }
    },
    "sesv2:GetEmailIdentity": {"VerifiedForSendingStatus": True},
    "sesv2:GetAccount": {"SendingEnabled": True, "ProductionAccessEnabled": True},
    "s3:HeadBucket": {"BucketRegion": REGION},
    "s3:GetBucketCors": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
    "s3:GetBucketEncryption": {
        "ServerSideEncryptionConfiguration": {
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": KEY,
                    }
                }
            ]
        }
    },
    "kms:DescribeKey": {"KeyMetadata": {"KeyId": KEY, "KeyState": "Enabled"}},
}


@dataclass(kw_only=True)
class Aws:
    """Returns clients, as boto3 does; `calls` has what they were asked for."""

    answers: Mapping[str, Any]
    calls: list[str] = field(default_factory=list)

    def __call__(self, service: str) -> Any:
        """Return a client that answers from the table, until another account's is asked for."""
        client, accounts = _client(service)
        accounts[:] = [self]
        return client

    def answer(self, call: str, parameters: Mapping[str, Any]) -> Any:
        """Return the answer to a call, or raise it."""
        self.calls.append(call)
        found = self.answers[call]
        if callable(found):
            found = found(parameters)
        if isinstance(found, Exception):
            raise found
        return found


@cache
def _client(service: str) -> tuple[Any, list[Aws]]:
    """Return a client, which is slow to make, and the account that it asks."""
    untyped: Any = boto3
    client = untyped.client(
        service,
        region_name=REGION,
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106  # no secret
    )
    stubber, accounts = Stubber(client), list[Aws]()

    def prepare(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        answer = accounts[0].answer(f"{service}:{model.name}", params)
        if isinstance(answer, Refusal):
            stubber.add_client_error(xform_name(model.name), answer.code, answer.message)
        else:
            stubber.add_response(xform_name(model.name), answer)

    # Before the stubber, which looks for its answer.
    client.meta.events.register_first("before-parameter-build.*.*", prepare)
    stubber.activate()
    return client, accounts


def computer(folder: Path, **changes: Any) -> Computer:
    """Return a computer on which all is right, or which differs as told."""
    node_modules = folder / "node_modules" / "aws-cdk"
    node_modules.mkdir(parents=True, exist_ok=True)
    (folder / "requirements.txt").write_text(
        "boto3==1.43.106 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\n"
        "colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:2\n"
        "pyyaml==6.0.3 \\\n    --hash=sha256:3\n"
    )
    (folder / "package.json").write_text(json.dumps({"dependencies": {"aws-cdk": "2.1148.1"}}))
    version = changes.pop("cdk", "2.1148.1")
    (node_modules / "package.json").write_text(json.dumps({"version": version}))
    right: dict[str, Any] = {
        "variables": {},
        "python": "3.11.9",
        "node": "v24.1.0",
        "installation": folder,
        "packages": {"boto3": "1.43.106", "pyyaml": "6.0.3", "ruff": "0.14"},
        "home": folder,
        "folder": folder,
        "free": 20_000_000_000,
        "profiles": ("default", "labeling"),
    }
    given = right | changes
    lazy = {name: partial(given.__getitem__, name) for name in ("packages", "profiles")}
    return Computer(**given | lazy)
