"""Cognito of MiniStack: what Ground Truth needs of it, and what it lacks or does unlike AWS.

botocore's model of `cognito-idp` is the source of the rules, where nothing else is named.
"""

from __future__ import annotations

import copy
import json
import re
import secrets
import string
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, Final

from local.ground_truth.cloud import Scope, User, UserPool
from local.services.cognito.login_pages import Client
from local.services.iam import Rights, module

_Answer = tuple[int, Any, bytes]
_SYMBOLS: Final = "#%^*"
_SHORTEST: Final = 12
_CODE_FLOWS: Final = frozenset({"code", "implicit"})
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
#: What is described even if it is empty.
_SHOWN_EMPTY: Final = frozenset({"LambdaConfig", "CustomDomain", "Domain"})
_FILTER: Final = re.compile(r'\s*"?[\w:]+"?\s*\^?=\s*"[^"]*"\s*')


class Pools:
    """MiniStack's user pools; `domain` is what their login pages' names end with."""

    def __init__(self, rights: Rights, *, domain: str) -> None:
        self._cognito = module("services.cognito")
        self._provisioners = module("services.cloudformation.provisioners")
        self._rights = rights
        self._domain = domain
        #: When Cognito's own mailer sent invitations, by account.
        self._mailed: dict[str, list[float]] = {}
        self._by_formation: ContextVar[bool] = ContextVar("by_formation", default=False)

    # What Ground Truth asks for.

    def user_pool(self, scope: Scope, pool_id: str) -> UserPool | None:
        """Describe a user pool."""
        pool = self._pool(scope, pool_id)
        if pool is None:
            return None
        return UserPool(
            domain=self._login_pages(scope.region, pool),
            groups=frozenset(pool["_groups"]),
            clients={name: client.get("ClientSecret") for name, client in pool["_clients"].items()},
        )

    def users(self, scope: Scope, pool_id: str) -> Iterable[User]:
        """List a pool's users; none if there is no such pool."""
        pool = self._pool(scope, pool_id)
        for record in list(pool["_users"].values()) if pool else ():
            attributes = self._cognito._attr_list_to_dict(record.get("Attributes", []))
            yield User(
                username=record["Username"],
                email=attributes.get("email", ""),
                sub=attributes.get("sub", ""),
                enabled=bool(record.get("Enabled")),
                groups=frozenset(record.get("_groups", ())) & frozenset(pool["_groups"]),
                signed_out=record.get("_signout_at", 0.0),
            )

    def login_clients(self, prefix: str, region: str) -> Mapping[str, Client] | None:
        """Return the clients of the pool with this domain prefix, or `None`."""
        for (_, its_region, _), pool in self._cognito._user_pools.all_items():
            if its_region == region and pool.get("Domain") == prefix:
                return {name: _client(each) for name, each in pool["_clients"].items()}
        return None

    def _pool(self, scope: Scope, pool_id: str) -> Any:
        return self._cognito._user_pools.get_scoped(scope.account, scope.region, pool_id)

    def _login_pages(self, region: str, pool: Any) -> str | None:
        if pool.get("Domain"):
            return f"https://{pool['Domain']}.auth.{region}.{self._domain}"
        # Nothing answers there: a domain of one's own needs DNS.
        return f"https://{pool['CustomDomain']}" if pool.get("CustomDomain") else None

    # What is added and mended.

    def install(self, teams: Callable[[Scope, str, str], list[str]]) -> None:
        """Add CloudFormation types and mends; `teams` names the work teams that use a group."""
        self._add_types()
        self._mend_clients()
        self._mend_pools()
        self._mend_deletions(teams)
        self._mend_invitations()
        self._mend_users()

    def _add_types(self) -> None:
        cognito, provisioners = self._cognito, self._provisioners

        def create_user(logical_id: str, properties: Any, stack_name: str) -> Any:
            name = properties.get("Username") or provisioners._physical_name(stack_name, logical_id)
            _call(cognito._admin_create_user, {**properties, "Username": name})
            return name, {}

        def delete_user(physical_id: str, properties: Any) -> None:
            request = {"UserPoolId": properties["UserPoolId"], "Username": physical_id}
            _call(cognito._admin_delete_user, request, absent_is_fine=True)

        def join(_logical_id: str, properties: Any, _stack_name: str) -> Any:
            _call(cognito._admin_add_user_to_group, properties)
            return "|".join(properties[name] for name in _ATTACHMENT), {}

        def leave(_physical_id: str, properties: Any) -> None:
            _call(cognito._admin_remove_user_from_group, properties, absent_is_fine=True)

        handlers = provisioners._RESOURCE_HANDLERS
        handlers["AWS::Cognito::UserPoolUser"] = {"create": create_user, "delete": delete_user}
        handlers["AWS::Cognito::UserPoolUserToGroupAttachment"] = {"create": join, "delete": leave}
        # Every property of both is "Update requires: Replacement".
        replacing = provisioners._REPLACING_PROPERTIES
        replacing["AWS::Cognito::UserPoolUser"] = _USER
        replacing["AWS::Cognito::UserPoolUserToGroupAttachment"] = _ATTACHMENT

    def _mend_clients(self) -> None:
        """Let an update set what it leaves out to its default, and refuse flows without URLs."""
        defaults = {
            name: value
            for name, value in self._provisioners._COGNITO_USER_POOL_CLIENT_UPDATABLE.items()
            if name != "ClientName"  # it has no default
        }

        def checked(operation: Callable[[Any], _Answer], fill: Mapping[str, Any]) -> Any:
            def run(data: Any) -> _Answer:
                request = {**copy.deepcopy(dict(fill)), **data}
                refusal = _client_error(request)
                return _error(*refusal) if refusal else _shown(operation(request))

            return run

        cognito = self._cognito
        cognito._create_user_pool_client = checked(cognito._create_user_pool_client, {})
        cognito._update_user_pool_client = checked(cognito._update_user_pool_client, defaults)
        describe = cognito._describe_user_pool_client
        cognito._describe_user_pool_client = lambda data: _shown(describe(data))

    def _mend_pools(self) -> None:
        """Let an update set what it leaves out to its default, and describe pools as AWS does.

        CloudFormation's own tags stay, and nobody else can set such.
        """
        cognito = self._cognito
        update, show = cognito._update_user_pool, cognito._pool_out
        create = cognito._create_user_pool

        def update_all(data: Any) -> _Answer:
            pool = cognito._user_pools.get(data.get("UserPoolId")) or {}
            if refusal := self._pool_error(data):
                return _error(*refusal)
            request = {
                **copy.deepcopy(self._provisioners._COGNITO_USER_POOL_UPDATABLE),
                **copy.deepcopy(data),
            }
            tags = pool.get("UserPoolTags", {})
            kept = {name: value for name, value in tags.items() if name.startswith("aws:")}
            request["UserPoolTags"] = {**kept, **request["UserPoolTags"]}
            if "PoolName" in request:
                pool["Name"] = request["PoolName"]
            return _as_answer(update(request))

        def create_checked(data: Any) -> _Answer:
            refusal = self._pool_error(data)
            return _error(*refusal) if refusal else _as_answer(create(data))

        def show_as_aws(pool: Any) -> dict[str, Any]:
            shown = _without_empty(show(pool))
            # Both are there, though only one of them may be sent.
            days = pool["Policies"].get("PasswordPolicy", {}).get("TemporaryPasswordValidityDays")
            config = dict(shown.get("AdminCreateUserConfig", {}))
            config["UnusedAccountValidityDays"] = days or 7
            return {**shown, "AdminCreateUserConfig": config}

        cognito._update_user_pool = update_all
        cognito._create_user_pool = create_checked
        cognito._pool_out = show_as_aws
        handlers = self._provisioners._RESOURCE_HANDLERS["AWS::Cognito::UserPool"]
        for name in ("create", "update"):
            handlers[name] = self._as_formation(handlers[name])

    def _as_formation(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **more: Any) -> Any:
            token = self._by_formation.set(True)
            try:
                return handler(*arguments, **more)
            finally:
                self._by_formation.reset(token)

        return run

    def _pool_error(self, data: Any) -> tuple[str, str] | None:
        tags = data.get("UserPoolTags") or {}
        if not self._by_formation.get() and any(name.startswith("aws:") for name in tags):
            return (
                "InvalidParameterException",
                "aws: prefixed tag key names are not allowed for external use.",
            )
        policy = (data.get("Policies") or {}).get("PasswordPolicy", {})
        config = data.get("AdminCreateUserConfig") or {}
        if "TemporaryPasswordValidityDays" in policy and "UnusedAccountValidityDays" in config:
            return (
                "InvalidParameterException",
                "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of"
                " UnusedAccountValidityDays",
            )
        return None

    def _mend_deletions(self, teams: Callable[[Scope, str, str], list[str]]) -> None:
        """Refuse to delete a pool with a domain or protection, and a group that a team uses.

        https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-private-cognito.html
        """
        cognito, handlers = self._cognito, self._provisioners._RESOURCE_HANDLERS

        def pool_error(pool_id: str) -> str | None:
            pool = cognito._user_pools.get(pool_id)
            if pool is None:
                return None
            if pool.get("DeletionProtection") == "ACTIVE":
                return (
                    "The user pool cannot be deleted because deletion protection is activated."
                    " Deletion protection must be inactivated first."
                )
            if pool.get("Domain") or pool.get("CustomDomain"):
                return (
                    "User pool cannot be deleted. It has a domain configured that should be"
                    " deleted first."
                )
            return None

        def group_error(pool_id: str, group: str) -> str | None:
            if names := teams(self._rights.current_scope(), pool_id, group):
                return f"Group {group} is used by work teams: {', '.join(names)}"
            return None

        def guard(operation: Any, error_of: Callable[[Any], str | None]) -> Any:
            def run(data: Any) -> _Answer:
                message = error_of(data)
                if message is None:
                    return _as_answer(operation(data))
                return _error("InvalidParameterException", message)

            return run

        def guard_type(name: str, error_of: Callable[[str, Any], str | None]) -> None:
            delete = handlers[name]["delete"]

            def run(physical_id: str, properties: Any) -> None:
                if message := error_of(physical_id, properties):
                    raise ValueError(f"InvalidParameterException: {message}")
                delete(physical_id, properties)

            handlers[name]["delete"] = run

        cognito._delete_user_pool = guard(
            cognito._delete_user_pool, lambda data: pool_error(data.get("UserPoolId"))
        )
        cognito._delete_group = guard(
            cognito._delete_group,
            lambda data: group_error(data.get("UserPoolId"), data.get("GroupName")),
        )
        guard_type("AWS::Cognito::UserPool", lambda physical_id, _: pool_error(physical_id))
        guard_type(
            "AWS::Cognito::UserPoolGroup",
            lambda physical_id, properties: group_error(properties["UserPoolId"], physical_id),
        )

    def _mend_invitations(self) -> None:
        """Make temporary passwords that fit the pool's policy, a new one for each invitation.

        Who has a password already can't be invited, a template that lacks the place for the
        password is not sent, and Cognito's own mailer sends only so many mails a day.
        """
        cognito = self._cognito
        create, deliver = cognito._admin_create_user, cognito._deliver_invitation_email

        def create_with_password(data: Any) -> _Answer:
            pool = cognito._user_pools.get(data.get("UserPoolId"))
            if pool is None or "TemporaryPassword" in data:
                return _as_answer(create(data))
            if (data.get("MessageAction") or "").upper() != "SUPPRESS" and self._is_used_up(pool):
                return _error(
                    "LimitExceededException",
                    "Exceeded daily email limit for the operation or the account.",
                )
            password = _temporary_password(pool)
            if (data.get("MessageAction") or "").upper() == "RESEND":
                user, _ = cognito._resolve_user(pool, data.get("Username"))
                if user and user["UserStatus"] != "FORCE_CHANGE_PASSWORD":
                    message = f"Resend not possible. {user['Username']} has a password already"
                    return _error("UnsupportedUserStateException", message)
                if user:
                    user["_password"] = password
                return _as_answer(create(data))
            return _as_answer(create({**data, "TemporaryPassword": password}))

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

    def _mend_users(self) -> None:
        """End sessions with the account, find names in either case, refuse unknown filters."""
        cognito = self._cognito
        disable, resolve, listed = (
            cognito._admin_disable_user,
            cognito._resolve_user,
            cognito._list_users,
        )

        def disable_and_sign_out(data: Any) -> _Answer:
            answer = _as_answer(disable(data))
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

        def list_checked(data: Any) -> _Answer:
            if (wanted := data.get("Filter")) and not _FILTER.fullmatch(wanted):
                return _error("InvalidParameterException", "Error while parsing filter.")
            return _as_answer(listed(data))

        cognito._admin_disable_user = disable_and_sign_out
        cognito._resolve_user = resolve_in_either_case
        cognito._list_users = list_checked


def _has_own_sender(pool: Mapping[str, Any]) -> bool:
    """Say whether mails are sent by the account's SES."""
    config = pool.get("EmailConfiguration") or {}
    return config.get("EmailSendingAccount") == "DEVELOPER"


def _client(record: Mapping[str, Any]) -> Client:
    def names(key: str) -> frozenset[str]:
        return frozenset(record.get(key) or ())

    return Client(
        uses_oauth=bool(record.get("AllowedOAuthFlowsUserPoolClient")),
        flows=names("AllowedOAuthFlows"),
        providers=names("SupportedIdentityProviders"),
        callbacks=names("CallbackURLs"),
        logouts=names("LogoutURLs"),
    )


def _client_error(data: Mapping[str, Any]) -> tuple[str, str] | None:
    callbacks = data.get("CallbackURLs") or []
    if not callbacks and _CODE_FLOWS & set(data.get("AllowedOAuthFlows") or ()):
        return (
            "InvalidOAuthFlowException",
            "CallbackUrls can not be empty when code flow or implicit flow is selected",
        )
    default = data.get("DefaultRedirectURI")
    if default and default not in callbacks:
        return (
            "InvalidParameterException",
            f"DefaultRedirectURI {default} is not in the list of CallbackURLs",
        )
    for url in (*callbacks, *(data.get("LogoutURLs") or [])):
        if not re.match(r"https://|http://localhost\b|(?!https?:)[a-z][\w+.-]*:", url):
            return "InvalidParameterException", f"{url} is not a URL that begins with https://"
    return None


def _temporary_password(pool: Mapping[str, Any]) -> str:
    policy = (pool.get("Policies") or {}).get("PasswordPolicy") or {}
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SYMBOLS)
    letters = [secrets.choice(kind) for kind in kinds]
    length = max(_SHORTEST, int(policy.get("MinimumLength", 8)))
    letters += [secrets.choice("".join(kinds)) for _ in range(length - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _without_empty(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in content.items()
        if name in _SHOWN_EMPTY or value not in ("", None, [], {})
    }


def _shown(answer: Any) -> _Answer:
    """Leave out of a described client what is not set."""
    status, headers, body = answer
    if status != 200:
        return _as_answer(answer)
    client = _without_empty(json.loads(body)["UserPoolClient"])
    return status, headers, json.dumps({"UserPoolClient": client}).encode()


def _as_answer(answer: Any) -> _Answer:
    status, headers, body = answer
    return status, headers, body


def _error(code: str, message: str) -> _Answer:
    body = json.dumps({"__type": code, "message": message}).encode()
    return 400, {"Content-Type": "application/json", "x-amzn-errortype": code}, body


def _call(
    operation: Callable[[Any], _Answer], request: Any, *, absent_is_fine: bool = False
) -> None:
    status, _, body = operation(request)
    if status < 400:
        return
    answer = json.loads(body)
    if absent_is_fine and "NotFound" in answer.get("__type", ""):
        return
    raise ValueError(f"{answer.get('__type')}: {answer.get('message')}")
