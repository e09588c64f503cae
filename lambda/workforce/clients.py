"""What the custom resources work with: AWS clients, time and the log, all given by the caller."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from custom_resource.answers import TimeIsOverError, checked
from custom_resource.context import (
    CONFIG,
    Clock,
    EventContext,
    propagation_seconds,
    real_clock,
    step_log,
)
from workforce.together import Together, by_threads

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cognito_idp import CognitoIdentityProviderClient
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sns import SNSClient

#: Seconds after the deadline in which what is begun may still be brought to its end.
_GRACE: Final = 10.0
_ONCE: Final = CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))


@dataclass(frozen=True, kw_only=True)
class Clients(EventContext):
    """Everything outside of this package that an event needs."""

    #: Makes the client of a service; none is made before it is needed, for each takes its time.
    client: Callable[[str], Any]
    #: Makes one that asks only once, whatever comes of it.
    client_without_retries: Callable[[str], Any]
    #: The date, for what is remembered longer than an event takes; in UTC.
    today: Callable[[], datetime] = lambda: datetime.now(UTC)
    #: Works on many people, one after the other or some at a time.
    together: Together = by_threads

    @functools.cached_property
    def sagemaker(self) -> SageMakerClient:
        """Workforces and work teams."""
        client: SageMakerClient = self.client("sagemaker")
        return client

    @functools.cached_property
    def cognito(self) -> CognitoIdentityProviderClient:
        """User pools, clients and accounts."""
        client: CognitoIdentityProviderClient = self.client("cognito-idp")
        return client

    @functools.cached_property
    def mailer(self) -> CognitoIdentityProviderClient:
        """Cognito, for mails: what has not been answered may have been sent."""
        client: CognitoIdentityProviderClient = self.client_without_retries("cognito-idp")
        return client

    @functools.cached_property
    def cloudformation(self) -> CloudFormationClient:
        """The stack that the event comes from."""
        client: CloudFormationClient = self.client("cloudformation")
        return client

    @functools.cached_property
    def sns(self) -> SNSClient:
        """The topics that tell people of work, and who is subscribed to them."""
        client: SNSClient = self.client("sns")
        return client

    @functools.cached_property
    def notifier(self) -> SNSClient:
        """Those topics, for requests to confirm: what has not been answered may have been sent."""
        client: SNSClient = self.client_without_retries("sns")
        return client

    @functools.cached_property
    def ses(self) -> Any:
        """The address that invitations come from."""
        return self.client("sesv2")

    @functools.cached_property
    def s3(self) -> Any:
        """The list of people, where it is an object."""
        return self.client("s3")

    @functools.cached_property
    def secrets(self) -> Any:
        """The secret of an OIDC client, and the list of people, where it is one."""
        return self.client("secretsmanager")


def connect(*, step: str, seconds: float) -> Clients:
    """Return real clients and a clock whose deadline is `seconds` from now."""
    clock = real_clock(seconds)

    def client(service: str, config: Config = CONFIG) -> Any:
        return in_time(checked(_client(service, config)), clock)

    return Clients(
        client=client,
        client_without_retries=functools.partial(client, config=_ONCE),
        clock=clock,
        log=step_log(step),
        propagation_seconds=propagation_seconds(),
    )


def in_time(client: Any, clock: Clock) -> Any:
    """Return a client that asks nothing any more when the answer to CloudFormation is due.

    Whoever asks then is told that no answer came, as where AWS is lost.
    """

    def check(model: Any, **_: Any) -> None:
        if clock.now() > clock.deadline + _GRACE:
            raise TimeIsOverError(operation=model.name)

    client.meta.events.register("before-call", check)
    return client


def _client(service: str, config: Config) -> Any:
    return boto3.client(service, config=config)  # type: ignore[call-overload]  # any service
