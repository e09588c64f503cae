"""Reads the list of people from where it stands: an object of S3, or a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError, code_of, is_denied
from workforce.people_file import MOST_BYTES

if TYPE_CHECKING:
    from workforce.clients import Clients

_S3: Final = "s3://"
#: Whatever says that there is nothing to read (botocore: S3's NoSuchKey, NoSuchBucket; Secrets
#: Manager's ResourceNotFoundException, and InvalidRequestException for a secret that is scheduled
#: for deletion: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html).
_ABSENT: Final = frozenset(
    {"InvalidRequestException", "NoSuchBucket", "NoSuchKey", "ResourceNotFoundException"}
)


class ListError(CustomResourceError):
    """The list of people can't be gone by; nobody was changed."""


def fetch(source: str, aws: Clients) -> bytes:
    """Return what stands at `s3://bucket/key`, or in the secret of this ARN.

    Raises ListError that says what to do. No words of AWS are in it, nor of the file.
    """
    try:
        return _object(source, aws) if source.startswith(_S3) else _secret(source, aws)
    except ClientError as error:
        if code_of(error) in _ABSENT:
            reason = "it is not there, or to be deleted; put it back, or take workers_from away"
        elif is_denied(error):
            right = "s3:GetObject" if source.startswith(_S3) else "secretsmanager:GetSecretValue"
            reason = (
                f"it is not there, or whoever reads it here may not: that takes {right} by its"
                " policy and, where a key of your own encrypts it, kms:Decrypt by the key's policy"
                " and by workers_from_key"
            )
        else:
            raise
        raise ListError(
            f"the list of people, {source}, can't be read ({code_of(error)}), and nobody was"
            f" changed: {reason}"
        ) from error


def bucket_and_key(source: str) -> tuple[str, str]:
    """Return the two parts of `s3://bucket/key`."""
    bucket, _, key = source.removeprefix(_S3).partition("/")
    return bucket, key


def _object(source: str, aws: Clients) -> bytes:
    bucket, key = bucket_and_key(source)
    body = aws.s3.get_object(Bucket=bucket, Key=key)["Body"]
    data = b""
    # One byte more says that there is too much. Only a read at the end says whether all has come:
    # one of so many bytes may return half of them where a connection breaks.
    while part := body.read(MOST_BYTES + 1 - len(data)):
        data += part
    return data


def _secret(source: str, aws: Clients) -> bytes:
    found = aws.secrets.get_secret_value(SecretId=source)
    data: bytes = found.get("SecretBinary") or (found.get("SecretString") or "").encode()
    return data
