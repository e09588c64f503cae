"""CloudFormation's drift detection for the types that MiniStack does not compare.

A type is compared where its schema has a read handler, by the properties that the template names,
but for those that can't be read back
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html).
Whatever has no entry here or in MiniStack is NOT_CHECKED.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from local.services.internals import module

#: What a resource is like, in the template's names, by its physical id and what the template
#: says; None if it is gone.
Reader = Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]

#: Type → all properties of its schema that can be read: neither only read nor only written.
COMPARED: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::Cognito::UserPool": (
        *("AccountRecoverySetting", "AdminCreateUserConfig", "AliasAttributes"),
        *("AutoVerifiedAttributes", "DeletionProtection", "DeviceConfiguration"),
        *("EmailAuthenticationMessage", "EmailAuthenticationSubject", "EmailConfiguration"),
        *("EmailVerificationMessage", "EmailVerificationSubject", "IssuerConfiguration"),
        *("KeyConfiguration", "LambdaConfig", "MfaConfiguration", "Policies", "Schema"),
        *("SmsAuthenticationMessage", "SmsConfiguration", "SmsVerificationMessage"),
        *("UserAttributeUpdateSettings", "UserPoolAddOns", "UserPoolName", "UserPoolTags"),
        *("UserPoolTier", "UsernameAttributes", "UsernameConfiguration"),
        *("VerificationMessageTemplate", "WebAuthnFactorConfiguration"),
        *("WebAuthnRelyingPartyID", "WebAuthnUserVerification"),
    ),
    "AWS::Cognito::UserPoolClient": (
        *("AccessTokenValidity", "AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient"),
        *("AllowedOAuthScopes", "AnalyticsConfiguration", "AuthSessionValidity", "CallbackURLs"),
        *("ClientName", "DefaultRedirectURI", "EnablePropagateAdditionalUserContextData"),
        *("EnableTokenRevocation", "ExplicitAuthFlows", "GenerateSecret", "IdTokenValidity"),
        *("LogoutURLs", "PreventUserExistenceErrors", "ReadAttributes", "RefreshTokenRotation"),
        *("RefreshTokenValidity", "SupportedIdentityProviders", "TokenValidityUnits"),
        *("UserPoolId", "WriteAttributes"),
    ),
    "AWS::Cognito::UserPoolDomain": ("CustomDomainConfig", "Domain", "Routing", "UserPoolId"),
    "AWS::Cognito::UserPoolGroup": (
        *("Description", "GroupName", "Precedence", "RoleArn", "UserPoolId"),
    ),
    "AWS::SageMaker::Workforce": (
        *("CognitoConfig", "IpAddressType", "OidcConfig", "SourceIpConfig", "Tags"),
        *("WorkforceName", "WorkforceVpcConfig"),
    ),
    "AWS::SageMaker::Workteam": (
        *("Description", "MemberDefinitions", "NotificationConfiguration", "Tags"),
        "WorkteamName",
    ),
}


def add_reader(kind: str, read: Reader) -> None:
    """Let resources of a type be compared."""

    def read_named(physical_id: str, named: Mapping[str, Any]) -> Any:
        found = read(physical_id, named)
        return None if found is None else _as_named(found, named)

    readers = module("services.cloudformation.drift")._DRIFT_READERS
    readers[kind] = (read_named, frozenset(COMPARED[kind]))


def add_properties(
    kind: str, names: Iterable[str], read: Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
) -> None:
    """Let a type that MiniStack compares be compared by more properties."""
    readers = module("services.cloudformation.drift")._DRIFT_READERS
    read_others, compared = readers[kind]

    def read_all(physical_id: str, named: Mapping[str, Any]) -> Any:
        found = read_others(physical_id, named)
        return None if found is None else {**found, **_as_named(read(physical_id, named), named)}

    readers[kind] = (read_all, compared | frozenset(names))


def _as_named(found: Any, named: Any) -> Any:
    """Leave out of objects what the template does not name: it has values by default."""
    if isinstance(found, Mapping) and isinstance(named, Mapping):
        return {name: _as_named(found[name], named[name]) for name in named if name in found}
    return found
