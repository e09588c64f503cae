"""Who may do what in MiniStack: roles, services and callers, by its own evaluation of policies."""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from local.ground_truth.cloud import SERVICE, Caller, Denied, Scope
from local.ground_truth.errors import AwsError
from local.services.internals import module
from local.services.sts import LIFETIME, Credentials


class Rights:
    """IAM of MiniStack."""

    def __init__(self) -> None:
        self._responses = module("core.responses")
        self._iam = module("core.iam_evaluator")
        self._roles = module("services.iam")
        self._sts = module("services.sts")
        self._tagging = module("services.tagging")
        #: What a service tells KMS of the request that it uses a key for.
        self.use_of_key: ContextVar[Mapping[str, str]] = ContextVar("use_of_key")

    def install(self) -> None:
        """Patch patterns and tags, and log calls."""
        self._patch_wildcards()
        # MiniStack looks for tags only where the caller's own policies ask, not his boundary.
        self._iam._names_condition_key = lambda *_: True
        self._log_calls()

    def know_tags(
        self, service: str, tags: Callable[[], Iterable[tuple[str, Mapping[str, str]]]]
    ) -> None:
        """Let policies ask for the tags of a service's resources; `tags` yields them by ARN."""
        self._tagging._RESOURCE_TAG_COLLECTORS[service] = lambda: (
            (arn, [{"Key": key, "Value": value} for key, value in found.items()])
            for arn, found in tags()
        )

    def tags_of(self, scope: Scope, resource: str) -> Mapping[str, str]:
        """Return the tags of a resource, by its ARN."""
        with self.as_service(scope):
            found: Mapping[str, str] | None = self._tagging.resource_tags(resource)
        return found or {}

    def require(
        self,
        scope: Scope,
        role: str,
        action: str,
        resource: str,
        context: Mapping[str, Any],
        *,
        policy: Any = None,
    ) -> None:
        # By its own and by the resource's policies; `policy` is that of one that is being made.
        name, service = role.rsplit("/", 1)[-1], action.split(":")[0]
        evaluator = self._iam
        with self.as_service(scope):
            request = evaluator.EvalContext(
                principal_arn=f"arn:aws:sts::{scope.account}:assumed-role/{name}/SageMaker",
                principal_type="AssumedRole",
                principal_account=scope.account,
                action=action,
                resource_arn=resource,
                region=scope.region,
                service_context={key.lower(): value for key, value in context.items()},
            )
            limits = evaluator._permissions_boundary(self._roles._roles, name, scope.account)
            policies = evaluator._gather_role_policies(name, scope.account)
            result = evaluator.evaluate(request, policies, *limits)
            found = (policy, scope.account) if policy else None
            found = found or evaluator._resource_policy(service, resource)
            if found is not None:
                result = evaluator.combine_resource_policy(
                    result,
                    request,
                    *found,
                    required=service in evaluator._POLICY_REQUIRED,
                    limits=limits,
                )
        self._log(
            principal=name, action=action, resource=resource, allowed=result.decision == "Allow"
        )
        if result.decision != "Allow":
            raise Denied(action, resource, role)

    def role_trusts(self, scope: Scope, role: str, service: str = SERVICE) -> bool:
        """Say whether the role exists and lets a service, if none is named SageMaker, assume it."""
        record = self._roles._roles.get_scoped(scope.account, None, role.rsplit("/", 1)[-1])
        if record is None or record["Arn"] != role:
            return False
        document = record["AssumeRolePolicyDocument"]
        trust = json.loads(document) if isinstance(document, str) else document
        statements = trust["Statement"]
        statements = [statements] if isinstance(statements, dict) else statements
        # A trust policy has no Resource, which the evaluation of a policy asks for.
        policy = {"Statement": [{**statement, "Resource": "*"} for statement in statements]}
        request = self._service_request(
            scope, "sts:AssumeRole", role, {"aws:sourceaccount": scope.account}
        )
        result = self._iam.evaluate_resource_policy(policy, request, service=service)
        return bool(result.decision == "Allow")

    def policy_of(self, service: str, resource: str) -> Any:
        """Return the policy of a resource, or `None`."""
        found = self._iam._resource_policy(service, resource)
        return found[0] if found else None

    def require_service(
        self,
        scope: Scope,
        policy: Any,
        action: str,
        resource: str,
        service: str,
        context: Mapping[str, str],
    ) -> None:
        request = self._service_request(scope, action, resource, context)
        result = self._iam.evaluate_resource_policy(policy, request, service=service)
        if result.decision != "Allow":
            raise Denied(action, resource, service)

    def _service_request(
        self, scope: Scope, action: str, resource: str, context: Mapping[str, str]
    ) -> Any:
        with self.as_service(scope):
            return self._iam.EvalContext(
                principal_arn="*",  # a service is no principal of any account
                principal_type="Service",
                principal_account="",
                action=action,
                resource_arn=resource,
                region=scope.region,
                service_context=dict(context),
            )

    def credentials(
        self, scope: Scope, role: str, only: Mapping[str, str] | None = None
    ) -> Credentials:
        """Assume the role, as Ground Truth does; `only` are IP addresses by condition key."""
        credentials = Credentials(
            access_key=self._roles._gen_session_access_key(),
            secret_key=self._roles._gen_secret(),
            token=self._roles._gen_session_token(),
        )
        name = role.rsplit("/", 1)[-1]
        session = {
            "Arn": f"arn:aws:sts::{scope.account}:assumed-role/{name}/SageMaker",
            "UserId": f"{credentials.access_key}:SageMaker",
            "SecretAccessKey": credentials.secret_key,
            "SessionToken": credentials.token,
            "Expiration": time.time() + LIFETIME,
            "AccountId": scope.account,
            "PrincipalType": "AssumedRole",
        }
        if only:
            anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
            policy = {"Statement": [{**anything, "Condition": {"IpAddress": dict(only)}}]}
            session["SessionPolicies"] = {"Policy": json.dumps(policy), "PolicyArns": []}
        self._sts.register_session(credentials.access_key, session)
        return credentials

    def current_scope(self) -> Scope:
        account, region = self._responses.get_account_id(), self._responses.get_region()
        return Scope(account=account, region=region)

    @contextlib.contextmanager
    def as_service(self, scope: Scope) -> Iterator[None]:
        """Run as a service does: in the account's Region, from within AWS, over TLS."""
        token = self._iam._request_origin.set(("127.0.0.1", True))
        try:
            with self._responses.request_scope(scope.account, scope.region):
                yield
        finally:
            self._iam._request_origin.reset(token)

    def caller(self, scope: Scope, headers: Any, query: Any) -> Caller:
        """Return who has signed a request."""
        key = module("core.router").extract_access_key_id(headers, query)
        return _Caller(self._iam, scope, key)

    def _patch_wildcards(self) -> None:
        """Let `*` and `?` of a policy stand for a line break, which a key may have, too."""
        original = self._iam._fnmatch_compile

        def compile_for_any_character(pattern: str, ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001  # MiniStack's own signature
            compiled: re.Pattern[str] = original(pattern, ignore_case)
            return re.compile(compiled.pattern, compiled.flags | re.DOTALL)

        self._iam._fnmatch_compile = compile_for_any_character

    def _log_calls(self) -> None:
        """Write down each action that a caller asks for."""
        original = self._iam.enforce

        def enforce(
            access_key: str,
            action: str,
            service: str,
            *arguments: Any,
            resource_arn: str = "*",
            **more: Any,
        ) -> Any:
            # What a request needs besides its own action may be another service's.
            if action.startswith("kms:") and service != "kms":
                service = "kms"
                more["service_context"] = {
                    **(more.get("service_context") or {}),
                    **self.use_of_key.get({}),
                }
            refusal = original(
                access_key, action, service, *arguments, resource_arn=resource_arn, **more
            )
            self._log(
                principal=self._name_of(access_key),
                action=action,
                resource=resource_arn,
                allowed=refusal is None,
            )
            return refusal

        self._iam.enforce = enforce

    def _name_of(self, access_key: str) -> str:
        """Return the name of the role or user that has a key; `root`, or nothing for nobody."""
        account = self._responses.get_account_id()
        caller = self._iam.resolve_principal(access_key or "", account)
        kind, _, rest = str(getattr(caller, "arn", "")).rpartition(":")[2].partition("/")
        return rest.split("/")[0] or kind

    def _log(self, **call: Any) -> None:
        """Add a line to the file that CALL_LOG names, if any."""
        log = os.environ.get("CALL_LOG")
        if log is not None:
            with Path(log).open("a") as lines:
                lines.write(json.dumps(call) + "\n")


class _Caller:
    """Who signed the request that MiniStack is handling."""

    def __init__(self, evaluator: Any, scope: Scope, access_key: str) -> None:
        self._evaluator = evaluator
        self._scope = scope
        self._access_key = access_key

    def authorize(self, action: str, resource: str, context: Mapping[str, str]) -> None:
        """Raise AwsError (AccessDeniedException) unless the caller may do it."""
        denied = self._evaluator.enforce(
            self._access_key,
            action,
            "sagemaker",
            self._scope.region,
            resource_arn=resource,
            service_context=dict(context),
        )
        if denied is None:
            return
        if isinstance(denied, self._evaluator.AuthError):
            raise AwsError(denied.code, denied.message, status=403)
        message = module("core.iam_actions").identity_denial_message(
            action, denied.principal_arn, resource, denied.decision == "Deny"
        )
        raise AwsError("AccessDeniedException", message)
