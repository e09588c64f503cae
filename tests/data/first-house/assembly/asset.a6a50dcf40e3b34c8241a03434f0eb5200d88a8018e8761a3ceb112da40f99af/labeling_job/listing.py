"""Lists the objects below a prefix and says which are left out, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Final, NamedTuple

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError
from labeling_job.advice import explain
from labeling_job.collaborators import Collaborators
from labeling_job.globs import matcher
from labeling_job.key_ranges import list_pages
from labeling_job.left_out import LeftOut
from labeling_job.pages import read_page
from labeling_job.request import Request

#: Storage classes that can't be read without being restored
#: (https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html).
_ARCHIVES: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})
#: What nobody wants to be told of one by one.
_NOT_CHOSEN: Final = frozenset({"excluded", "not included", "written by a labeling job"})


class Found(NamedTuple):
    """An object that can be labeled."""

    uri: str
    key: str
    #: Bytes.
    size: int


def list_objects(request: Request, aws: Collaborators, left_out: LeftOut) -> Iterator[Found]:
    """Yield what can be labeled, in S3's order, page by page.

    Raises CustomResourceError if the place can't be listed, or time is running out.
    """
    source = request.input
    reason_of = _reasons(request)
    place = f"s3://{source.bucket}/"
    number = 0
    try:
        with closing(list_pages(partial(read_page, request, aws))) as pages:
            for page in pages:
                if aws.clock.now() > aws.clock.deadline:
                    raise CustomResourceError(
                        f"time ran out while {source.place} was listed, {number} objects so far, "
                        "use a longer prefix, or `limit`"
                    )
                for key, size, storage_class in page:
                    reason = reason_of(key, size, storage_class)
                    if reason is None:
                        yield Found(place + key, key, size)
                    elif reason in _NOT_CHOSEN:
                        left_out.count(reason)
                    else:
                        left_out.add(reason, place + key)
                number += len(page)
    except ClientError as error:
        raise CustomResourceError(f"{source.place} can't be listed: {explain(error)}") from error


def _reasons(request: Request) -> Callable[[str, int, str], str | None]:
    """Return what gives the reason to leave an object out, by its key, size and storage class."""
    source = request.input
    own = _own_prefixes(request)
    ending = f"not {' or '.join(source.extensions)}"
    is_included = matcher(source.include)
    is_excluded = matcher(source.exclude)

    def reason(key: str, size: int, storage_class: str) -> str | None:
        if own and key.startswith(own):
            return "written by a labeling job"
        if key.endswith("/"):
            return "folder marker"
        if source.include and not is_included(key[len(source.prefix) :]):
            return "not included"
        if source.exclude and is_excluded(key[len(source.prefix) :]):
            return "excluded"
        if source.extensions and not key.lower().endswith(source.extensions):
            return ending
        if not size:
            return "empty"
        if source.maximum_bytes is not None and size > source.maximum_bytes:
            return f"larger than {source.maximum_bytes} bytes"
        return "archived" if storage_class in _ARCHIVES else None

    return reason


def _own_prefixes(request: Request) -> tuple[str, ...]:
    """Return the prefixes of the input bucket that hold what a job writes."""
    labels = str(dict(request.job.get("OutputConfig", {})).get("S3OutputPath", ""))
    bucket = f"s3://{request.input.bucket}/"
    return tuple(
        path.removeprefix(bucket)
        for path in (request.files.place, f"{labels.rstrip('/')}/")
        if path.startswith(bucket) and path != bucket
    )
