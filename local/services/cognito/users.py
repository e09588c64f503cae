"""Users of pools: CloudFormation's types for them, their invitations, and who is found.

botocore's model of `cognito-idp` is the source of the rules, where nothing else is named.
"""

from __future__ import annotations

import hmac
import json
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
_EMAIL: Final = re.compile(r'\s*"?email"?\s*\^?=\s*"([^"]*)"')
#: A domain that never is one (https://www.rfc-editor.org/rfc/rfc2606#section-2).
_NOWHERE: Final = ".invalid"


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
        password is not sent. Cognito's own mailer sends only so many mails a day, and none to an
        address of a domain that is none, whose user is made all the same
        (https://github.com/aws/aws-sdk/issues/438).
        """
        cognito = self._cognito
        create, deliver = cognito._admin_create_user, cognito._deliver_invitation_email

        def create_with_password(data: Any) -> Any:
            pool = cognito._user_pools.get(data.get("UserPoolId"))
            action = (data.get("MessageAction") or "").upper()
            if pool is None:
                return create(data)
            if action != "RESEND" and (refused := self._alias_refusal(pool, data)):
                return refused
            if "TemporaryPassword" in data:
                return create(data)
            if action != "SUPPRESS" and self._is_used_up(pool):
                return error(
                    "LimitExceededException",
                    "Exceeded daily email limit for the operation or the account.",
                )
            password = _temporary_password(pool)
            if action == "RESEND":
                user, _ = cognito._resolve_user(pool, data.get("Username"))
                if user and user["UserStatus"] != "FORCE_CHANGE_PASSWORD":
                    message = f"Resend not possible. {user['Username']} has a password already"
                    return error("UnsupportedUserStateException", message)
                if user:
                    user["_password"] = password
                return delivered(create(data), action)
            return delivered(create({**data, "TemporaryPassword": password}), action)

        def delivered(answer: Any, action: str) -> Any:
            if answer[0] != 200 or action == "SUPPRESS":
                return answer
            attributes = json.loads(answer[2])["User"]["Attributes"]
            if any(each["Name"] == "email" and _is_nowhere(each["Value"]) for each in attributes):
                message = "Unable to deliver the message to the address."
                return error("CodeDeliveryFailureException", message)
            return answer

        def deliver_complete(pool: Any, *arguments: Any) -> Any:
            template = (pool.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate") or {}
            to = arguments[1].get("email", "") if len(arguments) > 1 else ""
            if "{####}" not in template.get("EmailMessage", "{####}") or _is_nowhere(to):
                return None
            if not _has_own_sender(pool):
                account = self._rights.current_scope().account
                self._mailed.setdefault(account, []).append(time.time())
            return deliver(pool, *arguments)

        cognito._admin_create_user = create_with_password
        cognito._deliver_invitation_email = deliver_complete

    def _alias_refusal(self, pool: Any, data: Any) -> Any:
        """Refuse a username like an address where addresses are aliases, and an alias twice.

        https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
        """
        if "email" not in (pool.get("AliasAttributes") or ()):
            return None
        if "@" in (data.get("Username") or ""):
            return invalid(
                "Username cannot be of email format, since user pool is configured for email alias."
            )
        to_dict = self._cognito._attr_list_to_dict
        wanted = _verified_email(to_dict(data.get("UserAttributes") or []))
        taken = {_verified_email(to_dict(user["Attributes"])) for user in pool["_users"].values()}
        if wanted and wanted in taken and not data.get("ForceAliasCreation"):
            return error("AliasExistsException", "An account with the given email already exists.")
        return None

    def _is_used_up(self, pool: Any) -> bool:
        sent = self._mailed.get(self._rights.current_scope().account, ())
        today = [each for each in sent if each > time.time() - _DAY]
        return not _has_own_sender(pool) and len(today) >= _MAILS_A_DAY

    def _patch_users(self) -> None:
        """End sessions with the account, find names in either case, refuse unknown filters.

        What an account has come to, such as that it is disabled, is said at login pages to who
        knows its password: all others can't tell it from one that nobody has.

        Nobody says whether a list of a case-sensitive pool compares case by case. This one does:
        who relies on less than that finds nobody here.
        """
        cognito = self._cognito
        disable, resolve, listed, authenticate = (
            cognito._admin_disable_user,
            cognito._resolve_user,
            cognito._list_users,
            cognito._authenticate_hosted_ui_user,
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
            if found[0] or _is_case_sensitive(pool) or not isinstance(username, str):
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
            pool = cognito._user_pools.get(data.get("UserPoolId")) or {}
            answer = listed(data)
            beginning = _EMAIL.match(wanted or "")
            if answer[0] != 200 or beginning is None or not _is_case_sensitive(pool):
                return answer
            content = json.loads(answer[2])
            content["Users"] = [
                user
                for user in content["Users"]
                if cognito._attr_list_to_dict(user["Attributes"])["email"].startswith(beginning[1])
            ]
            return answer[0], answer[1], json.dumps(content).encode()

        def authenticate_in_silence(pool: Any, username: str, password: str) -> Any:
            user, _ = cognito._resolve_user(pool, username)
            known = (user or {}).get("_password") or ""
            if not hmac.compare_digest(known.encode(), password.encode()) or not known:
                return None, "Incorrect username or password."
            return authenticate(pool, username, password)

        cognito._authenticate_hosted_ui_user = authenticate_in_silence
        cognito._admin_disable_user = disable_and_sign_out
        cognito._resolve_user = resolve_in_either_case
        cognito._list_users = list_checked


def _is_nowhere(address: str) -> bool:
    """Say whether no mail can be delivered to an address."""
    return address.lower().endswith(_NOWHERE)


def _is_case_sensitive(pool: Mapping[str, Any]) -> bool:
    """Say whether two spellings are two names, which is the default."""
    return bool((pool.get("UsernameConfiguration") or {}).get("CaseSensitive", True))


def _verified_email(attributes: Mapping[str, str]) -> str:
    is_verified = attributes.get("email_verified", "").lower() == "true"
    return attributes.get("email", "") if is_verified else ""


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
