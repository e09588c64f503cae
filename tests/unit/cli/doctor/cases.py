"""Right and wrong surroundings: what differs from those in which all is right."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from botocore.exceptions import NoCredentialsError

from tests.unit.cli.doctor.surroundings import ACCOUNT, KEY, RIGHT, Refusal, allowed

#: Where the buckets are, of which one is not in the environment's Region.
_OTHER: Final = {"letters": "us-east-1", "pictures": "eu-central-1"}
_DENIED: Final = "User: arn:aws:sts::111122223333:assumed-role/Reader/bo@example.com is not"


@dataclass(frozen=True, kw_only=True)
class Case:
    """Changes of what AWS answers, and of the computer."""

    answers: dict[str, Any] = field(default_factory=dict)
    computer: dict[str, Any] = field(default_factory=dict)
    has_environment: bool = True
    #: What the command ends with.
    status: int = 1


def _workteam(number: int) -> dict[str, Any]:
    name = f"team-{number}"
    arn = f"arn:aws:sagemaker:eu-central-1:{ACCOUNT}:workteam/private-crowd/{name}"
    return {
        "WorkteamName": name,
        "MemberDefinitions": [{"OidcMemberDefinition": {"Groups": ["readers"]}}],
        "WorkteamArn": arn,
        "Description": "Reads",
    }


def labeling_job(name: str, status: str = "InProgress") -> dict[str, Any]:
    arn = f"arn:aws:sagemaker:eu-central-1:{ACCOUNT}:labeling-job/{name}"
    return {
        "LabelingJobName": name,
        "LabelingJobArn": arn,
        "CreationTime": "2026-01-01",
        "LastModifiedTime": "2026-01-01",
        "LabelingJobStatus": status,
        "LabelCounters": {},
        "WorkteamArn": arn,
    }


def _denied(call: str) -> Refusal:
    service, _, operation = call.partition(":")
    return Refusal(
        code="403" if operation == "HeadBucket" else "AccessDeniedException",
        message=f"{_DENIED} authorized to perform: {service}:{operation} on resource: *",
    )


CASES: Final = {
    "right": Case(status=0),
    "right, without an environment": Case(has_environment=False, status=0),
    "without credentials": Case(answers={"sts:GetCallerIdentity": NoCredentialsError()}),
    "credentials that have ended": Case(
        answers={"sts:GetCallerIdentity": Refusal(code="ExpiredToken", message="expired")}
    ),
    "another account": Case(
        answers={
            "sts:GetCallerIdentity": {
                "Account": "444455556666",
                "Arn": "arn:aws:iam::444455556666:user/ana@example.com",
                "UserId": "AIDAEXAMPLE",
            }
        }
    ),
    "without bootstrap": Case(
        answers={
            "ssm:GetParameter": Refusal(code="ParameterNotFound"),
            "cloudformation:DescribeStacks": Refusal(code="ValidationError"),
            "iam:SimulatePrincipalPolicy": Refusal(code="NoSuchEntity"),
        }
    ),
    "an old bootstrap": Case(
        answers={
            "ssm:GetParameter": {"Parameter": {"Value": "5"}},
            "iam:SimulatePrincipalPolicy": partial(
                allowed, but=("cognito-idp:CreateUserPool", "iam:PassRole", "s3:CreateBucket")
            ),
        }
    ),
    "Ground Truth is closed": Case(
        answers={
            "sagemaker:ListLabelingJobs": Refusal(
                code="AccessDeniedException",
                message="Amazon SageMaker Ground Truth is no longer accepting new customers",
            )
        }
    ),
    "another workforce": Case(
        answers={
            "sagemaker:ListWorkforces": {
                "Workforces": [
                    {
                        "WorkforceName": "default",
                        "WorkforceArn": f"arn:aws:sagemaker:eu-central-1:{ACCOUNT}:workforce/x",
                        "CognitoConfig": {
                            "UserPool": "eu-central-1_AbC123",
                            "ClientId": "1h57kf5cpq",
                        },
                    }
                ]
            }
        }
    ),
    "mails that would not arrive": Case(
        answers={
            "sesv2:GetEmailIdentity": {"VerifiedForSendingStatus": False},
            "sesv2:GetAccount": {"SendingEnabled": True, "ProductionAccessEnabled": False},
            "iam:GetRole": Refusal(code="NoSuchEntity"),
        }
    ),
    "small quotas": Case(
        answers={
            # Nobody has asked for another one.
            "service-quotas:GetServiceQuota": Refusal(code="NoSuchResourceException"),
            "service-quotas:GetAWSDefaultServiceQuota": {"Quota": {"Value": 1.0}},
            "sagemaker:ListWorkteams": {"Workteams": [_workteam(each) for each in range(25)]},
            "sagemaker:ListLabelingJobs": {
                "LabelingJobSummaryList": [
                    labeling_job("other-cars-0a1b2c3d"),
                    labeling_job("dev-mood-0a1b2c3d4e"),
                ]
            },
        }
    ),
    "buckets and keys": Case(
        answers={
            "s3:HeadBucket": lambda parameters: {"BucketRegion": _OTHER[parameters["Bucket"]]},
            "s3:GetBucketCors": Refusal(code="NoSuchCORSConfiguration"),
            "kms:DescribeKey": {"KeyMetadata": {"KeyId": KEY, "KeyState": "Disabled"}},
        }
    ),
    "nothing may be looked at": Case(
        answers={call: _denied(call) for call in RIGHT if call != "sts:GetCallerIdentity"},
        status=0,
    ),
    "a computer with all that can be wrong": Case(
        computer={
            "variables": {
                "AWS_PROFILE": "labling",
                "HTTPS_PROXY": "proxy.example.com:8080",
                "AWS_CA_BUNDLE": __file__,
            },
            "node": None,
            "cdk": "2.1100.0",
            "packages": {"boto3": "1.40.4"},
            "free": 200_000_000,
        }
    ),
}
