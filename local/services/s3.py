"""S3 of MiniStack: what Ground Truth reads and writes with a role's rights, and what it lacks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from local.ground_truth.api.unkindness import Calls, Unkindness
from local.ground_truth.cloud import Bucket, Missing, Scope
from local.ground_truth.errors import AwsError
from local.services import bucket_cors, bucket_drift
from local.services.iam import Rights
from local.services.internals import after_create, after_update, module, resource_handlers
from local.services.sts import RoleSessions

_BUCKET: Final = "AWS::S3::Bucket"
_ENCRYPTION: Final = "x-amz-server-side-encryption"
_KEY: Final = f"{_ENCRYPTION}-aws-kms-key-id"
_SLOW_DOWN: Final = (
    b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)


class Buckets:
    """MiniStack's buckets and the keys that encrypt what is in them."""

    def __init__(self, rights: Rights, sessions: RoleSessions) -> None:
        self._s3 = module("services.s3")
        self._kms = module("services.kms")
        self._actions = module("core.iam_actions")
        self._provisioners = module("services.cloudformation.provisioners")
        self._rights = rights
        self._sessions = sessions

    def install(self, unkindness: Unkindness) -> None:
        """Patch buckets of templates, S3's own key, and what encrypted objects ask of callers."""
        self._patch_buckets()
        self._patch_managed_key()
        self._patch_key_rights()
        bucket_cors.install()
        bucket_drift.install()
        _throttle(Calls(unkindness))

    def read_object(self, scope: Scope, role: str, bucket: str, key: str) -> bytes:
        with self._bucket_scope(scope, bucket, key):
            self._rights.require(scope, role, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}", {})
            status, headers, body = self._s3._get_object(bucket, key, {})
            if status != 200:
                raise Missing(f"s3://{bucket}/{key}")
            kms_key = self._customer_key(headers)
            if kms_key is not None:
                use = _use_of_key(scope.region, bucket)
                self._rights.require(scope, role, "kms:Decrypt", kms_key, use)
            return bytes(body)

    def object_size(self, scope: Scope, role: str, bucket: str, key: str) -> int:
        with self._bucket_scope(scope, bucket, key):
            self._rights.require(scope, role, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}", {})
            status, headers, _ = self._s3._head_object(bucket, key)
            if status != 200:
                raise Missing(f"s3://{bucket}/{key}")
            return int(headers["Content-Length"])

    def read_url(
        self,
        scope: Scope,
        role: str,
        bucket: str,
        key: str,
        *,
        only: Mapping[str, str] | None = None,
    ) -> str:
        self.object_size(scope, role, bucket, key)
        client = self._sessions.client(scope, role, "s3", only)
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
        # Without a key, S3's own one is asked for: botocore, LabelingJobOutputConfig.KmsKeyId.
        headers = {_ENCRYPTION: "aws:kms"}
        with self._bucket_scope(scope, bucket, key):
            if kms_key:
                arn = self._key_arn(kms_key)
                use = _use_of_key(scope.region, bucket)
                self._rights.require(scope, role, "kms:GenerateDataKey", arn, use)
                headers[_KEY] = arn
            context = {name.replace("x-amz-", "s3:x-amz-"): v for name, v in headers.items()}
            self._rights.require(
                scope, role, "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}", context
            )
            status, _, answer = self._s3._put_object(bucket, key, body, headers)
            if status != 200:
                raise AwsError("InternalFailure", f"s3://{bucket}/{key} took no object: {answer!r}")

    def bucket(self, name: str) -> Bucket | None:
        owner = self._s3._bucket_owner_account(name)
        if owner is None:
            return None
        record = self._s3._buckets.get_scoped(owner, None, name)
        return Bucket(region=record["region"], cors=tuple(self._s3._cors_rules(name) or ()))

    def cors_rules(self, name: str) -> Sequence[Mapping[str, Sequence[str]]] | None:
        """Return a bucket's CORS rules by the names of their XML, or `None` without any."""
        rules: Sequence[Mapping[str, Sequence[str]]] | None = self._s3._cors_rules(name)
        return rules

    def _patch_buckets(self) -> None:
        """Keep what is in a bucket, its `Tags` and `BucketEncryption`, which MiniStack ignores."""
        provisioners, s3 = self._provisioners, self._s3
        handlers = resource_handlers(_BUCKET)
        delete = handlers["delete"]

        def apply(bucket: str, properties: Mapping[str, Any]) -> None:
            s3._bucket_tags[bucket] = provisioners._tag_map(properties.get("Tags"))
            if encryption := properties.get("BucketEncryption"):
                s3._put_bucket_encryption(bucket, _encryption_xml(encryption))
            else:
                s3._delete_bucket_encryption(bucket)

        def delete_empty(physical_id: str, properties: Any) -> None:
            status, *_ = s3._delete_bucket(physical_id)
            if status == 409:
                raise ValueError("The bucket you tried to delete is not empty")
            delete(physical_id, properties)

        after_create(_BUCKET, apply)
        after_update(_BUCKET, apply)
        handlers["delete"] = delete_empty
        provisioners._STACK_TAG_PROPERTY[_BUCKET] = ("Tags", "list")

    def _patch_managed_key(self) -> None:
        """Let a write that names `aws:kms` but no key use S3's own one, as S3 does."""
        original = self._s3._resolve_sse_write_headers

        def resolve(headers: Mapping[str, str], bucket_name: str) -> Any:
            if headers.get(_ENCRYPTION) == "aws:kms":
                scope = self._rights.current_scope()
                managed = f"arn:aws:kms:{scope.region}:{scope.account}:alias/aws/s3"
                headers = {_KEY: managed, **headers}
            return original(headers, bucket_name)

        self._s3._resolve_sse_write_headers = resolve

    def _patch_key_rights(self) -> None:
        """Ask callers for rights to the customer key of what they read or write.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
        """
        original = self._actions.s3_additional_checks

        def with_keys(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
            checks = original(method, path, headers, body, query)
            bucket, _, key = path.lstrip("/").partition("/")
            action = self._actions.extract_iam_action("s3", method, path, headers, body, query)
            needed: list[str] = []
            encryption: Mapping[str, str] = {}
            if key and method == "GET" and action in ("s3:GetObject", "s3:GetObjectVersion"):
                _, encryption, _ = self._s3._head_object(bucket, key, {}, query)
                needed = ["kms:Decrypt"]
            elif key and method in ("POST", "PUT") and action == "s3:PutObject":
                encryption = self._s3._resolve_sse_write_headers(headers, bucket)[0] or {}
                is_in_parts = "uploads" in query or "uploadId" in query
                needed = ["kms:GenerateDataKey", *(["kms:Decrypt"] if is_in_parts else [])]
            kms_key = self._customer_key(encryption)
            region = self._rights.current_scope().region
            self._rights.use_of_key.set(_use_of_key(region, bucket))
            return checks + [(each, kms_key) for each in needed if kms_key is not None]

        self._actions.s3_additional_checks = with_keys

    def _customer_key(self, headers: Mapping[str, str]) -> str | None:
        """Return the ARN of the key that an object's headers name, if it is no key of S3's own."""
        key = headers.get(_KEY)
        # S3's own key needs no right of the account's roles.
        return None if not key or key.endswith(":alias/aws/s3") else self._key_arn(key)

    def _key_arn(self, key: str) -> str:
        record = self._kms._resolve_key(key)
        if record is None:
            raise Missing(key)
        return str(record["Arn"])

    @contextlib.contextmanager
    def _bucket_scope(self, scope: Scope, bucket: str, key: str) -> Iterator[None]:
        owner = self._s3._bucket_owner_account(bucket)
        if owner is None:
            raise Missing(f"s3://{bucket}/{key}")
        with self._rights.as_service(Scope(account=owner, region=scope.region)):
            yield


def _use_of_key(region: str, bucket: str) -> dict[str, str]:
    """Return what S3 tells KMS: the bucket, since all buckets here have keys of their own.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    """
    return {
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}",
        "kms:ViaService": f"s3.{region}.amazonaws.com",
    }


def _throttle(calls: Calls) -> None:
    """Refuse some listings as S3 does where there are too many.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    services = module("app").SERVICE_HANDLERS
    handle = services["s3"]

    async def answer(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        try:
            if method == "GET" and "list-type" in query:
                calls.count("ListObjectsV2")
        except AwsError:
            return 503, {"Content-Type": "application/xml"}, _SLOW_DOWN
        return await handle(method, path, headers, body, query)

    services["s3"] = answer


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
