"""What may be said of a workforce: its name, its sign-in and the network of its portal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from dataset.messages import shown
from ground_truth.validators.messages import ItemError

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]{0,62}")
_USER_POOL: Final = re.compile(r"(?=.{1,55}$)[\w-]+_[0-9a-zA-Z]+")
_CLIENT: Final = re.compile(r"[\w+]{1,128}")
#: 8 digits of old, 17 since 2018
#: (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html).
_VPC: Final = re.compile(r"vpc-[0-9a-f]{8}([0-9a-f]{9})?")
_SUBNET: Final = re.compile(r"subnet-[0-9a-f]{8}([0-9a-f]{9})?")
_SECURITY_GROUP: Final = re.compile(r"sg-[0-9a-f]{8}([0-9a-f]{9})?")
_SECRET: Final = re.compile(
    r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[\w/+=.@-]{1,512}-[A-Za-z0-9]{6}",
    re.ASCII,
)
_OBJECT: Final = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>(?!/)[^$*?\x00-\x1f]*[^$*?/\x00-\x1f])"
)
_ENDPOINT: Final = re.compile(r"https://[!-~]+")
_PRINTABLE: Final = re.compile(r"[ -~]+")
_SCOPE: Final = re.compile(r"[!#-\[\]-~]+( [!#-\[\]-~]+)*")
_GROUP: Final = re.compile(r"[!-~¡-\U0010ffff]+")


def workforce_name(value: str) -> str:
    """Check the name of a workforce (botocore: WorkforceName)."""
    if not _NAME.fullmatch(value):
        raise ValueError(
            "expected the name of a workforce, 1 to 63 letters, digits and hyphens such as"
            f" `default`, got {shown(value)}"
        )
    return value


def user_pool_id(value: str) -> str:
    """Check a user pool's id (botocore: CognitoUserPool)."""
    if not _USER_POOL.fullmatch(value):
        raise ValueError(
            f"expected the id of a user pool such as us-east-1_AbCdEf123, got {shown(value)}"
        )
    return value


def client_id(value: str) -> str:
    """Check the id of a user pool's client (botocore, cognito-idp: ClientIdType)."""
    if not _CLIENT.fullmatch(value):
        raise ValueError(
            "expected the id of a user pool's client such as 1h57kf5cpq17m0eml12EXAMPLE, got"
            f" {shown(value)}"
        )
    return value


def vpc_id(value: str) -> str:
    """Check a VPC's id (botocore: WorkforceVpcId)."""
    if not _VPC.fullmatch(value):
        raise ValueError(f"expected the id of a VPC such as vpc-0a1b2c3d, got {shown(value)}")
    return value


def subnets(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check 1 to 16 ids of subnets (botocore: WorkforceSubnets)."""
    return _ids(values, _SUBNET, most=16, what="subnets such as subnet-0a1b2c3d")


def security_groups(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check 1 to 5 ids of security groups (botocore: WorkforceSecurityGroupIds)."""
    return _ids(values, _SECURITY_GROUP, most=5, what="security groups such as sg-0a1b2c3d")


def secret_arn(value: str) -> str:
    """Check the whole ARN of a secret; policies need one, with the six characters at its end."""
    if not _SECRET.fullmatch(value):
        raise ValueError(
            "expected the whole ARN of a secret in Secrets Manager, such as"
            # What stands there may be the secret, which no log must show.
            " arn:aws:secretsmanager:us-east-1:111122223333:secret:labeling-a1B2c3, got other text"
            f" of {len(value)} characters; never the secret itself"
        )
    return value


def list_of_people(value: str) -> str:
    """Check where a list of people stands; a policy names it, where `$`, `*` and `?` say more."""
    if value.startswith("arn:"):
        return secret_arn(value)
    if not _OBJECT.fullmatch(value) or len(value) > 1024:
        raise ValueError(
            "expected the list's place outside of the repository, s3://bucket/people.csv or the"
            f" whole ARN of a secret in Secrets Manager, got {shown(value)}"
        )
    return value


def endpoint(value: str) -> str:
    """Check an address of an identity provider (botocore: OidcEndpoint)."""
    if len(value) > 500 or not _ENDPOINT.fullmatch(value):
        raise ValueError(
            f"expected an address that begins with https:// and has no blanks, got {shown(value)}"
        )
    return value


def oidc_text(value: str) -> str:
    """Check what an identity provider knows a client by (botocore: ClientId)."""
    if len(value) > 1024 or not _PRINTABLE.fullmatch(value):
        raise ValueError(f"expected 1 to 1024 printable ASCII characters, got {shown(value)}")
    return value


def scope(value: str) -> str:
    """Check what is asked of an identity provider (botocore: Scope)."""
    if len(value) > 1024 or not _SCOPE.fullmatch(value):
        raise ValueError(
            f"expected words with single blanks between, such as `openid email`, got {shown(value)}"
        )
    return value


def extra_params(values: Mapping[str, str]) -> Mapping[str, str]:
    """Check parameters for authentication (botocore: AuthenticationRequestExtraParams)."""
    if len(values) > 10:
        raise ValueError(f"expected at most 10 parameters, got {len(values)}")
    for name, value in values.items():
        if not (len(name) <= 512 and _PRINTABLE.fullmatch(name)):
            raise ItemError(
                f"expected at most 512 printable ASCII characters, got {shown(name)}", name
            )
        if not (len(value) <= 512 and _PRINTABLE.fullmatch(value)):
            raise ItemError(
                f"expected at most 512 printable ASCII characters, got {shown(value)}", name
            )
    return values


def groups(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check 1 to 10 groups of an identity provider (botocore: Groups)."""
    if not 1 <= len(values) <= 10:
        raise ValueError(f"expected 1 to 10 groups, got {len(values)}")
    for index, value in enumerate(values):
        if len(value) > 63 or not _GROUP.fullmatch(value):
            raise ItemError(
                f"expected a group's name of at most 63 characters without blanks, got"
                f" {shown(value)}",
                index,
            )
        if value in values[:index]:
            raise ItemError(f"expected each group once, got {shown(value)} again", index)
    return values


def _ids(
    values: tuple[str, ...], pattern: re.Pattern[str], *, most: int, what: str
) -> tuple[str, ...]:
    if not 1 <= len(values) <= most:
        raise ValueError(f"expected 1 to {most} ids of {what}, got {len(values)}")
    for index, value in enumerate(values):
        if not pattern.fullmatch(value):
            raise ItemError(f"expected ids of {what}, got {shown(value)}", index)
        if value in values[:index]:
            raise ItemError(f"expected each id once, got {shown(value)} again", index)
    return values
