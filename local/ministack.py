"""Adds Ground Truth to MiniStack, and serves its needs. Of Cognito, see ministack_cognito.py.

Only the files `ministack*.py` use MiniStack's internals. tests/unit/test_local_ministack.py lists
every internal name that is used there, with its parameters, and fails first when MiniStack moves
one.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.ground_truth.cloud import (
    SERVICE,
    Bucket,
    Denied,
    FunctionFailed,
    Missing,
    Scope,
    User,
    UserPool,
)
from local.ground_truth.errors import AwsError
from local.ground_truth.resources import Resource, Workforces, Workteams
from local.ground_truth.service import GroundTruth
from local.mailbox import Mail
from local.ministack_cognito import Pools
from local.role_sessions import LIFETIME, Credentials, RoleSessions

_LOG = logging.getLogger("ground-truth")


def _module(name: str) -> Any:
    return importlib.import_module(f"ministack.{name}")


class MiniStack:
    """MiniStack as the cloud around Ground Truth; `install` once before it serves.

    MiniStack reads its settings from the environment while it is imported, which is here.
    """

    def __init__(self) -> None:
        self.app: Any = _module("app").app
        self._responses = _module("core.responses")
        self._iam = _module("core.iam_evaluator")
        self._roles = _module("services.iam")
        self._s3 = _module("services.s3")
        self._kms = _module("services.kms")
        self._sns = _module("services.sns")
        self._events = _module("services.eventbridge")
        self._ses = _module("services.ses")
        self._lambda = _module("services.lambda_svc")
        self._sts = _module("services.sts")
        self._provisioners = _module("services.cloudformation.provisioners")
        self._sessions = RoleSessions(self._credentials)
        #: What the names of worker portals and login pages end with: browsers find it here.
        self.portal_domain = f"localhost:{os.environ['GATEWAY_PORT']}"
        #: Cognito's user pools.
        self.pools = Pools(
            _module("services.cognito"),
            self._provisioners,
            self._responses,
            domain=self.portal_domain,
        )

    # What Ground Truth asks for: the protocol Cloud.

    def read_object(self, scope: Scope, role: str, bucket: str, key: str) -> bytes:
        """Read with the rights of `role`; Denied or Missing."""
        with self._bucket_scope(scope, bucket, key):
            self.require(scope, role, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}", {})
            status, headers, body = self._s3._get_object(bucket, key, {})
            if status != 200:
                raise Missing(f"s3://{bucket}/{key}")
            kms_key = headers.get("x-amz-server-side-encryption-aws-kms-key-id")
            # S3's own key needs no right of the account's roles.
            if kms_key and not kms_key.endswith(":alias/aws/s3"):
                self.require(scope, role, "kms:Decrypt", self._key_arn(kms_key), {})
            return bytes(body)

    def object_size(self, scope: Scope, role: str, bucket: str, key: str) -> int:
        """Return the object's bytes, with the rights of `role` to read it; Denied or Missing."""
        with self._bucket_scope(scope, bucket, key):
            self.require(scope, role, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}", {})
            status, headers, _ = self._s3._head_object(bucket, key)
            if status != 200:
                raise Missing(f"s3://{bucket}/{key}")
            return int(headers["Content-Length"])

    def read_url(self, scope: Scope, role: str, bucket: str, key: str) -> str:
        """Return a URL by which a browser can read the object for an hour; Denied or Missing."""
        self.object_size(scope, role, bucket, key)
        client = self._sessions.client(scope, role, "s3")
        place = {"Bucket": bucket, "Key": key}
        return str(client.generate_presigned_url("get_object", Params=place, ExpiresIn=3600))

    def write_object(
        self,
        scope: Scope,
        role: str,
        bucket: str,
        key: str,
        body: bytes,
        *,
        kms_key: str | None = None,
    ) -> None:
        """Write with the rights of `role`, encrypted with `kms_key`; Denied or Missing.

        Without a key, S3's own one is asked for: botocore, LabelingJobOutputConfig.KmsKeyId.
        """
        headers = {"x-amz-server-side-encryption": "aws:kms"}
        with self._bucket_scope(scope, bucket, key):
            if kms_key:
                arn = self._key_arn(kms_key)
                self.require(scope, role, "kms:GenerateDataKey", arn, {})
                headers["x-amz-server-side-encryption-aws-kms-key-id"] = arn
            context = {name.replace("x-amz-", "s3:x-amz-"): v for name, v in headers.items()}
            self.require(scope, role, "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}", context)
            status, _, answer = self._s3._put_object(bucket, key, body, headers)
            if status != 200:
                raise AwsError("InternalFailure", f"s3://{bucket}/{key} took no object: {answer!r}")

    def require(
        self, scope: Scope, role: str, action: str, resource: str, context: Mapping[str, str]
    ) -> None:
        """Raise Denied unless `role` may do it, by its own and by the resource's policies."""
        name, service = role.rsplit("/", 1)[-1], action.split(":")[0]
        evaluator = self._iam
        with self._as_service(scope):
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
            found = evaluator._resource_policy(service, resource)
            if found is not None:
                result = evaluator.combine_resource_policy(
                    result,
                    request,
                    *found,
                    required=service in evaluator._POLICY_REQUIRED,
                    limits=limits,
                )
        if result.decision != "Allow":
            raise Denied(action, resource, role)

    def has_function(self, scope: Scope, arn: str) -> bool:
        """Say whether the account has the Lambda function."""
        with self._as_service(scope):
            record, _, _ = self._lambda._get_func_record_for_ref(arn)
        return record is not None

    def invoke(self, scope: Scope, role: str, arn: str, event: Mapping[str, Any]) -> Any:
        """Return what a Lambda function answers; Denied, Missing or FunctionFailed.

        It goes over HTTP, as all calls of functions, so that the server's thread must be free.
        """
        client = self._sessions.client(scope, role, "lambda")
        try:
            answer = client.invoke(FunctionName=arn, Payload=json.dumps(event).encode())
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "AccessDeniedException":
                raise Denied("lambda:InvokeFunction", arn, role) from error
            if code == "ResourceNotFoundException":
                raise Missing(arn) from error
            raise FunctionFailed(arn, str(error)) from error
        content = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            message = content.get("errorMessage") if isinstance(content, dict) else content
            raise FunctionFailed(arn, str(message))
        return content

    def bucket(self, name: str) -> Bucket | None:
        """Describe a bucket of any account."""
        owner = self._s3._bucket_owner_account(name)
        if owner is None:
            return None
        record = self._s3._buckets.get_scoped(owner, None, name)
        return Bucket(region=record["region"], cors=tuple(self._s3._cors_rules(name) or ()))

    def role_trusts(self, scope: Scope, role: str) -> bool:
        """Say whether the role exists and lets SageMaker assume it."""
        record = self._roles._roles.get_scoped(scope.account, None, role.rsplit("/", 1)[-1])
        if record is None or record["Arn"] != role:
            return False
        document = record["AssumeRolePolicyDocument"]
        trust = json.loads(document) if isinstance(document, str) else document
        statements = trust["Statement"]
        statements = [statements] if isinstance(statements, dict) else statements
        # A trust policy has no Resource, which the evaluation of a policy asks for.
        policy = {"Statement": [{**statement, "Resource": "*"} for statement in statements]}
        request = self._service_request(scope, "sts:AssumeRole", role, {})
        result = self._iam.evaluate_resource_policy(policy, request, service=SERVICE)
        return bool(result.decision == "Allow")

    def user_pool(self, scope: Scope, pool_id: str) -> UserPool | None:
        """Describe a user pool."""
        return self.pools.user_pool(scope, pool_id)

    def users(self, scope: Scope, pool_id: str) -> Iterable[User]:
        """List a pool's users; none if there is no such pool."""
        return self.pools.users(scope, pool_id)

    def publish(
        self, scope: Scope, topic: str, *, subject: str, message: str, source_arn: str
    ) -> None:
        """Publish as SageMaker on behalf of `source_arn`; Denied or Missing."""
        with self._as_service(scope):
            self._require_topic(scope, topic, SERVICE, source_arn)
            self._sns.publish_internal(topic, message, subject)

    def put_event(self, scope: Scope, event: Mapping[str, Any]) -> None:
        """Send an EventBridge event, in the form of PutEvents' entries."""
        with self._as_service(scope):
            # Inside, because the API refuses sources that begin with "aws.".
            self._events._put_events({"Entries": [dict(event)]}, allow_aws_source=True)

    def mails(self) -> list[Mail]:
        """Return all mails that were sent, also to nobody's real address."""
        return [
            Mail(
                to=recipient,
                sender=record["Source"],
                subject=record["Subject"],
                body=record["BodyHtml"] or record["BodyText"],
                is_html=bool(record["BodyHtml"]),
                time=record["Timestamp"],
            )
            for _, records in self._ses._sent_emails.all_items()
            for record in records
            for recipient in record["To"]
        ]

    # What it adds to MiniStack.

    def install(self, ground_truth: GroundTruth) -> None:
        """Add the service, its CloudFormation types and mends of what is missing or wrong."""

        async def handle(
            _method: str, _path: str, headers: Any, body: bytes, query: Any
        ) -> tuple[int, dict[str, str], bytes]:
            scope = self._current_scope()
            key = _module("core.router").extract_access_key_id(headers, query)
            operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
            caller = _Caller(self._iam, scope, key)
            status, answer = ground_truth.answer(scope, caller, operation, body)
            answer_headers = {"Content-Type": "application/x-amz-json-1.1"}
            if "__type" in answer:
                answer_headers["x-amzn-errortype"] = answer["__type"]
            return status, answer_headers, json.dumps(answer).encode()

        _module("app").SERVICE_HANDLERS["sagemaker"] = handle
        self._add_type("AWS::SageMaker::Workforce", Workforces(ground_truth))
        self._add_type("AWS::SageMaker::Workteam", Workteams(ground_truth))
        self.pools.install(ground_truth.teams_of_group)
        self._mend_buckets()
        self._mend_managed_key()
        self._mend_wildcards()
        self._log_calls()
        self._mend_topic_targets()
        self._mend_input_paths()

    def _add_type(self, name: str, resource: Resource) -> None:
        provisioners = self._provisioners

        def create(logical_id: str, properties: Any, stack_name: str) -> Any:
            generated = provisioners._physical_name(stack_name, logical_id, max_len=63)
            tags = provisioners._tag_map(properties.get("Tags"))
            return resource.create(self._current_scope(), generated, properties, tags)

        def update(physical_id: str, old: Any, new: Any, stack_name: str, logical_id: str) -> Any:
            changed = [name for name in resource.create_only if old.get(name) != new.get(name)]
            if changed:  # only a type that is deleted before it is created anew comes here
                delete(physical_id, old)
                return create(logical_id, new, stack_name)
            tags = [provisioners._tag_map(each.get("Tags")) for each in (old, new)]
            return resource.update(self._current_scope(), physical_id, new, *tags)

        def delete(physical_id: str, _properties: Any) -> None:
            resource.delete(self._current_scope(), physical_id)

        provisioners._RESOURCE_HANDLERS[name] = {
            "create": create,
            "update": update,
            "update_with_logical_id": True,
            "delete": delete,
        }
        replacing = () if resource.delete_first else resource.create_only
        provisioners._REPLACING_PROPERTIES[name] = replacing
        provisioners._STACK_TAG_PROPERTY[name] = ("Tags", "list")

    def _mend_buckets(self) -> None:
        """Keep a bucket's `Tags` and `BucketEncryption`, which MiniStack's handlers ignore."""
        provisioners, s3 = self._provisioners, self._s3
        handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
        create, update = handlers["create"], handlers["update"]

        def apply(bucket: str, properties: Any) -> None:
            s3._bucket_tags[bucket] = provisioners._tag_map(properties.get("Tags"))
            if encryption := properties.get("BucketEncryption"):
                s3._put_bucket_encryption(bucket, _encryption_xml(encryption))
            else:
                s3._delete_bucket_encryption(bucket)

        def create_all(logical_id: str, properties: Any, stack_name: str) -> Any:
            bucket, attributes = create(logical_id, properties, stack_name)
            apply(bucket, properties)
            return bucket, attributes

        def update_all(physical_id: str, old: Any, new: Any, stack_name: str) -> Any:
            bucket, attributes = update(physical_id, old, new, stack_name)
            apply(bucket, new)
            return bucket, attributes

        handlers.update(create=create_all, update=update_all)
        provisioners._STACK_TAG_PROPERTY["AWS::S3::Bucket"] = ("Tags", "list")

    def _mend_managed_key(self) -> None:
        """Let a write that names `aws:kms` but no key use S3's own one, as S3 does."""
        original = self._s3._resolve_sse_write_headers
        key_header = "x-amz-server-side-encryption-aws-kms-key-id"

        def resolve(headers: Mapping[str, str], bucket_name: str) -> Any:
            if headers.get("x-amz-server-side-encryption") == "aws:kms":
                scope = self._current_scope()
                managed = f"arn:aws:kms:{scope.region}:{scope.account}:alias/aws/s3"
                headers = {key_header: managed, **headers}
            return original(headers, bucket_name)

        self._s3._resolve_sse_write_headers = resolve

    def _mend_wildcards(self) -> None:
        """Let `*` and `?` of a policy stand for a line break, which a key may have, too."""
        original = self._iam._fnmatch_compile

        def compile_for_any_character(pattern: str, ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001  # MiniStack's own signature
            compiled: re.Pattern[str] = original(pattern, ignore_case)
            return re.compile(compiled.pattern, compiled.flags | re.DOTALL)

        self._iam._fnmatch_compile = compile_for_any_character

    def _log_calls(self) -> None:
        """Write each action that a caller asks for to the file that CALL_LOG names, if any."""
        log = os.environ.get("CALL_LOG")
        if log is None:
            return
        original = self._iam.enforce

        def enforce(
            access_key: str, action: str, *arguments: Any, resource_arn: str = "*", **more: Any
        ) -> Any:
            refusal = original(access_key, action, *arguments, resource_arn=resource_arn, **more)
            call = {"action": action, "resource": resource_arn, "allowed": refusal is None}
            with Path(log).open("a") as lines:
                lines.write(json.dumps(call) + "\n")
            return refusal

        self._iam.enforce = enforce

    def _mend_topic_targets(self) -> None:
        """Let a rule publish to a topic only if the topic's policy lets EventBridge do it."""
        deliver = self._events._invoke_target

        def checked(target: Any, event: Any, rule: Any, view: Any = None) -> None:
            topic = target.get("Arn", "")
            if ":sns:" in topic:
                try:
                    scope = self._current_scope()
                    self._require_topic(scope, topic, "events.amazonaws.com", rule.get("Arn", ""))
                except (Denied, Missing) as problem:
                    _LOG.warning("rule %s delivers nothing: %s", rule.get("Name"), problem)
                    return
            deliver(target, event, rule, view)

        self._events._invoke_target = checked

    def _mend_input_paths(self) -> None:
        """Let an input transformer's path have an index, such as `$.resources[0]`."""
        transform = self._events._apply_input_transformer

        def with_indexes(transformer: Any, rule: Any, view: Any) -> Any:
            return transform(transformer, rule, _IndexedView(view))

        self._events._apply_input_transformer = with_indexes

    def _require_topic(self, scope: Scope, topic: str, service: str, source_arn: str) -> None:
        record = self._sns._topic_by_arn_any_scope(topic)
        if record is None:
            raise Missing(topic)
        attributes = record.get("attributes", {})
        context = {"aws:sourcearn": source_arn, "aws:sourceaccount": scope.account}
        self._require_service(
            scope, attributes.get("Policy"), "sns:Publish", topic, service, context
        )
        kms_key = attributes.get("KmsMasterKeyId")
        if not kms_key:
            return
        with self._as_service(scope):
            key = self._kms._resolve_key(kms_key) or {}
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        for action in ("kms:GenerateDataKey", "kms:Decrypt"):
            arn = key.get("Arn", kms_key)
            self._require_service(scope, key.get("Policy"), action, arn, service, context)

    def _require_service(
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
        with self._as_service(scope):
            return self._iam.EvalContext(
                principal_arn="*",  # a service is no principal of any account
                principal_type="Service",
                principal_account="",
                action=action,
                resource_arn=resource,
                region=scope.region,
                service_context={"aws:sourceaccount": scope.account, **context},
            )

    def _key_arn(self, key: str) -> str:
        record = self._kms._resolve_key(key)
        if record is None:
            raise Missing(key)
        return str(record["Arn"])

    def _credentials(self, scope: Scope, role: str) -> Credentials:
        """Assume the role, as Ground Truth does."""
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
        self._sts.register_session(credentials.access_key, session)
        return credentials

    def _current_scope(self) -> Scope:
        account, region = self._responses.get_account_id(), self._responses.get_region()
        return Scope(account=account, region=region)

    @contextlib.contextmanager
    def _as_service(self, scope: Scope) -> Iterator[None]:
        """Run as a service does: in the account's Region, from within AWS, over TLS."""
        token = self._iam._request_origin.set(("127.0.0.1", True))
        try:
            with self._responses.request_scope(scope.account, scope.region):
                yield
        finally:
            self._iam._request_origin.reset(token)

    @contextlib.contextmanager
    def _bucket_scope(self, scope: Scope, bucket: str, key: str) -> Iterator[None]:
        owner = self._s3._bucket_owner_account(bucket)
        if owner is None:
            raise Missing(f"s3://{bucket}/{key}")
        with self._as_service(Scope(account=owner, region=scope.region)):
            yield


class _Indexed(dict[str, Any]):
    """A mapping that also has `name[0]` for the first item of its list `name`."""

    def __missing__(self, name: str) -> Any:
        match = re.fullmatch(r"(.+)\[(\d+)\]", name)
        if match is None:
            raise KeyError(name)
        return self[match.group(1)][int(match.group(2))]


class _IndexedView:
    """An event as EventBridge sees it, with indexed names."""

    def __init__(self, view: Any) -> None:
        self._view = view

    def event_with_detail(self) -> Any:
        return _indexed(self._view.event_with_detail())

    def envelope(self) -> Any:
        return self._view.envelope()


def _indexed(value: Any) -> Any:
    if isinstance(value, dict):
        return _Indexed({name: _indexed(item) for name, item in value.items()})
    return [_indexed(item) for item in value] if isinstance(value, list) else value


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
        message = _module("core.iam_actions").identity_denial_message(
            action, denied.principal_arn, resource, denied.decision == "Deny"
        )
        raise AwsError("AccessDeniedException", message)


def _encryption_xml(encryption: Mapping[str, Any]) -> bytes:
    rules = []
    for rule in encryption["ServerSideEncryptionConfiguration"]:
        default = rule.get("ServerSideEncryptionByDefault", {})
        key = default.get("KMSMasterKeyID")
        rules.append(
            "<Rule><ApplyServerSideEncryptionByDefault>"
            f"<SSEAlgorithm>{default.get('SSEAlgorithm', 'AES256')}</SSEAlgorithm>"
            + (f"<KMSMasterKeyID>{key}</KMSMasterKeyID>" if key else "")
            + "</ApplyServerSideEncryptionByDefault></Rule>"
        )
    root = "ServerSideEncryptionConfiguration"
    return f"<{root}>{''.join(rules)}</{root}>".encode()
