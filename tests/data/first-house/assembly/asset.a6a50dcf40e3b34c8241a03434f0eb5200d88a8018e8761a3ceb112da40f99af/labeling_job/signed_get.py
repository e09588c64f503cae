"""Gets objects and listings from S3 by addresses that boto3 signs, at a fraction of its CPU time.

Whoever has such an address can use it for 15 minutes: it is never logged and in no error.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final, Literal

from botocore.exceptions import ClientError
from botocore.parsers import create_parser
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from custom_resource.errors import CustomResourceError
from labeling_job.collaborators import Collaborators

Operation = Literal["GetObject", "ListObjectsV2"]

_METHODS: Final = {"GetObject": "get_object", "ListObjectsV2": "list_objects_v2"}
_SECONDS_VALID: Final = 900
_OK: Final = 200
#: HTTP statuses of what another attempt may bring, such as SlowDown.
_PASSING: Final = frozenset({429, 500, 502, 503, 504})
#: Seconds before the second, third … attempt, at most.
_PAUSES: Final = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0)


class LargerError(Exception):
    """An object has more bytes than were expected."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def signed_get(
    operation: Operation,
    parameters: Mapping[str, str],
    account: str,
    aws: Collaborators,
    *,
    maximum_bytes: int | None = None,
) -> bytes:
    """Return what S3 answers, as it is.

    `account` is the bucket's owner, or the request is refused. Raises ClientError as boto3 would,
    LargerError before anything too large is read, and CustomResourceError if S3 does not answer.
    What may pass is tried again until the deadline.
    """
    for pause in (*_PAUSES, None):
        failure: Exception
        try:
            response = _send(operation, parameters, account, aws)
            if response.status == _OK:
                return _content(response, maximum_bytes)
            failure = _refusal(operation, response, aws)
            if response.status not in _PASSING:
                raise failure
        except HTTPError as error:
            # Its own words have the address.
            failure = CustomResourceError(
                f"s3://{parameters['Bucket']}/{parameters.get('Key', parameters.get('Prefix'))} "
                f"can't be read: S3 did not answer {operation} ({type(error).__name__}), deploy "
                "again"
            )
        wait = 0.0 if pause is None else pause * random.uniform(0.5, 1)  # noqa: S311  # no secret
        if pause is None or aws.clock.now() + wait > aws.clock.deadline:
            break
        aws.clock.sleep(wait)
    raise failure


def _send(
    operation: Operation, parameters: Mapping[str, str], account: str, aws: Collaborators
) -> BaseHTTPResponse:
    url = aws.s3.generate_presigned_url(
        _METHODS[operation],
        Params={**parameters, "ExpectedBucketOwner": account},
        ExpiresIn=_SECONDS_VALID,
    )
    # Part of what is signed: without it S3 refuses the address.
    return aws.http(url, {"x-amz-expected-bucket-owner": account})


def _content(response: BaseHTTPResponse, maximum_bytes: int | None) -> bytes:
    size = int(response.headers.get("Content-Length", 0))
    if maximum_bytes is not None and size > maximum_bytes:
        response.close()
        raise LargerError(size)
    return response.read()


def _refusal(operation: Operation, response: BaseHTTPResponse, aws: Collaborators) -> ClientError:
    """Return the error that boto3 would make of an answer."""
    shape = aws.s3.meta.service_model.operation_model(operation).output_shape
    answer = {
        "status_code": response.status,
        "headers": response.headers,
        "body": response.read(),
    }
    parser = create_parser("rest-xml")
    # The stubs don't know that an error is parsed without the shape of a result.
    return ClientError(parser.parse(answer, shape), operation)  # type: ignore[arg-type]
