"""Events for the custom resources of a workforce, and what comes of them in `FakePeople`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from tests.unit.fake_services import ACCOUNT
from tests.unit.workforce.cognito_pools import CLIENT, POOL, REGION
from tests.unit.workforce.sns_topics import QUEUE, topic_arn
from tests.unit.workforce.workforce_aws import NAME, SECRET, FakePeople
from workforce.resources import physical_id, run

STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/dev-Workforce/0a1b2c3d"
OIDC = {
    "ClientId": "labeling-portal.example~1",
    "Issuer": "https://login.example.com",
    "AuthorizationEndpoint": "https://login.example.com/authorize",
    "TokenEndpoint": "https://login.example.com/token",
    "UserInfoEndpoint": "https://login.example.com/userinfo",
    "LogoutEndpoint": "https://login.example.com/logout",
    "JwksUri": "https://login.example.com/jwks",
}
_TOKEN = {
    "ServiceToken": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:workforce",
    "ServiceTimeout": "900",
}
_REQUESTS = itertools.count()


def check_properties(**changes: Any) -> dict[str, Any]:
    """Return the properties of a check as CloudFormation sends them."""
    return {**_TOKEN, "Mode": "create", "Environment": "dev", "WorkforceName": NAME, **changes}


def adopting(**changes: Any) -> dict[str, Any]:
    """Return the properties of a check that takes the usual workforce."""
    ids = {"UserPoolId": POOL, "ClientId": CLIENT}
    return {**check_properties(Mode="adopt"), **ids, **changes}


def oidc_properties(**changes: Any) -> dict[str, Any]:
    """Return the properties of a workforce with an identity provider of its own."""
    return {
        **_TOKEN,
        "WorkforceName": NAME,
        "Oidc": OIDC,
        "ClientSecretArn": SECRET,
        **changes,
    }


def login_properties(**changes: Any) -> dict[str, Any]:
    """Return the properties of the log-in of the usual portal."""
    return {
        **_TOKEN,
        "UserPoolId": POOL,
        "ClientId": CLIENT,
        "WorkforceName": NAME,
        "SubDomain": f"{NAME}0.labeling.{REGION}.sagemaker.aws",
        "Keep": "false",
        "Invitation": {"Subject": "Label data", "Body": "{username} {####} at {portal}"},
        "ClientSettings": "1",
        "PoolSettings": "1",
        "Teams": ["dev-readers"],
        **changes,
    }


def access_properties(**changes: Any) -> dict[str, Any]:
    """Return the properties that tie addresses to workers of one team."""
    return {
        **_TOKEN,
        "Teams": ["dev-readers"],
        "SourceIp": "Enabled",
        "VpcSourceIp": "Disabled",
        "Settings": "1",
        **changes,
    }


def workers_properties(*emails: str, **changes: Any) -> dict[str, Any]:
    """Return the properties of workers who are all in one team."""
    return {
        **_TOKEN,
        "UserPoolId": POOL,
        "Environment": "dev",
        "MarkerGroup": "dev-workers",
        "Members": [{"Email": email, "Teams": ["dev-readers"]} for email in emails],
        "KeepAccounts": "false",
        **changes,
    }


def event(kind: str, resource: str, props: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an event for a resource of a type such as `Workers`, unlike all others."""
    return {
        "RequestType": kind,
        "ResponseURL": "https://example.com/answer?Signature=secret-signature",
        "StackId": STACK,
        "RequestId": f"b1946ac9-2d43-4a5f-8a8e-{next(_REQUESTS):012}",
        "ResourceType": f"Custom::{resource}",
        "LogicalResourceId": resource,
        "ResourceProperties": dict(props),
        **changes,
    }


def create(
    aws: FakePeople, resource: str, props: Mapping[str, Any], **changes: Any
) -> Mapping[str, str]:
    """Create a resource and return its attributes."""
    return run(event("Create", resource, props, **changes), aws.as_clients()).data


def update(
    aws: FakePeople,
    resource: str,
    props: Mapping[str, Any],
    before: Mapping[str, Any],
    *,
    status: str = "",
    **changes: Any,
) -> Mapping[str, str]:
    """Update a resource, in a stack of this status, and return its attributes."""
    aws.stack_status = status or aws.stack_status
    known = physical_id(event("Create", resource, before))
    more = {"OldResourceProperties": dict(before), "PhysicalResourceId": known, **changes}
    return run(event("Update", resource, props, **more), aws.as_clients()).data


def delete(
    aws: FakePeople,
    resource: str,
    props: Mapping[str, Any],
    *,
    status: str = "",
    **changes: Any,
) -> None:
    """Delete a resource, in a stack of this status."""
    aws.stack_status = status or aws.stack_status
    sent = event("Delete", resource, props, PhysicalResourceId="any", **changes)
    run(sent, aws.as_clients())


def topics_properties(
    *emails: str, topic: str = "readers", last_days: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the properties of the subscriptions of one topic."""
    days = [{"Email": email, "Until": day} for email, day in (last_days or {}).items()]
    return {
        **_TOKEN,
        "DeadLetters": QUEUE,
        "Topics": [
            {
                "TopicArn": topic_arn(topic),
                "Addresses": list(emails),
                **({"LastDays": days} if days else {}),
            }
        ],
    }
