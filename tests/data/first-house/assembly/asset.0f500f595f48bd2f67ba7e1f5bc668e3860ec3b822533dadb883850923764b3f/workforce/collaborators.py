"""What the custom resources work with: AWS clients, time and the log, all given by the caller."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from custom_resource.surroundings import CONFIG, Surroundings, real_clock, real_patience, step_log

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cognito_idp import CognitoIdentityProviderClient
    from types_boto3_sagemaker import SageMakerClient


@dataclass(frozen=True, kw_only=True)
class Collaborators(Surroundings):
    """Everything outside of this package that an event needs."""

    #: Makes the client of a service; none is made before it is needed, for each takes its time.
    client: Callable[[str], Any]

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
    def cloudformation(self) -> CloudFormationClient:
        """The stack that the event comes from."""
        client: CloudFormationClient = self.client("cloudformation")
        return client

    @functools.cached_property
    def ses(self) -> Any:
        """The address that invitations come from."""
        return self.client("sesv2")

    @functools.cached_property
    def secrets(self) -> Any:
        """The secret of an OIDC client."""
        return self.client("secretsmanager")


def connect(*, step: str, seconds: float) -> Collaborators:
    """Return real clients and a clock whose deadline is `seconds` from now."""
    return Collaborators(
        client=_client,
        clock=real_clock(seconds),
        log=step_log(step),
        patience=real_patience(),
    )


def _client(service: str) -> Any:
    return boto3.client(service, config=CONFIG)  # type: ignore[call-overload]  # any service
