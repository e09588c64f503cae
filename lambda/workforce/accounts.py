"""The accounts of a user pool, as far as workers are concerned."""

from __future__ import annotations

import functools
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from custom_resource.errors import code_of
from workforce import record as records
from workforce.record import Record
from workforce.sign_in import SignIn, sign_in_of
from workforce.waiting import GONE, ask

if TYPE_CHECKING:
    from workforce.clients import Clients

#: AdminCreateUser refuses one address with these, and others not. Some of them have made the
#: account all the same (https://github.com/aws/aws-sdk/issues/438).
PERSONAL: Final = frozenset(
    {
        "AliasExistsException",
        "CodeDeliveryFailureException",
        "InvalidLambdaResponseException",
        "InvalidParameterException",
        "InvalidPasswordException",
        "UnexpectedLambdaException",
        "UnsupportedUserStateException",
        "UserLambdaValidationException",
        "UsernameExistsException",
    }
)


#: Accounts that ListUsers returns at once.
_A_PAGE: Final = 60


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account; who signs in by e-mail may have another username."""

    username: str
    #: In lower case; empty where there is none.
    email: str
    #: What labels name the worker by.
    sub: str
    is_enabled: bool
    #: As Cognito says it, such as `CONFIRMED`.
    status: str
    #: In UTC.
    made: datetime
    #: None for an account that others have made, and for one of an earlier version.
    record: Record | None

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has signed in since it was made, or since its password was reset."""
        return self.status == "FORCE_CHANGE_PASSWORD"

    @property
    def shown(self) -> str:
        """What logs call it: a username may be an address, and a `sub` names nobody."""
        return self.sub or "an account"

    def awaits_mail(self, now: datetime) -> bool:
        """Say whether its owner is still to get an invitation, without which nobody signs in."""
        return self.is_untouched and self.record is not None and self.record.is_due(now)

    @property
    def rank(self) -> tuple[bool, bool, bool, str]:
        """Where it stands among accounts of one address, of which the first is the person's.

        Who can sign in comes before who can't, unless we have seen to that ourselves; an account
        of the pool before one of an identity provider; one that we have made before others.
        """
        is_usable = self.is_enabled and self.status != "UNCONFIRMED"
        is_ours_to_enable = self.record is not None and bool(self.record.disabled_by)
        return (
            not (is_usable or is_ours_to_enable),
            self.status == "EXTERNAL_PROVIDER",
            self.record is None,
            self.username,
        )


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The accounts of one pool. What is done already may be done again."""

    pool: str
    aws: Clients
    #: How people sign in to the pool, once that was asked.
    _sign_in: list[SignIn] = field(default_factory=list)
    #: All accounts of the pool by address, if it was worth while to list them.
    _listed: dict[str, list[Account]] = field(default_factory=dict)
    #: The addresses that were looked for in that list.
    _expected: set[str] = field(default_factory=set)

    @property
    def sign_in(self) -> SignIn:
        """How people sign in to the pool."""
        # No cached_property, which in Python 3.11 holds a lock of the class while it asks AWS.
        if not self._sign_in:
            cognito = self.aws.cognito
            described = ask(lambda: cognito.describe_user_pool(UserPoolId=self.pool), self.aws)
            self._sign_in.append(sign_in_of(described["UserPool"]))
        return self._sign_in[0]

    def members(self, group: str) -> list[Account]:
        """Return the accounts of a group; a group that does not exist has none."""
        try:
            pages = self._pages(
                self.aws.cognito.list_users_in_group, "Users", "NextToken", GroupName=group
            )
            return [account_of(user) for user in pages]
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            return []

    def expect(self, emails: Iterable[str]) -> None:
        """List the whole pool if that takes fewer calls than to look for each of these addresses.

        Who is made after that is found by name, as where a list is behind.
        """
        wanted = set(emails)
        if len(wanted) < 2:
            return
        calls = sum(len(self.sign_in.filters(email)) for email in wanted)
        if calls <= 1 + self.sign_in.estimated_accounts // _A_PAGE:
            return
        if not self._expected:
            for user in self._pages(self.aws.cognito.list_users, "Users", "PaginationToken"):
                account = account_of(user)
                self._listed.setdefault(account.email, []).append(account)
        self._expected.update(wanted)

    def find(self, email: str, *, without: Container[str] = ()) -> Account | None:
        """Return the account of whoever has this address, whatever its username.

        `without` are usernames that a list shows though there are no such accounts any more.
        """
        if email in self._expected:
            listed = [each for each in self._listed.get(email, ()) if each.username not in without]
            return min(listed, key=lambda account: account.rank, default=None)
        found: dict[str, Account] = {}
        for wanted in self.sign_in.filters(email):
            pages = self._pages(
                self.aws.cognito.list_users, "Users", "PaginationToken", Filter=wanted
            )
            for account in map(account_of, pages):
                if account.email == email and account.username not in without:
                    found[account.username] = account
            best = min(found.values(), key=lambda account: account.rank, default=None)
            if best is not None and not any(best.rank[:2]):
                return best
        return min(found.values(), key=lambda account: account.rank, default=None)

    def look(self, username: str, *, is_new: bool = False) -> Account:
        """Return an account as it is now, by its name or another that it goes by."""
        found: Mapping[str, Any] = ask(
            lambda: self.aws.cognito.admin_get_user(UserPoolId=self.pool, Username=username),
            self.aws,
            is_new=is_new,
        )
        return account_of({**found, "Attributes": found.get("UserAttributes", [])})

    def make(self, email: str, record: Record) -> Account:
        """Make an account with its record; no mail goes out.

        Raises the refusal of AWS if there is no such account then.
        """
        name = self.sign_in.username(email)
        attributes = {"email": email, "email_verified": "true", records.ATTRIBUTE: record.as_text()}
        try:
            made = ask(
                lambda: self.aws.cognito.admin_create_user(
                    UserPoolId=self.pool,
                    Username=name,
                    UserAttributes=[
                        {"Name": key, "Value": value} for key, value in attributes.items()
                    ],
                    MessageAction="SUPPRESS",
                    DesiredDeliveryMediums=["EMAIL"],
                ),
                self.aws,
            )
            return account_of(made["User"])
        except ClientError as refusal:
            if code_of(refusal) not in PERSONAL:
                raise
            # Made a moment ago, so that no list shows it yet; or made and refused in one.
            is_alias = code_of(refusal) == "AliasExistsException"
            is_there = is_alias or code_of(refusal) == "UsernameExistsException"
            found = self._there(email if is_alias else name, is_new=is_there)
            if found is None:
                raise
            return found

    def invite(self, account: Account) -> None:
        """Send an invitation with a new temporary password; asks AWS once, whatever comes of it.

        In a pool in which people sign in by e-mail, AdminCreateUser takes the address only
        (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html).
        """
        is_made_up = account.username == account.sub
        self.aws.mailer.admin_create_user(
            UserPoolId=self.pool,
            Username=account.email if is_made_up else account.username,
            MessageAction="RESEND",
            DesiredDeliveryMediums=["EMAIL"],
        )

    def groups(self, account: Account) -> dict[str, str]:
        """Return the names of all groups that an account is in, with their descriptions."""
        pages = self._pages(
            self.aws.cognito.admin_list_groups_for_user,
            "Groups",
            "NextToken",
            Username=account.username,
        )
        return {group["GroupName"]: group.get("Description", "") for group in pages}

    def join(self, account: Account, groups: Iterable[str]) -> None:
        """Put an account into groups."""
        for group in sorted(groups):
            self.aws.log.info("%s joins %s", account.shown, group)
            self._change("admin_add_user_to_group", account, is_new=True, GroupName=group)

    def leave(self, account: Account, groups: Iterable[str]) -> None:
        """Take an account out of groups; those that are gone have nobody in them."""
        for group in sorted(groups):
            self.aws.log.info("%s leaves %s", account.shown, group)
            try:
                self._change("admin_remove_user_from_group", account, GroupName=group)
            except ClientError as error:
                if code_of(error) not in GONE:
                    raise

    def write(self, account: Account, record: Record) -> Account:
        """Write a record into an account, and return the account with it."""
        attribute = {"Name": records.ATTRIBUTE, "Value": record.as_text()}
        self._change(
            "admin_update_user_attributes", account, is_new=True, UserAttributes=[attribute]
        )
        return replace(account, record=record)

    def rewrite(self, account: Account, change: Callable[[Record | None], Record]) -> Account:
        """Change the record that stands in an account now, whatever was read of it before."""
        now = self.look(account.username)
        record = change(now.record)
        return now if record == now.record else self.write(now, record)

    def enable(self, account: Account) -> None:
        """Let somebody sign in again."""
        self.aws.log.info("%s is enabled again", account.shown)
        self._change("admin_enable_user", account)

    def disable(self, account: Account) -> None:
        """Let nobody sign in, or go on, with an account, which stays."""
        self.aws.log.info("%s is disabled", account.shown)
        self._change("admin_user_global_sign_out", account)
        self._change("admin_disable_user", account)

    def delete(self, account: Account) -> None:
        """Delete an account for ever."""
        self.aws.log.info("%s is deleted", account.shown)
        self._change("admin_delete_user", account)

    def _there(self, name: str, *, is_new: bool) -> Account | None:
        try:
            return self.look(name, is_new=is_new)
        except ClientError as error:
            if code_of(error) not in GONE:
                raise
            return None

    def _change(
        self, operation: str, account: Account, *, is_new: bool = False, **request: Any
    ) -> None:
        call = getattr(self.aws.cognito, operation)
        ask(
            lambda: call(UserPoolId=self.pool, Username=account.username, **request),
            self.aws,
            is_new=is_new,
        )

    def _pages(
        self, operation: Callable[..., Any], key: str, token: str, **request: Any
    ) -> Iterator[Mapping[str, Any]]:
        while True:
            page = ask(functools.partial(operation, UserPoolId=self.pool, **request), self.aws)
            yield from page[key]
            if not page.get(token):
                return
            request[token] = page[token]


def account_of(user: Mapping[str, Any]) -> Account:
    """Return an account as lists show it."""
    attributes = {each["Name"]: each.get("Value", "") for each in user.get("Attributes", [])}
    return Account(
        username=user["Username"],
        email=attributes.get("email", "").lower(),
        sub=attributes.get("sub", ""),
        is_enabled=user["Enabled"],
        status=user["UserStatus"],
        made=user["UserCreateDate"],
        record=records.parse(attributes.get(records.ATTRIBUTE, "")),
    )
