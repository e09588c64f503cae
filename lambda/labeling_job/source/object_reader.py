"""Reads objects of S3, many at the same time, and says which one can't be read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError, code_of, is_denied
from dataset.layout import split_uri
from labeling_job.clients import READERS, Clients
from labeling_job.hints import explain
from labeling_job.request import Request
from labeling_job.source.listing import Found
from labeling_job.source.signed_get import ContentError, LargerError, signed_get

#: Objects that are being read or were read ahead, and bytes of them in memory.
_AHEAD: Final = 4 * READERS
_AHEAD_BYTES: Final = 64_000_000


def read_object(uri: str, request: Request, aws: Clients, *, maximum_bytes: int) -> bytes:
    """Return an object's content; raises CustomResourceError if it is too large or unreadable."""
    return _read(uri, request, aws, maximum_bytes=maximum_bytes, understand=bytes)


def read_objects(
    objects: Iterable[Found], request: Request, aws: Clients, *, are_listed: bool = True
) -> Iterator[tuple[Found, bytes]]:
    """Yield objects, of which none may be larger than its size says, with their contents.

    Those that are listed may not be smaller either. Raises CustomResourceError for the first that
    can't be read, or if time is running out.
    """
    ahead: deque[tuple[Found, Future[bytes]]] = deque()
    size = number = 0
    readers = ThreadPoolExecutor(max_workers=READERS)
    try:
        for found in objects:
            while ahead and (len(ahead) == _AHEAD or size + found.size > _AHEAD_BYTES):
                first, coming = ahead.popleft()
                yield first, coming.result()
                size -= first.size
                number += 1
            if aws.clock.now() > aws.clock.deadline:
                raise CustomResourceError(
                    f"time ran out with {number} objects read that are named "
                    f"{request.input.origin}, use `sample` or `limit`, or split them over several "
                    "jobs"
                )
            size += found.size
            coming = readers.submit(_read_found, found, request, aws, is_listed=are_listed)
            ahead.append((found, coming))
        for found, coming in ahead:
            yield found, coming.result()
    finally:
        readers.shutdown(cancel_futures=True)


def _read_found(found: Found, request: Request, aws: Clients, *, is_listed: bool) -> bytes:
    def whole(content: bytes) -> bytes:
        if is_listed and len(content) < found.size:
            raise ContentError(
                f"expected {found.size} bytes, as it was listed, got {len(content)}, see whether "
                "it was changed a moment ago"
            )
        return content

    return _read(found.uri, request, aws, maximum_bytes=found.size, understand=whole)


def _read(
    uri: str,
    request: Request,
    aws: Clients,
    *,
    maximum_bytes: int,
    understand: Callable[[bytes], bytes],
) -> bytes:
    bucket, key = split_uri(uri)
    try:
        return signed_get(
            "GetObject",
            {"Bucket": bucket, "Key": key},
            request.account,
            aws,
            maximum_bytes=maximum_bytes,
            understand=understand,
        )
    except ClientError as error:
        raise CustomResourceError(_unreadable(uri, error)) from error
    except LargerError as error:
        raise CustomResourceError(
            f"expected at most {maximum_bytes} bytes, got {error.size} in {uri}, split it, or "
            "deploy again if it was changed a moment ago"
        ) from error


def _unreadable(uri: str, error: ClientError) -> str:
    if code_of(error) == "NoSuchKey":
        return f"{uri} does not exist, or no longer, deploy again when it is there"
    if code_of(error) == "InvalidObjectState":
        return f"{uri} is archived and can't be read, restore it or move it out of the prefix"
    # Who may not list a bucket is not told that an object is missing.
    hint = " (or there is no such object)" if is_denied(error) else ""
    return f"{uri} can't be read{hint}: {explain(error)}"
