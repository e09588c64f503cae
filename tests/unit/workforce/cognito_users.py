"""Who there is in Cognito's pools, and in which groups: names are made up in pools by e-mail."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.unit.fake_services import RefusedError
from tests.unit.workforce.cognito_pools import NOW, POOL, FakePools
from workforce.record import ATTRIBUTE, Record, parse


@dataclass
class FakeUsers(FakePools):
    """Accounts and groups, and what people do to them by hand."""

    #: Pool to username to what AdminGetUser answers.
    users: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    #: Pool to group to the usernames in it.
    groups: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))

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
                {"Name": "sub", "Value": name if by_itself else sub_of(name)},
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

    def add_groups(self, *environments: str) -> None:
        """Put the groups of environments there, each with one team."""
        for environment in environments:
            self.groups[POOL] |= {f"{environment}-readers": set(), f"{environment}-workers": set()}

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

    def _users(self, parameters: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        return self.users[parameters["UserPoolId"]]

    def _user(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        pool = self._pool(parameters)["Id"]
        user = self._by_name(pool, parameters["Username"])
        if user is None:
            raise RefusedError("UserNotFoundException", "User does not exist.")
        return user

    def _by_name(self, pool: str, given: str) -> dict[str, Any] | None:
        if given in self.users[pool]:
            return self.users[pool][given]
        by_case = self._is_case_sensitive(pool)
        wanted = self._folded(given, by_case=by_case)
        is_alias = "email" in self.pools[pool].get("AliasAttributes", ())
        names = ("sub", "email") if is_alias or self._is_by_email(pool) else ("sub",)
        for name, user in self.users[pool].items():
            known = [name, *(a["Value"] for a in user["UserAttributes"] if a["Name"] in names)]
            if wanted in known or (not by_case and wanted in map(str.lower, known)):
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


def sub_of(name: str) -> str:
    """Return what Cognito names an account by that has a username of its own."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sub/{name}"))


def attribute(user: Mapping[str, Any], name: str) -> str:
    """Return an attribute of a user, or an empty text."""
    attributes = user.get("UserAttributes", user.get("Attributes", []))
    return next((str(each["Value"]) for each in attributes if each["Name"] == name), "")
