"""The accounts of a user pool, as far as workers are concerned."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from custom_resource.errors import code_of

if TYPE_CHECKING:
    from workforce.collaborators import Collaborators


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account; who signs in by e-mail may have another username."""

    username: str
    #: In lower case; empty where there is none.
    email: str
    is_enabled: bool
    #: Nobody has ever signed in to it since it was made, or since its password was reset.
    is_untouched: bool
    #: In UTC.
    made: datetime


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The accounts of one pool. What is done already may be done again."""

    pool: str
    aws: Collaborators

    def members(self, group: str) -> list[Account]:
        """Return the accounts of a group; a group that does not exist has none."""
        pages = self.aws.cognito.get_paginator("list_users_in_group").paginate(
            UserPoolId=self.pool, GroupName=group
        )
        try:
            return [_account(user) for page in pages for user in page["Users"]]
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            return []

    def find(self, email: str) -> Account | None:
        """Return the account with this address, whatever its username."""
        pages = self.aws.cognito.get_paginator("list_users").paginate(
            # Quoted as JSON quotes it: with a backslash before quotes and backslashes.
            UserPoolId=self.pool,
            Filter=f"email = {json.dumps(email)}",
        )
        found = [_account(user) for page in pages for user in page["Users"]]
        # An account of the pool itself comes before one of an identity provider.
        found.sort(key=lambda account: (account.username.lower() != email, account.username))
        return found[0] if found else None

    def invite(self, email: str) -> Account:
        """Make an account, whose owner gets an invitation with a temporary password."""
        try:
            made = self.aws.cognito.admin_create_user(
                UserPoolId=self.pool,
                Username=email,
                UserAttributes=[
                    {"Name": "email", "Value": email},
                    {"Name": "email_verified", "Value": "true"},
                ],
                DesiredDeliveryMediums=["EMAIL"],
            )
            return _account(made["User"])
        except ClientError as error:
            if code_of(error) != "UsernameExistsException":
                raise
        # Made a moment ago, so that no list shows it yet.
        found = self.aws.cognito.admin_get_user(UserPoolId=self.pool, Username=email)
        return _account({**found, "Attributes": found.get("UserAttributes", [])})

    def groups(self, account: Account) -> set[str]:
        """Return the names of all groups that an account is in."""
        pages = self.aws.cognito.get_paginator("admin_list_groups_for_user").paginate(
            UserPoolId=self.pool, Username=account.username
        )
        return {group["GroupName"] for page in pages for group in page["Groups"]}

    def join(self, account: Account, groups: Iterable[str]) -> None:
        """Put an account into groups."""
        for group in sorted(groups):
            self.aws.log.info("%s joins %s", account.username, group)
            self.aws.cognito.admin_add_user_to_group(
                UserPoolId=self.pool, Username=account.username, GroupName=group
            )

    def leave(self, account: Account, groups: Iterable[str]) -> None:
        """Take an account out of groups."""
        for group in sorted(groups):
            self.aws.log.info("%s leaves %s", account.username, group)
            self.aws.cognito.admin_remove_user_from_group(
                UserPoolId=self.pool, Username=account.username, GroupName=group
            )

    def enable(self, account: Account) -> None:
        """Let somebody sign in again."""
        self.aws.log.info("%s is enabled again", account.username)
        self.aws.cognito.admin_enable_user(UserPoolId=self.pool, Username=account.username)

    def disable(self, account: Account) -> None:
        """Let nobody sign in, or go on, with an account, which stays."""
        self.aws.log.info("%s is disabled", account.username)
        self.aws.cognito.admin_user_global_sign_out(UserPoolId=self.pool, Username=account.username)
        self.aws.cognito.admin_disable_user(UserPoolId=self.pool, Username=account.username)

    def delete(self, account: Account) -> None:
        """Delete an account for ever."""
        self.aws.log.info("%s is deleted", account.username)
        self.aws.cognito.admin_delete_user(UserPoolId=self.pool, Username=account.username)


def _account(user: Mapping[str, Any]) -> Account:
    attributes = {each["Name"]: each.get("Value", "") for each in user.get("Attributes", [])}
    return Account(
        username=user["Username"],
        email=attributes.get("email", "").lower(),
        is_enabled=user["Enabled"],
        is_untouched=user["UserStatus"] == "FORCE_CHANGE_PASSWORD",
        made=user["UserCreateDate"],
    )
