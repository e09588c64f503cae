"""Says what a person can do about a refusal of AWS, for those that people meet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from botocore.exceptions import ClientError

from custom_resource.errors import code_of, is_denied, message_of, refusal

#: Says what to do about an error, if it knows.
Advice: TypeAlias = Callable[[ClientError], "str | None"]

#: IAM's words for a missing permission
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
_NOT_AUTHORIZED: Final = re.compile(
    r"not authorized to perform:? (?P<action>[\w-]+:\w+)(?:.*? on resource:? (?P<resource>\S+))?"
)
_KEY: Final = re.compile(r"arn:[\w-]+:kms:[\w:/-]+")
#: What an account that Ground Truth is closed to can't do.
_CLOSED: Final = frozenset({"CreateLabelingJob", "CreateWorkforce"})
#: The permission for an operation, where it has another name than SageMaker's or Cognito's.
_ACTIONS: Final[Mapping[str, str]] = {
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "CompleteMultipartUpload": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "GetAccount": "ses:GetAccount",
    "GetEmailIdentity": "ses:GetEmailIdentity",
    "GetObject": "s3:GetObject",
    # Its own permission is named in the message; that for the secret's key is not.
    "GetSecretValue": "kms:Decrypt",
    "ListObjectsV2": "s3:ListBucket",
    "PutObject": "s3:PutObject",
    "UploadPart": "s3:PutObject",
}


def explain(error: ClientError, *more: Advice) -> str:
    """Return what was refused and, for what is known of it, what to do."""
    for advice in (_closed, _key, _denied, *more):
        found = advice(error)
        if found is not None:
            return f"{refusal(error)}: {found}"
    return refusal(error)


def _closed(error: ClientError) -> str | None:
    message = message_of(error)
    is_new = "new customer" in message.lower()
    is_unexplained = (
        error.operation_name in _CLOSED
        and is_denied(error)
        and _NOT_AUTHORIZED.search(message) is None
    )
    if not (is_new or is_unexplained):
        return None
    return (
        "Ground Truth is closed to accounts that did not use it before 2026-07-30; deploy to an "
        "account that did"
    )


def _key(error: ClientError) -> str | None:
    code, message = code_of(error).lower(), message_of(error)
    if "kms" not in code and "kms" not in message.lower():
        return None
    named = _KEY.search(message)
    key = named[0] if named else "the key of the bucket"
    if "pending deletion" in message.lower():
        return f"cancel the deletion of {key}, or use another key"
    if "disabled" in code or "disabled" in message.lower():
        return f"enable {key}, or use another key"
    if "notfound" in code:
        return f"{key} does not exist, use another key"
    return None


def _denied(error: ClientError) -> str | None:
    named = _NOT_AUTHORIZED.search(message_of(error))
    if named is None and not is_denied(error):
        return None
    action = named["action"] if named else _action(error.operation_name)
    resource = f" on {named['resource'].rstrip('.,')}" if named and named["resource"] else ""
    others = "the key's policy" if action.startswith("kms:") else "the resource's own policy"
    return (
        f"allow {action}{resource} in the role's policy, and see that neither {others} nor the "
        "organization denies it"
    )


def _action(operation: str) -> str:
    service = "cognito-idp" if "User" in operation else "sagemaker"
    return _ACTIONS.get(operation, f"{service}:{operation}")
