"""Remembers whether a resource is still wanted, for events that are worked on at the same time.

CloudFormation may send a Delete while a Create is at work, and Lambda may repeat an event later. A
marker in the output bucket says what came last.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.age import seconds_since
from custom_resource.errors import CustomResourceError, code_of, is_denied
from dataset import layout
from dataset.limits import MAXIMUM_EVENT_AGE
from labeling_job.clients import Clients
from labeling_job.hints import explain

#: S3 answers these when a marker is no longer the one that was read
#: (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
_CHANGED: Final = frozenset({"ConditionalRequestConflict", "NoSuchKey", "PreconditionFailed"})


class CancelledError(CustomResourceError):
    """What is being started was taken back meanwhile."""

    def __init__(self, identity: str) -> None:
        super().__init__(
            f"cancelled: CloudFormation has taken labeling job {identity} back while it was being "
            "started, so that nothing of it runs on; deploy again if it is wanted"
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the markers of a resource are."""

    bucket: str
    #: `Files.Prefix`.
    prefix: str
    account: str


@dataclass(frozen=True, kw_only=True)
class Marker:
    """What is remembered of one physical id."""

    #: The event that asked for it, see `Request.event`; empty where none has.
    event: str
    #: False as soon as a Delete, or a rollback, has taken it back.
    wanted: bool
    #: Whether the event has got as far as success.
    ready: bool
    #: The physical id that an Update has put in its place.
    replaced_by: str | None = None
    #: The event that has taken it back or replaced it. Without it, writing the same again would
    #: leave the ETag as it is, and an event that is at work would not see that it was taken back.
    changed_by: str | None = None
    #: Whether an event that was taken back has not begun yet, so that the next to come is that one.
    awaits_event: bool = False
    #: S3's ETag of this version, where it was read.
    etag: str | None = None


def read(identity: str, place: Place, aws: Clients) -> Marker | None:
    """Return the marker of an id, or none where there is none that can be read."""
    try:
        answer = aws.s3.get_object(
            Bucket=place.bucket, Key=_key(identity, place), ExpectedBucketOwner=place.account
        )
    except ClientError as error:
        # Who may not list a bucket is not told that an object is missing.
        if code_of(error) == "NoSuchKey" or is_denied(error):
            return None
        raise CustomResourceError(
            f"{_uri(identity, place)} can't be read: {explain(error)}"
        ) from error
    etag = answer.get("ETag")
    try:
        with closing(answer["Body"]) as body:
            content = json.loads(body.read())
        return Marker(
            event=str(content["request"]),
            wanted=content["wanted"] is True,
            ready=content["ready"] is True,
            replaced_by=content["replaced_by"],
            changed_by=content.get("changed_by"),
            awaits_event=content.get("awaits_event") is True
            and seconds_since(answer.get("LastModified"), answer) < MAXIMUM_EVENT_AGE,
            etag=etag,
        )
    except (KeyError, TypeError, ValueError):
        aws.log.warning("the marker of %s is damaged", identity)
        return Marker(event="", wanted=True, ready=True, etag=etag)


def look(identity: str, place: Place | None, aws: Clients) -> Marker | None:
    """Return the marker of an id, or none where S3 refuses: nothing shall depend on it."""
    try:
        return None if place is None else read(identity, place, aws)
    except (BotoCoreError, CustomResourceError):
        aws.log.warning("the marker of %s can't be read", identity, exc_info=True)
        return None


def begin(identity: str, event: str, place: Place, aws: Clients) -> None:
    """Say that an event wants the id; raises CancelledError if it was taken back already."""
    before = read(identity, place, aws)
    if before is not None and before.event == event:
        if not before.wanted:
            raise CancelledError(identity)
        return
    if before is not None and not before.wanted and _is_newer(before.changed_by or "", event):
        # It begins after the event that came after it and took the id back.
        raise CancelledError(identity)
    if before is not None and before.awaits_event and not _is_newer(event, before.changed_by):
        _write(identity, Marker(event=event, wanted=False, ready=False), before, place, aws)
        raise CancelledError(identity)
    _write(identity, Marker(event=event, wanted=True, ready=False), before, place, aws)


def check(identity: str, place: Place, aws: Clients) -> Marker | None:
    """Return the marker of an id, if there is one; raises CancelledError if it is not wanted."""
    marker = read(identity, place, aws)
    if marker is not None and not marker.wanted:
        raise CancelledError(identity)
    return marker


def finish(identity: str, event: str, place: Place, aws: Clients) -> None:
    """Say that the id is ready; raises CancelledError if it is no longer wanted."""
    marker = check(identity, place, aws)
    if marker is not None and marker.ready and marker.event == event:
        return
    _write(identity, Marker(event=event, wanted=True, ready=True), marker, place, aws)


def replace(identity: str, successor: str, event: str, place: Place, aws: Clients) -> None:
    """Say that `successor` stands in the place of the id, whose Delete will come; never raises."""
    _remember(identity, event, place, aws, wanted=True, replaced_by=successor)


def withdraw(
    identity: str, event: str, place: Place, aws: Clients, *, is_unanswered: bool = False
) -> None:
    """Say that the id is no longer wanted by the event that asked for it; never raises.

    `is_unanswered` says that it may not have begun yet.
    """
    _remember(
        identity, event, place, aws, wanted=False, replaced_by=None, is_unanswered=is_unanswered
    )


def _remember(
    identity: str,
    event: str,
    place: Place,
    aws: Clients,
    *,
    wanted: bool,
    replaced_by: str | None,
    is_unanswered: bool = False,
) -> None:
    try:
        # That it can't be read is no reason to leave it unwritten.
        before = look(identity, place, aws)
        if before is not None and before.changed_by == event:
            return
        has_begun = before is not None and before.wanted
        marker = Marker(
            event=before.event if before else "",
            wanted=wanted,
            ready=before.ready if before else True,
            replaced_by=replaced_by,
            changed_by=event,
            awaits_event=is_unanswered and not has_begun,
        )
        _put(identity, marker, place, aws)
    except (BotoCoreError, ClientError, CustomResourceError):
        # What it is written for must be done all the same.
        aws.log.warning("the marker of %s can't be written", identity, exc_info=True)


def _write(
    identity: str, marker: Marker, before: Marker | None, place: Place, aws: Clients
) -> None:
    """Write a marker in the place of the one that was read, and of no other.

    Raises CancelledError if there is another by now that takes the id back.
    """
    condition = {"IfNoneMatch": "*"}
    if before is not None:
        condition = {} if before.etag is None else {"IfMatch": before.etag}
    try:
        _put(identity, marker, place, aws, **condition)
    except ClientError as error:
        if code_of(error) not in _CHANGED:
            raise CustomResourceError(
                f"{_uri(identity, place)} can't be written: {explain(error)}"
            ) from error
        check(identity, place, aws)


def _put(identity: str, marker: Marker, place: Place, aws: Clients, **conditions: Any) -> None:
    aws.s3.put_object(
        Bucket=place.bucket,
        Key=_key(identity, place),
        Body=json.dumps(
            {
                "request": marker.event,
                "wanted": marker.wanted,
                "ready": marker.ready,
                "replaced_by": marker.replaced_by,
                "changed_by": marker.changed_by,
                "awaits_event": marker.awaits_event,
            }
        ).encode(),
        ExpectedBucketOwner=place.account,
        **conditions,
    )


def _is_newer(event: str, other: str | None) -> bool:
    """Say whether CloudFormation is known to have sent an event after another one."""
    time, other_time = event.rpartition(" ")[2], (other or "").rpartition(" ")[2]
    return bool(time and other_time) and time > other_time


def _uri(identity: str, place: Place) -> str:
    return f"s3://{place.bucket}/{_key(identity, place)}"


def _key(identity: str, place: Place) -> str:
    return layout.marker(place.prefix, identity)
