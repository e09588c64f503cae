"""What Ground Truth needs of the rest of AWS, as a protocol: it knows no emulator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

#: The principal that Ground Truth acts as.
SERVICE: Final = "sagemaker.amazonaws.com"
_URI: Final = re.compile(r"s3://([^/]+)/(.+)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """An account in a Region; resources of one scope are invisible in another."""

    account: str
    region: str

    def arn(self, resource: str, service: str = "sagemaker") -> str:
        """Return the ARN of `resource`, such as `workteam/private-crowd/readers`."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket: its Region and its CORS rules by element (`AllowedOrigin`, `AllowedMethod`)."""

    region: str
    cors: tuple[Mapping[str, list[str]], ...]


@dataclass(frozen=True, kw_only=True)
class UserPool:
    """What a workforce needs to know of a Cognito user pool."""

    #: Where its login pages are, such as `https://numbers.auth.us-east-1.amazoncognito.com`.
    domain: str | None
    groups: frozenset[str]
    #: Client id → the client's secret, if it has one.
    clients: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class User:
    """A user of a pool. `sub` is the id by which Ground Truth's output names a worker."""

    username: str
    email: str
    sub: str
    enabled: bool
    groups: frozenset[str]
    #: When all sessions of the user were last ended, in seconds since the epoch.
    signed_out: float = 0.0


class Denied(Exception):  # noqa: N818  # a decision, not a fault
    """A role or a service may not do `action` on `resource`."""

    def __init__(self, action: str, resource: str, who: str) -> None:
        super().__init__(f"{who} is not authorized to perform {action} on {resource}")
        self.action = action
        self.resource = resource


class Missing(Exception):  # noqa: N818  # a fact, not a fault
    """The bucket or the object `uri` does not exist."""

    def __init__(self, uri: str) -> None:
        super().__init__(f"{uri} does not exist")
        self.uri = uri


class FunctionFailed(Exception):  # noqa: N818  # the function's fault, told by its own words
    """The Lambda function `arn` ended with an error."""

    def __init__(self, arn: str, message: str) -> None:
        super().__init__(f"the function {arn} failed: {message}")
        self.arn = arn


class Caller(Protocol):
    """Who sent a request."""

    def authorize(self, action: str, resource: str, context: Mapping[str, str]) -> None:
        """Raise AwsError (AccessDeniedException) unless the caller may do it."""


class Cloud(Protocol):
    """The rest of AWS."""

    @property
    def portal_domain(self) -> str:
        """What the names of worker portals end with, after the Region; on AWS `sagemaker.aws`."""

    def read_object(self, scope: Scope, role: str, bucket: str, key: str) -> bytes:
        """Read with the rights of `role`; Denied or Missing."""

    def object_size(self, scope: Scope, role: str, bucket: str, key: str) -> int:
        """Return the object's bytes, with the rights of `role` to read it; Denied or Missing."""

    def read_url(
        self,
        scope: Scope,
        role: str,
        bucket: str,
        key: str,
        *,
        only: Mapping[str, str] | None = None,
    ) -> str:
        """Return a URL by which a browser can read the object for an hour; Denied or Missing.

        `only` are IP addresses by condition key, such as `aws:SourceIp`, that it is good for.
        """

    def write_object(
        self,
        scope: Scope,
        role: str,
        bucket: str,
        key: str,
        body: bytes,
        *,
        kms_key: str | None = None,
    ) -> None:
        """Write with the rights of `role`, encrypted with `kms_key` or S3's; Denied or Missing."""

    def require(
        self, scope: Scope, role: str, action: str, resource: str, context: Mapping[str, str]
    ) -> None:
        """Raise Denied unless `role` may do it."""

    def has_function(self, scope: Scope, arn: str) -> bool:
        """Say whether the account has the Lambda function."""

    def invoke(self, scope: Scope, role: str, arn: str, event: Mapping[str, Any]) -> Any:
        """Return what a Lambda function answers, invoked with the rights of `role`.

        Denied, Missing or FunctionFailed. It may call this computer's AWS meanwhile.
        """

    def bucket(self, name: str) -> Bucket | None:
        """Describe a bucket of any account."""

    def role_trusts(self, scope: Scope, role: str) -> bool:
        """Say whether the role exists and lets SageMaker assume it."""

    def user_pool(self, scope: Scope, pool_id: str) -> UserPool | None:
        """Describe a user pool."""

    def users(self, scope: Scope, pool_id: str) -> Iterable[User]:
        """List a pool's users; none if there is no such pool."""

    def publish(
        self, scope: Scope, topic: str, *, subject: str, message: str, source_arn: str
    ) -> None:
        """Publish as SageMaker on behalf of `source_arn`; Denied or Missing."""

    def put_event(self, scope: Scope, event: Mapping[str, Any]) -> None:
        """Send an EventBridge event, in the form of PutEvents' entries."""


def split_uri(uri: str) -> tuple[str, str]:
    """Return bucket and key of `s3://bucket/key`; ValueError if it is none."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise ValueError(f"an object's URI is s3://bucket/key, got {uri!r}")
    return match.group(1), match.group(2)
