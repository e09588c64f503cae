"""What people call the resources of the stacks, and which of them must not get lost."""

from __future__ import annotations

from typing import Any, Final

from cli.plan.assembly import Resource
from cli.plan.references import References

#: In the order in which a plan lists them.
_KINDS: Final = {
    "Custom::LabelingJob": "job",
    "AWS::SageMaker::Workforce": "workforce",
    "Custom::OidcWorkforce": "workforce",
    "AWS::SageMaker::Workteam": "team",
    "AWS::Cognito::UserPool": "user pool",
    "AWS::Cognito::UserPoolClient": "portal client",
    "AWS::Cognito::UserPoolDomain": "domain",
    "AWS::S3::Bucket": "bucket",
    "AWS::KMS::Key": "key",
    "Custom::WorkforceCheck": "workforce check",
    "Custom::PoolProtection": "protection of the user pool",
    "Custom::PortalLogin": "portal login",
    "Custom::PortalNetwork": "opening of the portal",
    "Custom::Workers": "workers",
    "Custom::WorkerAccess": "worker access",
    "Custom::Subscriptions": "notices by mail",
    "AWS::Cognito::UserPoolGroup": "group",
    "Custom::S3AutoDeleteObjects": "bucket emptier",
    "AWS::SNS::Subscription": "notice by mail",
    "AWS::SNS::Topic": "topic",
    "AWS::SNS::TopicPolicy": "topic policy",
    "AWS::SES::EmailIdentity": "sender",
    "AWS::SQS::Queue": "queue",
    "AWS::SQS::QueuePolicy": "queue policy",
    "AWS::S3::BucketPolicy": "bucket policy",
    "AWS::IAM::Role": "role",
    "AWS::IAM::ManagedPolicy": "policy",
    "AWS::IAM::Policy": "policy",
    "AWS::Lambda::Function": "function",
    "AWS::Lambda::Permission": "permission of a rule",
    "AWS::Logs::LogGroup": "log group",
    "AWS::Events::Rule": "rule",
}
#: Whose loss is the loss of data, labels, people or the portal.
GUARDED: Final = frozenset(
    {
        "AWS::S3::Bucket",
        "AWS::KMS::Key",
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::UserPoolDomain",
        "AWS::SageMaker::Workforce",
        "Custom::OidcWorkforce",
        "AWS::SageMaker::Workteam",
    }
)
#: The property that holds what a person calls a resource.
_NAMES: Final = {
    "Custom::OidcWorkforce": "WorkforceName",
    "AWS::SageMaker::Workforce": "WorkforceName",
    "AWS::SageMaker::Workteam": "WorkteamName",
    "AWS::Cognito::UserPoolGroup": "GroupName",
    "AWS::SNS::Subscription": "Endpoint",
}


def kind(resource: Resource) -> str:
    """Return the word for a resource's kind; its type where there is none."""
    return _KINDS.get(resource.type, resource.type)


def order(resource: Resource) -> tuple[int, str]:
    """Return what sorts resources as a plan lists them."""
    types = list(_KINDS)
    place = types.index(resource.type) if resource.type in _KINDS else len(types)
    return place, resource.path


def name(resource: Resource, environment: str, references: References) -> str:
    """Return what a person calls a resource: its name in the file, else its construct."""
    properties = resource.properties

    def text(key: str) -> str:
        value: Any = properties.get(key)
        return references.text(value, resource.stack)

    if resource.type == "Custom::LabelingJob":
        return job_key(resource, environment)
    named = _NAMES.get(resource.type)
    return text(named) if named and named in properties else resource.path


def job_key(resource: Resource, environment: str) -> str:
    """Return a labeling job's key in the environment file."""
    return str(resource.properties["NamePrefix"]).removeprefix(f"{environment}-")
