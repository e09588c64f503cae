"""The users and groups of Cognito's pools in memory, with what is known to surprise.

Pools by e-mail make usernames up, mails are refused by address or by the day, a refused invitation
has made its account, lists lag behind and show whom there is no more.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.unit.fake_services import ACCOUNT, FakeServices, RefusedError
from workforce.record import ATTRIBUTE, Record, parse

REGION = "us-east-1"
POOL = f"{REGION}_Dev000001"
#: When whatever is made here is made.
NOW: Final = datetime.now(UTC).replace(microsecond=0)
_INVITED: Final = "FORCE_CHANGE_PASSWORD"
_DAY: Final = 24 * 3600.0
_FILTER: Final = re.compile(r'email (\^?=) ("(?:[^"\\]|\\.)*")')


@dataclass
class FakeUsers(FakeServices):
    """All that Cognito knows of people."""

    #: What DescribeUserPool answers, by id.
    pools: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Pool to username to what AdminGetUser answers.
    users: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    #: Pool to group to the usernames in it.
    groups: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    #: The addresses that an invitation has gone to, and when.
    mails: list[str] = field(default_factory=list)
    mail_times: list[float] = field(default_factory=list)
    #: Mails that go out in a day; None where SES sends them.
    mails_a_day: int | None = None
    #: Addresses that no mail can be sent to, and those that a trigger of the pool refuses.
    refused: set[str] = field(default_factory=set)
    vetoed: set[str] = field(default_factory=set)
    #: Lists of accounts that do not yet show those that were made.
    looks_without_account: int = 0
    #: Group to users that its list still shows though they are gone.
    ghosts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: Whether ListUsers compares case by case.
    filters_by_case: bool = True
    page_size: int = 60

    def __post_init__(self) -> None:
        super().__post_init__()
        #: Accounts that were ever made, by pool and address.
        self._made: Counter[tuple[str, str]] = Counter()

    # What people do.

    def add_user(
        self,
        email: str,
        *groups: str,
        username: str | None = None,
        pool: str = POOL,
        status: str = "CONFIRMED",
        enabled: bool = True,
        age: timedelta = timedelta(0),
        record: Record | None = None,
    ) -> str:
        """Put an account there, which others have made unless it has a record; return its name."""
        name = username or self._new_name(pool, email)
        by_itself = self._is_by_email(pool) and username is None
        profile = [{"Name": ATTRIBUTE, "Value": record.as_text()}] if record else []
        self.users[pool][name] = {
            "Username": name,
            "UserAttributes": [
                {"Name": "sub", "Value": name if by_itself else f"sub-of-{name}"},
                {"Name": "email", "Value": email},
                *profile,
            ],
            "Enabled": enabled,
            "UserStatus": status,
            "UserCreateDate": NOW - age,
        }
        for group in groups:
            self.groups[pool].setdefault(group, set()).add(name)
        return name

    def name_of(self, who: str, pool: str = POOL) -> str:
        """Return the username of an address, or the username itself."""
        users = self.users[pool]
        return next((name for name, user in users.items() if self._shown(user) == who), who)

    def groups_of(self, who: str, pool: str = POOL) -> set[str]:
        """Return the groups that an account is in, by its address or username."""
        name = self.name_of(who, pool)
        return {group for group, members in self.groups[pool].items() if name in members}

    def members(self, pool: str = POOL) -> dict[str, set[str]]:
        """Return group to who is in it, as `people` names them."""
        users = self.users[pool]
        return {
            group: {self._shown(users[name]) for name in names if name in users}
            for group, names in self.groups[pool].items()
        }

    def people(self, pool: str = POOL) -> dict[str, tuple[bool, str, set[str]]]:
        """Return who there is to whether they are enabled, their status and groups.

        They are named by their username, or by their address where Cognito has made that up.
        """
        return {
            self._shown(user): (user["Enabled"], user["UserStatus"], self.groups_of(name, pool))
            for name, user in self.users[pool].items()
        }

    def record_of(self, who: str, pool: str = POOL) -> Record | None:
        """Return the record of an account."""
        return parse(attribute(self.users[pool][self.name_of(who, pool)], ATTRIBUTE))

    def sign_in(self, who: str, pool: str = POOL) -> None:
        """Let somebody change the temporary password for their own."""
        self.users[pool][self.name_of(who, pool)]["UserStatus"] = "CONFIRMED"

    def switch(self, who: str, pool: str = POOL, *, enabled: bool) -> None:
        """Enable or disable an account by hand."""
        self.users[pool][self.name_of(who, pool)]["Enabled"] = enabled

    def _shown(self, user: Mapping[str, Any]) -> str:
        is_made_up = user["Username"] == attribute(user, "sub")
        return attribute(user, "email") if is_made_up else str(user["Username"])

    # The service.

    def _list_users(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._pool(parameters)
        found = _FILTER.fullmatch(parameters["Filter"])
        assert found, parameters["Filter"]
        if self.looks_without_account:
            self.looks_without_account -= 1
            return {"Users": []}
        by_case = self.filters_by_case and self._is_case_sensitive(parameters["UserPoolId"])
        wanted = self._folded(json.loads(found[2]), by_case=by_case)
        users = []
        for user in self._users(parameters).values():
            email = self._folded(attribute(user, "email"), by_case=by_case)
            if email == wanted or (found[1] == "^=" and email.startswith(wanted)):
                users.append(_listed(user))
        return self._page(users, "PaginationToken", parameters)

    def _admin_create_user(self, parameters: dict[str, Any]) -> dict[str, Any]:
        pool = self._pool(parameters)["Id"]
        action = parameters.get("MessageAction", "")
        if action == "RESEND":
            return self._invite_again(parameters)
        given, users = parameters["Username"], self._users(parameters)
        attributes = {each["Name"]: each["Value"] for each in parameters["UserAttributes"]}
        email = attributes["email"]
        self._check_name(pool, given, email)
        if email in self.vetoed:
            raise RefusedError(
                "UserLambdaValidationException", f"PreSignUp failed with error {email} is unknown."
            )
        if not action:
            self._check_day()
        name = self._new_name(pool, given)
        users[name] = {
            "Username": name,
            "UserAttributes": [
                {"Name": "sub", "Value": name if self._is_by_email(pool) else f"sub-of-{name}"},
                *parameters["UserAttributes"],
            ],
            "Enabled": True,
            "UserStatus": _INVITED,
            "UserCreateDate": NOW,
        }
        if not action:
            self._deliver(email)
        return {"User": _listed(users[name])}

    def _invite_again(self, parameters: dict[str, Any]) -> dict[str, Any]:
        is_name = "@" in parameters["Username"] or not self._is_by_email(parameters["UserPoolId"])
        if not is_name:
            raise RefusedError("InvalidParameterException", "Username should be an email.")
        user = self._user(parameters)
        if user["UserStatus"] != _INVITED:
            raise RefusedError(
                "UnsupportedUserStateException",
                f"Resend not possible. {user['Username']} status is not FORCE_CHANGE_PASSWORD",
            )
        self._check_day()
        self._deliver(attribute(user, "email"))
        return {"User": _listed(user)}

    def _check_name(self, pool: str, given: str, email: str) -> None:
        settings = self.pools[pool]
        if settings.get("UsernameAttributes") == ["phone_number"]:
            raise RefusedError("InvalidParameterException", "Username should be a phone number.")
        if "email" in settings.get("AliasAttributes", ()):
            if "@" in given:
                raise RefusedError(
                    "InvalidParameterException",
                    "Username cannot be of email format, since user pool is configured for email "
                    "alias.",
                )
            if any(attribute(user, "email") == email for user in self.users[pool].values()):
                raise RefusedError("AliasExistsException", "An account with the email exists")
        if self._by_name(pool, given):
            raise RefusedError("UsernameExistsException", "User account already exists")

    def _check_day(self) -> None:
        today = [time for time in self.mail_times if self.time - time < _DAY]
        if self.mails_a_day is not None and len(today) >= self.mails_a_day:
            raise RefusedError(
                "LimitExceededException",
                "Exceeded daily email limit for the operation or the account. If a higher limit is"
                " required, please configure your user pool to use your own Amazon SES"
                " configuration for sending email.",
            )

    def _deliver(self, email: str) -> None:
        if email in self.refused:
            raise RefusedError("CodeDeliveryFailureException", "Unable to deliver message")
        self.mails.append(email)
        self.mail_times.append(self.time)

    def _admin_get_user(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return self._user(parameters)

    def _admin_update_user_attributes(self, parameters: dict[str, Any]) -> dict[str, Any]:
        user = self._user(parameters)
        changed = {each["Name"] for each in parameters["UserAttributes"]}
        kept = [each for each in user["UserAttributes"] if each["Name"] not in changed]
        user["UserAttributes"] = [*kept, *parameters["UserAttributes"]]
        return {}

    def _admin_enable_user(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._user(parameters)["Enabled"] = True
        return {}

    def _admin_disable_user(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._user(parameters)["Enabled"] = False
        return {}

    def _admin_user_global_sign_out(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._user(parameters)
        return {}

    def _admin_delete_user(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = self._user(parameters)["Username"]
        del self._users(parameters)[name]
        for members in self.groups[parameters["UserPoolId"]].values():
            members.discard(name)
        return {}

    def _admin_add_user_to_group(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._group(parameters).add(self._user(parameters)["Username"])
        return {}

    def _admin_remove_user_from_group(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._group(parameters).discard(self._user(parameters)["Username"])
        return {}

    def _list_users_in_group(self, parameters: dict[str, Any]) -> dict[str, Any]:
        users = self._users(parameters)
        shown = [_listed(users[name]) for name in sorted(self._group(parameters)) if name in users]
        shown += self.ghosts.get(parameters["GroupName"], [])
        return self._page(shown, "NextToken", parameters)

    def _admin_list_groups_for_user(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = self._user(parameters)["Username"]
        groups = sorted(self.groups_of(name, parameters["UserPoolId"]))
        return {
            "Groups": [{"GroupName": group, "Description": description(group)} for group in groups]
        }

    def _page(self, all_of_it: list[Any], token: str, parameters: dict[str, Any]) -> dict[str, Any]:
        begin = int(parameters.get(token, "0"))
        end = begin + self.page_size
        more = {token: str(end)} if end < len(all_of_it) else {}
        return {"Users": all_of_it[begin:end], **more}

    def _pool(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        pool = parameters["UserPoolId"]
        if pool not in self.pools:
            raise RefusedError("ResourceNotFoundException", f"User pool {pool} does not exist.")
        return self.pools[pool]

    def _users(self, parameters: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        return self.users[parameters["UserPoolId"]]

    def _user(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        pool = self._pool(parameters)["Id"]
        user = self._by_name(pool, parameters["Username"])
        if user is None:
            raise RefusedError("UserNotFoundException", "User does not exist.")
        return user

    def _by_name(self, pool: str, given: str) -> dict[str, Any] | None:
        by_case = self._is_case_sensitive(pool)
        wanted = self._folded(given, by_case=by_case)
        aliases = self.pools[pool].get("AliasAttributes", ())
        for name, user in self.users[pool].items():
            names = {name, attribute(user, "sub")}
            if self._is_by_email(pool) or "email" in aliases:
                names.add(attribute(user, "email"))
            if wanted in {self._folded(each, by_case=by_case) for each in names}:
                return user
        return None

    def _group(self, parameters: Mapping[str, Any]) -> set[str]:
        self._pool(parameters)
        groups = self.groups[parameters["UserPoolId"]]
        if parameters["GroupName"] not in groups:
            raise RefusedError("ResourceNotFoundException", "Group not found.")
        return groups[parameters["GroupName"]]

    def _new_name(self, pool: str, given: str) -> str:
        if not self._is_by_email(pool):
            return given
        # Another one for the next account of the same address.
        self._made[pool, given] += 1
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{pool}/{given}/{self._made[pool, given]}"))

    def _is_by_email(self, pool: str) -> bool:
        return "email" in self.pools.get(pool, {}).get("UsernameAttributes", ())

    def _is_case_sensitive(self, pool: str) -> bool:
        settings = self.pools.get(pool, {}).get("UsernameConfiguration", {})
        return bool(settings.get("CaseSensitive", True))

    def _folded(self, text: str, *, by_case: bool) -> str:
        return text if by_case else text.lower()


def description(group: str) -> str:
    """Return what a group says of itself."""
    environment = group.removesuffix("-workers")
    is_marker = environment != group
    return f"Accounts that environment {environment} has made" if is_marker else "Reads numbers"


def attribute(user: Mapping[str, Any], name: str) -> str:
    """Return an attribute of a user, or an empty text."""
    attributes = user.get("UserAttributes", user.get("Attributes", []))
    return next((str(each["Value"]) for each in attributes if each["Name"] == name), "")


def _listed(user: Mapping[str, Any]) -> dict[str, Any]:
    """Return an account as lists show it."""
    shown = {name: value for name, value in user.items() if name != "UserAttributes"}
    return {**shown, "Attributes": user["UserAttributes"]}


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
