"""What Cognito answers when it is asked for accounts, groups and mails.

Pools by e-mail make usernames up, mails are refused by address or by the day, a refused invitation
has made its account, lists lag behind and show whom there is no more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tests.unit.fake_services import RefusedError
from tests.unit.workforce.cognito_pools import NOW
from tests.unit.workforce.cognito_users import FakeUsers, attribute, sub_of

_INVITED: Final = "FORCE_CHANGE_PASSWORD"
_DAY: Final = 24 * 3600.0
_FILTER: Final = re.compile(r'email (\^?=) ("(?:[^"\\]|\\.)*")')


@dataclass
class FakeCognito(FakeUsers):
    """The operations on whoever is in the pools."""

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
    #: Lists of groups that do not yet show anybody.
    looks_without_members: int = 0
    #: Group, or nothing for all, to users that its list still shows though they are gone.
    ghosts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: Whether ListUsers compares case by case.
    filters_by_case: bool = True
    page_size: int = 60
    #: Username to what a pool with threat protection has recorded: type, end and time.
    sign_ins: dict[str, list[tuple[str, str, datetime]]] = field(default_factory=dict)

    def _list_users(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._pool(parameters)
        wanted_by = parameters.get("Filter", 'email ^= ""')
        found = _FILTER.fullmatch(wanted_by)
        assert found, wanted_by
        if self.looks_without_account:
            self.looks_without_account -= 1
            return {"Users": []}
        by_case = self.filters_by_case and self._is_case_sensitive(parameters["UserPoolId"])
        wanted = self._folded(json.loads(found[2]), by_case=by_case)
        users = []
        for user in [*self.ghosts.get("", ()), *self._users(parameters).values()]:
            email = self._folded(attribute(user, "email"), by_case=by_case)
            if email == wanted or (found[1] == "^=" and email.startswith(wanted)):
                users.append(listed(user))
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
                {"Name": "sub", "Value": name if self._is_by_email(pool) else sub_of(name)},
                *parameters["UserAttributes"],
            ],
            "Enabled": True,
            "UserStatus": _INVITED,
            "UserCreateDate": NOW,
        }
        if not action:
            self._deliver(email)
        return {"User": listed(users[name])}

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
        return {"User": listed(user)}

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
        if self.mails_a_day is None:
            return
        today = [time for time in self.mail_times if self.time - time < _DAY]
        if len(today) >= self.mails_a_day:
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
        if self.looks_without_members:
            self.looks_without_members -= 1
            self._group(parameters)
            return {"Users": []}
        shown = [listed(users[name]) for name in sorted(self._group(parameters)) if name in users]
        shown += self.ghosts.get(parameters["GroupName"], [])
        return self._page(shown, "NextToken", parameters)

    def _admin_list_groups_for_user(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = self._user(parameters)["Username"]
        all_groups = self.groups[parameters["UserPoolId"]]
        groups = sorted(group for group, members in all_groups.items() if name in members)
        return {
            "Groups": [{"GroupName": group, "Description": description(group)} for group in groups]
        }

    def _admin_list_user_auth_events(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = self._user(parameters)["Username"]
        events = [
            {"EventId": str(place), "EventType": what, "EventResponse": end, "CreationDate": time}
            for place, (what, end, time) in enumerate(self.sign_ins.get(name, []))
        ]
        return {"AuthEvents": events}

    def _page(self, all_of_it: list[Any], token: str, parameters: dict[str, Any]) -> dict[str, Any]:
        begin = int(parameters.get(token, "0"))
        end = begin + self.page_size
        more = {token: str(end)} if end < len(all_of_it) else {}
        return {"Users": all_of_it[begin:end], **more}


def description(group: str) -> str:
    """Return what a group says of itself."""
    environment = group.removesuffix("-workers")
    is_marker = environment != group
    return f"Accounts that environment {environment} has made" if is_marker else "Reads numbers"


def listed(user: Mapping[str, Any]) -> dict[str, Any]:
    """Return an account as lists show it."""
    attributes = user.get("UserAttributes") or user["Attributes"]
    shown = {name: value for name, value in user.items() if name != "UserAttributes"}
    return {**shown, "Attributes": attributes}
