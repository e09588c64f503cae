"""What CloudFormation asks for, as types."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError
from labeling_job.identity import Owner, owner_of, physical_id
from labeling_job.input_properties import Input, read_input
from labeling_job.label_file import label_file
from labeling_job.wanted import Place

_ACCOUNT_FIELD: Final = 4
_SIGNED_AT: Final = re.compile(r"[?&]X-Amz-Date=([0-9]{8}T[0-9]{6}Z)")


@dataclass(frozen=True, kw_only=True)
class Files:
    """What is written beside the manifest, and where."""

    bucket: str
    #: Ends with a slash.
    prefix: str
    #: None for a custom task without labels.
    label_categories: Mapping[str, Any] | None
    #: None where workers see one of Ground Truth's own interfaces.
    worker_template: str | None

    @property
    def place(self) -> str:
        """The prefix as an S3 URI."""
        return f"s3://{self.bucket}/{self.prefix}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """A Create or an Update."""

    owner: Owner
    #: Tells the event from all others, however often it is delivered.
    event: str
    #: Of the resource as it shall be.
    physical_id: str
    #: Of the resource as CloudFormation knows it; none at Create.
    current_id: str | None
    #: Of the properties that an Update replaces; a rollback replaces those that failed.
    replaced_id: str | None
    #: Twelve digits, for `ExpectedBucketOwner`.
    account: str
    input: Input
    files: Files
    #: CreateLabelingJob as it came: numbers and booleans are strings.
    job: Mapping[str, Any]
    tags: Mapping[str, str]
    replaced_tags: Mapping[str, str]
    #: Whether a new job may take the place of one that runs.
    on_change: Literal["replace", "fail"]
    #: Whether what earlier runs have labeled is labeled again.
    relabel: bool
    #: For the Delete to come; a mistake in it is said now.
    stop_on_delete: bool

    @property
    def name_prefix(self) -> str:
        """What the names of all runs begin with."""
        return self.physical_id.rpartition("-")[0]

    @property
    def markers(self) -> Place:
        """Where it is remembered that the resource is wanted."""
        return Place(bucket=self.files.bucket, prefix=self.files.prefix, account=self.account)


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """A Delete, of whose properties nothing is demanded: they may be of another version."""

    owner: Owner
    #: See `Request.event`.
    event: str
    #: As CloudFormation knows it; not one of ours if a Create was never answered.
    identity: str
    #: What the properties stand for, if they stand for anything.
    physical_id: str | None
    #: Whether a job at work may be stopped.
    stop_on_delete: bool
    #: None where the properties don't say.
    markers: Place | None


def from_event(event: Mapping[str, Any]) -> Request:
    """Return a Create or Update event as types.

    Raises CustomResourceError that names the property, what was expected and what came. Properties
    that are not known are left alone.
    """
    owner = owner_of(event)
    account = _account(owner)
    if not re.fullmatch(r"\d{12}", account):
        raise CustomResourceError(
            f"expected a stack's ARN with an account, got {owner.stack_id!r} in event.StackId"
        )
    properties = read.mapping(event, "ResourceProperties", "event")
    replaced = event.get("OldResourceProperties")
    return Request(
        owner=owner,
        event=_event(event),
        physical_id=physical_id(owner, properties),
        current_id=event.get("PhysicalResourceId"),
        replaced_id=_id_or_none(owner, replaced),
        account=account,
        input=read_input(read.mapping(properties, "Input", "ResourceProperties")),
        files=_files(read.mapping(properties, "Files", "ResourceProperties")),
        job=read.mapping(properties, "Request", "ResourceProperties"),
        tags=_tags(properties),
        replaced_tags=_tags_or_none(replaced),
        on_change=read.choice(
            {"OnChange": properties.get("OnChange") or "replace"},
            "OnChange",
            "ResourceProperties",
            ("replace", "fail"),
        ),
        relabel=_flag(properties, "Relabel", default=False),
        stop_on_delete=_flag(properties, "StopOnDelete", default=True),
    )


def deletion_from_event(event: Mapping[str, Any]) -> Deletion:
    """Return a Delete event as types; raises CustomResourceError for an event without owner."""
    owner = owner_of(event)
    properties = event.get("ResourceProperties")
    properties = properties if isinstance(properties, Mapping) else {}
    return Deletion(
        owner=owner,
        event=_event(event),
        identity=str(event.get("PhysicalResourceId") or ""),
        physical_id=_id_or_none(owner, properties),
        stop_on_delete=str(properties.get("StopOnDelete")).lower() != "false",
        markers=_markers(owner, properties.get("Files")),
    )


def _flag(properties: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = properties.get(name)
    text = str(default if value is None else value).lower()
    return read.choice({name: text}, name, "ResourceProperties", ("true", "false")) == "true"


def _markers(owner: Owner, files: object) -> Place | None:
    values = files if isinstance(files, Mapping) else {}
    bucket, prefix, account = values.get("Bucket"), values.get("Prefix"), _account(owner)
    if not isinstance(bucket, str) or not isinstance(prefix, str) or not bucket or not account:
        return None
    return Place(bucket=bucket, prefix=prefix, account=account)


def _account(owner: Owner) -> str:
    return (owner.stack_id.split(":") + [""] * _ACCOUNT_FIELD)[_ACCOUNT_FIELD]


def _event(event: Mapping[str, Any]) -> str:
    """Return what all deliveries of an event have in common, and no other event has.

    A deployment that is retried may use a RequestId again (aws-cdk#35957), but the address to
    answer to is signed anew. Only a digest of it is kept, because it is a credential, and the time
    at which it was signed, by which `wanted` knows the older of two events.
    """
    address = str(event.get("ResponseURL", ""))
    digest = hashlib.sha256(address.encode()).hexdigest()[:16]
    signed = _SIGNED_AT.search(address)
    return f"{event.get('RequestId', '')} {digest} {signed[1] if signed else ''}"


def _files(properties: Mapping[str, Any]) -> Files:
    where = "ResourceProperties.Files"
    labels = properties.get("LabelCategories")
    prefix = read.text(properties, "Prefix", where)
    if not prefix.endswith("/"):
        raise CustomResourceError(
            f"expected a prefix that ends with '/', got {prefix!r} in {where}.Prefix"
        )
    return Files(
        bucket=read.text(properties, "Bucket", where),
        prefix=prefix,
        label_categories=None
        if labels is None
        else label_file(read.mapping(properties, "LabelCategories", where)),
        worker_template=read.optional_text(properties, "WorkerTemplate", where),
    )


def _tags(properties: Mapping[str, Any]) -> dict[str, str]:
    tags = properties.get("Tags", [])
    if not isinstance(tags, list) or not all(
        isinstance(tag, Mapping) and tag.get("Key") and "Value" in tag for tag in tags
    ):
        raise CustomResourceError(
            f"expected a list of Key and Value, got {tags!r} in ResourceProperties.Tags"
        )
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags}


def _id_or_none(owner: Owner, properties: object) -> str | None:
    # Old properties may be of another version of the template: they must not stop an Update.
    try:
        return physical_id(owner, properties) if isinstance(properties, Mapping) else None
    except CustomResourceError:
        return None


def _tags_or_none(properties: object) -> dict[str, str]:
    try:
        return _tags(properties) if isinstance(properties, Mapping) else {}
    except CustomResourceError:
        return {}
