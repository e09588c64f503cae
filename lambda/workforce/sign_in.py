"""How people sign in to a user pool, and what that says of their accounts' names."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

#: Letters of an address whose case is tried both ways.
_LETTERS: Final = 3


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A user pool, as far as the names of its accounts go.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
    """

    #: Accounts are made by their address, and Cognito makes up the username.
    by_email: bool
    #: A verified address is another name of the account, and no username may look like one.
    email_is_alias: bool
    #: `Ana@example.com` and `ana@example.com` are two names. It is the default.
    is_case_sensitive: bool
    #: How many accounts there are, roughly and not up to date.
    estimated_accounts: int = 0

    def username(self, email: str) -> str:
        """Return what an account for an address is made by; the same one at each try."""
        if not self.email_is_alias:
            return email
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{email}"))

    def filters(self, email: str) -> list[str]:
        """Return what ListUsers is asked for, until the address is found.

        It may compare case by case, which nobody says; so the beginning of the address is looked
        for in either case, except where two spellings can't be two accounts.
        """
        # Quoted as JSON quotes it: with a backslash before quotes and backslashes.
        exact = f"email = {json.dumps(email)}"
        if self.by_email and not self.is_case_sensitive:
            return [exact]
        cases = [dict.fromkeys((each, each.upper())) for each in email[:_LETTERS]]
        beginnings = ("".join(letters) for letters in itertools.product(*cases))
        return [exact, *(f"email ^= {json.dumps(each)}" for each in beginnings)]


def sign_in_of(pool: Mapping[str, Any]) -> SignIn:
    """Return how people sign in to a pool that DescribeUserPool has described."""
    by_email = "email" in pool.get("UsernameAttributes", ())
    return SignIn(
        by_email=by_email,
        email_is_alias=not by_email and "email" in pool.get("AliasAttributes", ()),
        is_case_sensitive=pool.get("UsernameConfiguration", {}).get("CaseSensitive", True),
        estimated_accounts=pool.get("EstimatedNumberOfUsers", 0),
    )
