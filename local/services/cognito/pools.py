"""Cognito's user pools in MiniStack: what Ground Truth needs of them, and what differs from AWS.

botocore's model of `cognito-idp` is the source of the rules, where nothing else is named.
"""

from __future__ import annotations

import copy
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from local.ground_truth.cloud import Scope, User, UserPool
from local.services.cognito.answers import Answer, invalid, without_empty
from local.services.cognito.clients import client_of, patch_clients
from local.services.cognito.drift import compare_cognito
from local.services.cognito.login_pages import Client
from local.services.cognito.users import Users
from local.services.iam import Rights
from local.services.internals import module, resource_handlers


class Pools:
    """MiniStack's user pools; `domain` is what their login pages' names end with."""

    def __init__(self, rights: Rights, *, domain: str) -> None:
        self._cognito = module("services.cognito")
        self._provisioners = module("services.cloudformation.provisioners")
        self._rights = rights
        self._domain = domain
        self._by_formation: ContextVar[bool] = ContextVar("by_formation", default=False)

    def user_pool(self, scope: Scope, pool_id: str) -> UserPool | None:
        pool = self._pool(scope, pool_id)
        if pool is None:
            return None
        return UserPool(
            domain=self._login_pages(scope.region, pool),
            groups=frozenset(pool["_groups"]),
            clients={name: client.get("ClientSecret") for name, client in pool["_clients"].items()},
        )

    def users(self, scope: Scope, pool_id: str) -> Iterable[User]:
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

    def has_pool(self, pool_id: str) -> bool:
        """Say whether any account has a pool with this id."""
        return any(name == pool_id for (_, _, name), _ in self._cognito._user_pools.all_items())

    def login_clients(self, prefix: str, region: str) -> Mapping[str, Client] | None:
        """Return the clients of the pool with this domain prefix, or `None`."""
        for (_, its_region, _), pool in self._cognito._user_pools.all_items():
            if its_region == region and pool.get("Domain") == prefix:
                return {name: client_of(each) for name, each in pool["_clients"].items()}
        return None

    def _pool(self, scope: Scope, pool_id: str) -> Any:
        return self._cognito._user_pools.get_scoped(scope.account, scope.region, pool_id)

    def _login_pages(self, region: str, pool: Any) -> str | None:
        if pool.get("Domain"):
            return f"https://{pool['Domain']}.auth.{region}.{self._domain}"
        # Nothing answers there: a domain of one's own needs DNS.
        return f"https://{pool['CustomDomain']}" if pool.get("CustomDomain") else None

    def install(self, teams: Callable[[Scope, str, str], list[str]]) -> None:
        """Patch Cognito; `teams` names the work teams that use a group."""
        # The same for everybody otherwise.
        self._cognito._EMAIL_OTP_CODE = f"{secrets.randbelow(10**6):06}"
        patch_clients()
        Users(self._rights).install()
        self._patch_pools()
        self._patch_deletions(teams)
        compare_cognito()

    def _patch_pools(self) -> None:
        """Let an update set what it leaves out to its default, and describe pools as AWS does.

        CloudFormation's own tags stay, and nobody else can set tags like them.
        """
        cognito = self._cognito
        update, show = cognito._update_user_pool, cognito._pool_out
        create = cognito._create_user_pool

        def update_all(data: Any) -> Any:
            pool = cognito._user_pools.get(data.get("UserPoolId")) or {}
            if refusal := self._refusal(data):
                return refusal
            request = {
                **copy.deepcopy(self._provisioners._COGNITO_USER_POOL_UPDATABLE),
                **copy.deepcopy(data),
            }
            tags = pool.get("UserPoolTags", {})
            kept = {name: value for name, value in tags.items() if name.startswith("aws:")}
            request["UserPoolTags"] = {**kept, **request["UserPoolTags"]}
            if "PoolName" in request:
                pool["Name"] = request["PoolName"]
            return update(request)

        def create_checked(data: Any) -> Any:
            return self._refusal(data) or create(data)

        def show_as_aws(pool: Any) -> dict[str, Any]:
            shown = without_empty(show(pool))
            # Both are there, though only one of them may be sent.
            days = pool["Policies"].get("PasswordPolicy", {}).get("TemporaryPasswordValidityDays")
            config = dict(shown.get("AdminCreateUserConfig", {}))
            config["UnusedAccountValidityDays"] = days or 7
            return {**shown, "AdminCreateUserConfig": config}

        self._rights.know_tags("cognito-idp", self._tags)
        cognito._update_user_pool = update_all
        cognito._create_user_pool = create_checked
        cognito._pool_out = show_as_aws
        handlers = resource_handlers("AWS::Cognito::UserPool")
        for name in ("create", "update"):
            handlers[name] = self._as_formation(handlers[name])

    def _tags(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        for pool in self._cognito._user_pools.values():
            yield pool["Arn"], pool.get("UserPoolTags") or {}

    def _as_formation(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **more: Any) -> Any:
            token = self._by_formation.set(True)
            try:
                return handler(*arguments, **more)
            finally:
                self._by_formation.reset(token)

        return run

    def _refusal(self, data: Any) -> Answer | None:
        tags = data.get("UserPoolTags") or {}
        if not self._by_formation.get() and any(name.startswith("aws:") for name in tags):
            return invalid("aws: prefixed tag key names are not allowed for external use.")
        policy = (data.get("Policies") or {}).get("PasswordPolicy", {})
        config = data.get("AdminCreateUserConfig") or {}
        if "TemporaryPasswordValidityDays" in policy and "UnusedAccountValidityDays" in config:
            return invalid(
                "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of"
                " UnusedAccountValidityDays"
            )
        return None

    def _patch_deletions(self, teams: Callable[[Scope, str, str], list[str]]) -> None:
        """Refuse to delete a pool with a domain or protection, and a group that a team uses.

        https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-private-cognito.html
        """
        cognito = self._cognito

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
            def run(data: Any) -> Any:
                message = error_of(data)
                return operation(data) if message is None else invalid(message)

            return run

        def guard_type(name: str, error_of: Callable[[str, Any], str | None]) -> None:
            handlers = resource_handlers(name)
            delete = handlers["delete"]

            def run(physical_id: str, properties: Any) -> None:
                if message := error_of(physical_id, properties):
                    raise ValueError(f"InvalidParameterException: {message}")
                delete(physical_id, properties)

            handlers["delete"] = run

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
