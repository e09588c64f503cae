"""Users of pools: CloudFormation's types for them, their invitations, and who is found.

botocore's model of `cognito-idp` is the source of the rules, where nothing else is named.
"""

from __future__ import annotations

import re
import secrets
import string
import time
from collections.abc import Mapping
from typing import Any, Final

from local.services.cognito.answers import call, error, invalid
from local.services.iam import Rights
from local.services.internals import module

_SYMBOLS: Final = "#%^*"
_SHORTEST: Final = 12
_ATTACHMENT: Final = ("UserPoolId", "Username", "GroupName")
_USER: Final = (
    "ClientMetadata",
    "DesiredDeliveryMediums",
    "ForceAliasCreation",
    "MessageAction",
    "UserAttributes",
    "Username",
    "UserPoolId",
    "ValidationData",
)
#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
_MAILS_A_DAY: Final = 50
_DAY: Final = 24 * 3600.0
_FILTER: Final = re.compile(r'\s*"?[\w:]+"?\s*\^?=\s*"[^"]*"\s*')


class Users:
    """Users of MiniStack's pools."""

    def __init__(self, rights: Rights) -> None:
        self._cognito = module("services.cognito")
        self._provisioners = module("services.cloudformation.provisioners")
        self._rights = rights
        #: When Cognito's own mailer sent invitations, by account.
        self._mailed: dict[str, list[float]] = {}

    def install(self) -> None:
        """Add the types that MiniStack lacks, and patch invitations and what is done with users."""
        self._add_types()
        self._patch_invitations()
        self._patch_users()

    def _add_types(self) -> None:
        cognito, provisioners = self._cognito, self._provisioners

        def create_user(logical_id: str, properties: Any, stack_name: str) -> Any:
            name = properties.get("Username") or provisioners._physical_name(stack_name, logical_id)
            call(cognito._admin_create_user, {**properties, "Username": name})
            return name, {}

        def delete_user(physical_id: str, properties: Any) -> None:
            request = {"UserPoolId": properties["UserPoolId"], "Username": physical_id}
            call(cognito._admin_delete_user, request, absent_is_fine=True)

        def join(_logical_id: str, properties: Any, _stack_name: str) -> Any:
            call(cognito._admin_add_user_to_group, properties)
            return "|".join(properties[name] for name in _ATTACHMENT), {}

        def leave(_physical_id: str, properties: Any) -> None:
            call(cognito._admin_remove_user_from_group, properties, absent_is_fine=True)

        handlers = provisioners._RESOURCE_HANDLERS
        handlers["AWS::Cognito::UserPoolUser"] = {"create": create_user, "delete": delete_user}
        handlers["AWS::Cognito::UserPoolUserToGroupAttachment"] = {"create": join, "delete": leave}
        # Every property of both is "Update requires: Replacement".
        replacing = provisioners._REPLACING_PROPERTIES
        replacing["AWS::Cognito::UserPoolUser"] = _USER
        replacing["AWS::Cognito::UserPoolUserToGroupAttachment"] = _ATTACHMENT

    def _patch_invitations(self) -> None:
        """Make temporary passwords that fit the pool's policy, a new one for each invitation.

        A user who has a password can't be invited again. A template without a place for the
        password is not sent. Cognito's own mailer sends only so many mails a day.
        """
        cognito = self._cognito
        create, deliver = cognito._admin_create_user, cognito._deliver_invitation_email

        def create_with_password(data: Any) -> Any:
            pool = cognito._user_pools.get(data.get("UserPoolId"))
            if pool is None or "TemporaryPassword" in data:
                return create(data)
            if (data.get("MessageAction") or "").upper() != "SUPPRESS" and self._is_used_up(pool):
                return error(
                    "LimitExceededException",
                    "Exceeded daily email limit for the operation or the account.",
                )
            password = _temporary_password(pool)
            if (data.get("MessageAction") or "").upper() == "RESEND":
                user, _ = cognito._resolve_user(pool, data.get("Username"))
                if user and user["UserStatus"] != "FORCE_CHANGE_PASSWORD":
                    message = f"Resend not possible. {user['Username']} has a password already"
                    return error("UnsupportedUserStateException", message)
                if user:
                    user["_password"] = password
                return create(data)
            return create({**data, "TemporaryPassword": password})

        def deliver_complete(pool: Any, *arguments: Any) -> Any:
            template = (pool.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
            if "{####}" not in template.get("EmailMessage", "{####}"):
                return None
            if not _has_own_sender(pool):
                account = self._rights.current_scope().account
                self._mailed.setdefault(account, []).append(time.time())
            return deliver(pool, *arguments)

        cognito._admin_create_user = create_with_password
        cognito._deliver_invitation_email = deliver_complete

    def _is_used_up(self, pool: Any) -> bool:
        sent = self._mailed.get(self._rights.current_scope().account, ())
        today = [each for each in sent if each > time.time() - _DAY]
        return not _has_own_sender(pool) and len(today) >= _MAILS_A_DAY

    def _patch_users(self) -> None:
        """End sessions with the account, find names in either case, refuse unknown filters."""
        cognito = self._cognito
        disable, resolve, listed = (
            cognito._admin_disable_user,
            cognito._resolve_user,
            cognito._list_users,
        )

        def disable_and_sign_out(data: Any) -> Any:
            answer = disable(data)
            pool = cognito._user_pools.get(data.get("UserPoolId"))
            if pool and answer[0] == 200:
                user, _ = cognito._resolve_user(pool, data.get("Username"))
                user["_signout_at"] = time.time()
            return answer

        def resolve_in_either_case(pool: Any, username: Any) -> Any:
            found = resolve(pool, username)
            sensitive = (pool.get("UsernameConfiguration") or {}).get("CaseSensitive", True)
            if found[0] or sensitive or not isinstance(username, str):
                return found
            names = set(pool.get("UsernameAttributes") or ()) | {"sub"}
            for user in pool["_users"].values():
                attributes = cognito._attr_list_to_dict(user.get("Attributes", []))
                known = {user["Username"], *(attributes.get(name, "") for name in names)}
                if username.casefold() in {each.casefold() for each in known}:
                    return user, None
            return found

        def list_checked(data: Any) -> Any:
            if (wanted := data.get("Filter")) and not _FILTER.fullmatch(wanted):
                return invalid("Error while parsing filter.")
            return listed(data)

        cognito._admin_disable_user = disable_and_sign_out
        cognito._resolve_user = resolve_in_either_case
        cognito._list_users = list_checked


def _has_own_sender(pool: Mapping[str, Any]) -> bool:
    """Say whether mails are sent by the account's SES."""
    config = pool.get("EmailConfiguration") or {}
    return config.get("EmailSendingAccount") == "DEVELOPER"


def _temporary_password(pool: Mapping[str, Any]) -> str:
    policy = (pool.get("Policies") or {}).get("PasswordPolicy") or {}
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SYMBOLS)
    letters = [secrets.choice(kind) for kind in kinds]
    length = max(_SHORTEST, int(policy.get("MinimumLength", 8)))
    letters += [secrets.choice("".join(kinds)) for _ in range(length - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
