"""Cognito's user pools and their clients in memory: an Update resets all that it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from tests.unit.fake_services import ACCOUNT, FakeServices, RefusedError

REGION = "us-east-1"
POOL = f"{REGION}_Dev000001"
CLIENT = "devclient"
PLACEHOLDER = "https://127.0.0.1"
#: When whatever is made here is made.
NOW: Final = datetime.now(UTC).replace(microsecond=0)


@dataclass
class FakePools(FakeServices):
    """The user pools of one account and Region."""

    #: What DescribeUserPool answers, by id.
    pools: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: What DescribeUserPoolClient answers, by id.
    clients: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add_pool(self, pool: str = POOL, client: str = CLIENT, **settings: Any) -> None:
        """Put a pool and its client there, as CloudFormation makes them."""
        self.pools[pool] = pool_settings(pool, **settings)
        self.clients[client] = client_settings(UserPoolId=pool, ClientId=client)

    def _describe_user_pool(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {"UserPool": self._pool(parameters)}

    def _update_user_pool(self, parameters: dict[str, Any]) -> dict[str, Any]:
        pool = self._pool(parameters)
        config = parameters.get("AdminCreateUserConfig", {})
        policy = parameters.get("Policies", {}).get("PasswordPolicy", {})
        if "UnusedAccountValidityDays" in config and "TemporaryPasswordValidityDays" in policy:
            raise RefusedError(
                "InvalidParameterException",
                "Please use TemporaryPasswordValidityDays instead of UnusedAccountValidityDays",
            )
        message = config.get("InviteMessageTemplate", {}).get("EmailMessage", "{username} {####}")
        if "{####}" not in message or "{username}" not in message:
            raise RefusedError("InvalidParameterException", "the message has no place holders")
        kept = (
            *("Id", "Arn", "UsernameConfiguration", "EstimatedNumberOfUsers"),
            *("AliasAttributes", "UsernameAttributes"),
        )
        fixed = {name: value for name, value in pool.items() if name in kept}
        defaults = {
            "Name": pool["Name"],
            "MfaConfiguration": "OFF",
            "DeletionProtection": "INACTIVE",
            "Policies": {"PasswordPolicy": {"MinimumLength": 8}},
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False},
        }
        changes = {name: value for name, value in parameters.items() if name != "UserPoolId"}
        if "PoolName" in changes:
            changes["Name"] = changes.pop("PoolName")
        self.pools[pool["Id"]] = {**defaults, **changes, **fixed}
        days = policy.get("TemporaryPasswordValidityDays", 7)
        self.pools[pool["Id"]]["AdminCreateUserConfig"]["UnusedAccountValidityDays"] = days
        return {}

    def _describe_user_pool_client(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {"UserPoolClient": self._client_of(parameters)}

    def _update_user_pool_client(self, parameters: dict[str, Any]) -> dict[str, Any]:
        client = self._client_of(parameters)
        desired = {
            "RefreshTokenValidity": 30,
            "AuthSessionValidity": 3,
            "EnableTokenRevocation": True,
            "AllowedOAuthFlowsUserPoolClient": False,
            **parameters,
        }
        callbacks = desired.get("CallbackURLs", [])
        if desired["AllowedOAuthFlowsUserPoolClient"] and not callbacks:
            raise RefusedError("InvalidOAuthFlowException", "a code flow needs a callback URL")
        if desired.get("DefaultRedirectURI", *callbacks[:1] or [None]) not in callbacks:
            raise RefusedError("InvalidParameterException", "DefaultRedirectURI is no callback URL")
        desired["ClientSecret"] = client["ClientSecret"]
        self.clients[client["ClientId"]] = desired
        return {"UserPoolClient": desired}

    def _client_of(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        self._pool(parameters)
        client = parameters["ClientId"]
        if client not in self.clients:
            raise RefusedError(
                "ResourceNotFoundException", f"User pool client {client} does not exist."
            )
        return self.clients[client]

    def _pool(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        pool = parameters["UserPoolId"]
        if pool not in self.pools:
            raise RefusedError("ResourceNotFoundException", f"User pool {pool} does not exist.")
        return self.pools[pool]

    def _is_by_email(self, pool: str) -> bool:
        return "email" in self.pools.get(pool, {}).get("UsernameAttributes", ())

    def _is_case_sensitive(self, pool: str) -> bool:
        settings = self.pools.get(pool, {}).get("UsernameConfiguration", {})
        return bool(settings.get("CaseSensitive", True))

    def _folded(self, text: str, *, by_case: bool) -> str:
        return text if by_case else text.lower()


def pool_settings(pool: str = POOL, **settings: Any) -> dict[str, Any]:
    """Return a pool as CloudFormation makes it, in which people sign in by their address."""
    return {
        "Id": pool,
        "Name": "workers",
        "MfaConfiguration": "OPTIONAL",
        "Policies": {"PasswordPolicy": {"MinimumLength": 12, "TemporaryPasswordValidityDays": 7}},
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": True,
            "UnusedAccountValidityDays": 7,
        },
        "DeletionProtection": "ACTIVE",
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        "Arn": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{pool}",
        "EstimatedNumberOfUsers": 3,
        **settings,
    }


def client_settings(**changes: Any) -> dict[str, Any]:
    """Return a client as CloudFormation makes it, with settings that are not the defaults."""
    return {
        "UserPoolId": POOL,
        "ClientId": CLIENT,
        "ClientName": "portal",
        "ClientSecret": "a-client-secret-of-24-characters",
        "RefreshTokenValidity": 1,
        "AccessTokenValidity": 60,
        "TokenValidityUnits": {"AccessToken": "minutes", "RefreshToken": "days"},
        "ReadAttributes": ["email"],
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
        "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": [PLACEHOLDER],
        "LogoutURLs": [PLACEHOLDER],
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["email", "openid", "profile"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": False,
        "AuthSessionValidity": 5,
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
        **changes,
    }
