"""Says what to do about refusals of AWS, for those that users meet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from botocore.exceptions import ClientError

from custom_resource.errors import (
    NOT_AUTHORIZED,
    code_of,
    is_closed,
    is_denied,
    may_be_closed,
    message_of,
    refusal,
    words_of,
)

#: Says what to do about an error, if it knows.
Hint: TypeAlias = Callable[[ClientError], "str | None"]

_KEY: Final = re.compile(r"arn:[\w-]+:kms:[\w:/-]+")
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


def explain(error: ClientError, *more: Hint) -> str:
    """Return what was refused and, for what is known of it, what to do."""
    for hint in (_closed, _key, _denied, *more):
        found = hint(error)
        if found is not None:
            return f"{refusal(error)}: {found}"
    return refusal(error)


def _closed(error: ClientError) -> str | None:
    if not may_be_closed(error):
        return None
    if is_closed(error):
        return (
            "Ground Truth is closed to accounts that did not use it before 2026-07-30; deploy to "
            "an account that did"
        )
    return (
        f"allow {_action(error.operation_name)} in the role's policy; if that is allowed, Ground "
        "Truth is closed to this account, as to all that did not use it before 2026-07-30: deploy "
        "to an account that did"
    )


def _key(error: ClientError) -> str | None:
    code, words = code_of(error).lower(), words_of(error).lower()
    named = _KEY.search(message_of(error))
    if "kms" not in code and "kms" not in words and named is None:
        return None
    key = named[0] if named else "the key of the bucket"
    if "pending deletion" in words:
        return f"cancel the deletion of {key}, or use another key"
    if "disabled" in code or "disabled" in words:
        return f"enable {key}, or use another key"
    if "notfound" in code:
        return f"{key} does not exist, use another key"
    return None


def _denied(error: ClientError) -> str | None:
    named = NOT_AUTHORIZED.search(message_of(error))
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
