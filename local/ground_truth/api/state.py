"""What Ground Truth keeps of an account's Region: workforce, work teams, labeling jobs, tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.ground_truth.api.local_job import LocalJob
from local.ground_truth.api.unkindness import Unkindness
from local.ground_truth.cloud import Caller, Cloud, Scope


@dataclass(kw_only=True)
class Workforce:
    """One pool of workers; at most one per account and Region."""

    name: str
    arn: str
    #: UserPool and ClientId, or OidcConfig without its secret; the other one is `None`.
    cognito: Mapping[str, str] | None
    oidc: Mapping[str, Any] | None
    #: The secret of the portal's client, which no operation shows.
    client_secret: str
    sub_domain: str
    created: float
    modified: float
    #: Source IP, VPC and address type, as requested.
    network: dict[str, Any]
    #: When it is Active, in seconds since the epoch.
    active_from: float
    #: When its last change is done.
    updating_until: float = 0.0
    #: When it is gone, once its deletion has begun.
    gone_from: float | None = None

    def status(self, now: float) -> str:
        """Return Initializing, Updating, Active or Deleting."""
        if self.gone_from is not None:
            return "Deleting"
        if now < self.active_from:
            return "Initializing"
        return "Updating" if now < self.updating_until else "Active"

    @property
    def provider(self) -> tuple[str, str]:
        """Who knows its workers: `Cognito` or `OIDC`, and the issuer of their identities."""
        if self.cognito is None:
            return "OIDC", (self.oidc or {})["Issuer"]
        pool = self.cognito["UserPool"]
        # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
        return "Cognito", f"https://cognito-idp.{pool.split('_')[0]}.amazonaws.com/{pool}"

    @property
    def client_id(self) -> str:
        """The portal's client at the identity provider."""
        return str(self.cognito["ClientId"] if self.cognito else (self.oidc or {})["ClientId"])


@dataclass(kw_only=True)
class Workteam:
    """Workers who get the same tasks: the members of one or more groups of the pool."""

    name: str
    arn: str
    workforce: str
    description: str
    members: Sequence[Mapping[str, Any]]
    notification: Mapping[str, str]
    access: Mapping[str, Any]
    created: float
    modified: float

    @property
    def groups(self) -> frozenset[str]:
        """The names of its user groups, in the user pool or at the identity provider."""
        names: set[str] = set()
        for member in self.members:
            if "OidcMemberDefinition" in member:
                names.update(member["OidcMemberDefinition"]["Groups"])
            else:
                names.add(member["CognitoMemberDefinition"]["UserGroup"])
        return frozenset(names)


@dataclass(kw_only=True)
class Account:
    """All that belongs to one account in one Region."""

    scope: Scope
    workforces: dict[str, Workforce] = field(default_factory=dict)
    workteams: dict[str, Workteam] = field(default_factory=dict)
    #: By name in lower case; a name is never free again.
    jobs: dict[str, LocalJob] = field(default_factory=dict)
    #: Resource ARN → tags.
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Resource ARN → when its tags can be seen, if not at once.
    tagged_from: dict[str, float] = field(default_factory=dict)

    def forget_deleted(self, now: float) -> None:
        """Drop the workforce whose deletion is complete."""
        for workforce in list(self.workforces.values()):
            if workforce.gone_from is not None and now >= workforce.gone_from:
                del self.workforces[workforce.name]
                self.tags.pop(workforce.arn, None)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request: who sends it, where it goes to, what it says."""

    account: Account
    cloud: Cloud
    caller: Caller
    request: Mapping[str, Any]
    now: float
    #: How long a step of Ground Truth's own takes, in seconds.
    delay: float
    unkindness: Unkindness

    @property
    def scope(self) -> Scope:
        """The account and Region that the request goes to."""
        return self.account.scope
