"""Gets objects and listings from S3 as boto3 does, at a fraction of its CPU time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, TypeVar

from botocore.exceptions import ClientError
from botocore.parsers import create_parser

from custom_resource.errors import CustomResourceError, code_of
from labeling_job.clients import Clients
from labeling_job.connections import NO_ANSWER, REQUEST_ID, Answer
from labeling_job.source.addresses import Address, ForeignHostError, own_address, redirected
from labeling_job.source.signature import path_of, query_of, sign

Operation = Literal["GetObject", "ListObjectsV2"]
_T = TypeVar("_T")

#: What parameters of a listing are called in its query.
_QUERY: Final = {
    "ContinuationToken": "continuation-token",
    "EncodingType": "encoding-type",
    "Prefix": "prefix",
    "StartAfter": "start-after",
}
_OK: Final = 200
#: HTTP statuses after which another attempt may succeed, such as that of SlowDown: those that
#: botocore tries again.
_PASSING: Final = frozenset({429, 500, 502, 503, 504, 509})
#: The same of S3's codes, whatever the status.
_PASSING_CODES: Final = frozenset(
    {
        "BadDigest",
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
#: The lowest of those that say that a request is refused, or sent elsewhere.
_REFUSALS: Final = 301
#: Hosts that are asked, one after the other, for one attempt.
_HOSTS: Final = 4
#: Seconds before the second, third … attempt, at most.
_PAUSES: Final = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0)
#: Seconds that one attempt may take, at most, and bytes that may take another.
_SECONDS: Final = 60.0
_BYTES_PER_SECOND: Final = 1_000_000


class LargerError(Exception):
    """An object has more bytes than were expected."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class ContentError(Exception):
    """What came is not what was asked for. Says what was expected, and what there is."""


def signed_get(
    operation: Operation,
    parameters: Mapping[str, str],
    account: str,
    aws: Clients,
    *,
    maximum_bytes: int,
    understand: Callable[[bytes], _T],
) -> _T:
    """Return what `understand` makes of what S3 answers.

    `account` is the bucket's owner, or the request is refused. Raises ClientError as boto3 would,
    LargerError before anything too large is read, and CustomResourceError if S3 does not answer,
    or with something that `understand` raises ContentError for. Tries again until the deadline
    where another attempt may succeed.
    """
    place = f"s3://{parameters['Bucket']}/{parameters.get('Key', parameters.get('Prefix'))}"
    for pause in (*_PAUSES, None):
        failure: Exception
        try:
            answer = _send(operation, parameters, account, aws, maximum_bytes)
            if answer.status not in _PASSING:
                _check_origin(answer)
            if answer.status == _OK:
                if answer.size > maximum_bytes:
                    raise LargerError(answer.size)
                return understand(answer.body)
            failure = _refusal(operation, answer, aws)
            if answer.status not in _PASSING and code_of(failure) not in _PASSING_CODES:
                raise failure
        except NO_ANSWER as error:
            failure = CustomResourceError(
                f"{place} can't be read: S3 did not answer {operation} ({type(error).__name__}), "
                "deploy again"
            )
        except ContentError as error:
            failure = CustomResourceError(f"{place} can't be read: {error}, deploy again")
        wait = 0.0 if pause is None else pause * random.uniform(0.5, 1)  # noqa: S311  # no secret
        if pause is None or aws.clock.now() + wait > aws.clock.deadline:
            break
        aws.clock.sleep(wait)
    raise failure


def _check_origin(answer: Answer) -> None:
    """Raise ContentError for an answer that S3 does not give."""
    if REQUEST_ID not in answer.headers or (answer.status != _OK and answer.status < _REFUSALS):
        raise ContentError(
            f"expected an answer of S3, got HTTP status {answer.status} of something else, see "
            "whether a proxy or a name server answers in the place of S3"
        )


def _send(
    operation: Operation,
    parameters: Mapping[str, str],
    account: str,
    aws: Clients,
    maximum_bytes: int,
) -> Answer:
    """Return S3's answer from wherever it sends the request.

    Where that is, is remembered as long as it answers well: AWS warns of using it for longer.
    """
    bucket = parameters["Bucket"]
    address = aws.addresses.get(bucket) or own_address(bucket, aws.s3)
    asked = [address]
    while True:
        url, headers = _request(operation, parameters, account, address, aws)
        left = max(aws.clock.deadline - aws.clock.now(), 1.0)
        seconds = min(left, _SECONDS + maximum_bytes / _BYTES_PER_SECOND)
        try:
            answer = aws.http(url, headers, maximum_bytes=maximum_bytes, seconds=seconds)
        except NO_ANSWER:
            aws.addresses.pop(bucket, None)
            raise
        if answer.status in _PASSING | _REDIRECTS:
            aws.addresses.pop(bucket, None)
        elif answer.status == _OK:
            aws.addresses[bucket] = address
        if answer.status not in _REDIRECTS or REQUEST_ID not in answer.headers:
            return answer
        target = _target(_refusal(operation, answer, aws), bucket, asked, aws)
        if target is None:
            return answer
        asked.append(target)
        address = target


def _target(
    error: ClientError, bucket: str, asked: Sequence[Address], aws: Clients
) -> Address | None:
    """Return where S3 sends a request from the last address that was asked, if it says where."""
    try:
        target = redirected(error, bucket, own_address(bucket, aws.s3))
    except ForeignHostError as foreign:
        raise CustomResourceError(
            f"s3://{bucket} can't be read: expected an address of S3 for it, got {foreign} from "
            f"{asked[-1].host}, to which nothing was sent, see whether a proxy or a name server "
            "answers in the place of S3"
        ) from None
    if target in asked or (target is not None and len(asked) == _HOSTS):
        raise CustomResourceError(
            f"s3://{bucket} can't be read: S3 sends {error.operation_name} from one address to the "
            f"next ({', '.join(each.host for each in asked)}), as it may in the first hours of a "
            "bucket, deploy again in some minutes"
        )
    return target


def _request(
    operation: Operation,
    parameters: Mapping[str, str],
    account: str,
    address: Address,
    aws: Clients,
) -> tuple[str, dict[str, str]]:
    """Return where to send what boto3 would send, and its headers with the signature."""
    if operation == "GetObject":
        path, query = f"{address.path}/{path_of(parameters['Key'])}", ""
    else:
        named = {_QUERY[name]: parameters[name] for name in _QUERY if name in parameters}
        path, query = address.path or "/", query_of({"list-type": "2", **named})
    headers = sign(
        path,
        query,
        {"host": address.host, "x-amz-expected-bucket-owner": account},
        region=address.region,
        credentials=aws.credentials(),
        time=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
    )
    return f"{address.scheme}://{address.host}{path}{'?' if query else ''}{query}", headers


def _refusal(operation: Operation, answer: Answer, aws: Clients) -> ClientError:
    """Return the error that boto3 would make of an answer."""
    shape = aws.s3.meta.service_model.operation_model(operation).output_shape
    content = {"status_code": answer.status, "headers": answer.headers, "body": answer.body}
    parser = create_parser("rest-xml")
    # The stubs don't know that an error is parsed without the shape of a result.
    return ClientError(parser.parse(content, shape), operation)  # type: ignore[arg-type]
