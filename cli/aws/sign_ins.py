"""When people have signed in last, where the user pool records it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from custom_resource.errors import code_of
from workforce.accounts import Account

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

#: Values of AdvancedSecurityMode with which Cognito records sign-ins
#: (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html).
_RECORDING: Final = ("AUDIT", "ENFORCED")


@dataclass(frozen=True, kw_only=True)
class SignIns:
    """The last sign-ins that are known."""

    by_username: Mapping[str, datetime]
    #: Why none is known; empty where the pool records them.
    why_not: str = ""


def last_sign_ins(
    cognito: CognitoIdentityProviderClient, pool_id: str, accounts: Iterable[Account]
) -> SignIns:
    """Ask the pool's records. Nothing else in Cognito tells when somebody has signed in."""
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    if pool.get("UserPoolAddOns", {}).get("AdvancedSecurityMode") not in _RECORDING:
        return SignIns(
            by_username={},
            why_not="when people have signed in last is not known: the user pool records it with"
            " `threat_protection: audit` only",
        )
    found = {}
    try:
        for account in accounts:
            if not account.is_untouched and (last := _last(cognito, pool_id, account.username)):
                found[account.username] = last
    except ClientError as error:
        return SignIns(
            by_username={},
            why_not=f"when people have signed in last can't be read ({code_of(error)})",
        )
    return SignIns(by_username=found)


def _last(cognito: CognitoIdentityProviderClient, pool_id: str, username: str) -> datetime | None:
    pages = cognito.get_paginator("admin_list_user_auth_events").paginate(
        UserPoolId=pool_id, Username=username
    )
    times = [
        each["CreationDate"]
        for page in pages
        for each in page["AuthEvents"]
        if (each["EventType"], each["EventResponse"]) == ("SignIn", "Pass")
    ]
    return max(times, default=None)
