"""What CloudFormation asks for, as types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from labeling_job import properties as read
from labeling_job.errors import LabelingJobError
from labeling_job.identity import Owner, owner_of, physical_id
from labeling_job.input_properties import Input, read_input

_ACCOUNT_FIELD: Final = 4


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


def from_event(event: Mapping[str, Any]) -> Request:
    """Return a Create or Update event as types.

    Raises LabelingJobError that names the property, what was expected and what came. Properties
    that are not known are left alone.
    """
    owner = owner_of(event)
    account = (owner.stack_id.split(":") + [""] * _ACCOUNT_FIELD)[_ACCOUNT_FIELD]
    if not re.fullmatch(r"\d{12}", account):
        raise LabelingJobError(
            f"expected a stack's ARN with an account, got {owner.stack_id!r} in event.StackId"
        )
    properties = read.mapping(event, "ResourceProperties", "event")
    replaced = event.get("OldResourceProperties")
    return Request(
        owner=owner,
        physical_id=physical_id(owner, properties),
        current_id=event.get("PhysicalResourceId"),
        replaced_id=_id_or_none(owner, replaced),
        account=account,
        input=read_input(read.mapping(properties, "Input", "ResourceProperties")),
        files=_files(read.mapping(properties, "Files", "ResourceProperties")),
        job=read.mapping(properties, "Request", "ResourceProperties"),
        tags=_tags(properties),
        replaced_tags=_tags_or_none(replaced),
    )


def _files(properties: Mapping[str, Any]) -> Files:
    where = "ResourceProperties.Files"
    labels = properties.get("LabelCategories")
    prefix = read.text(properties, "Prefix", where)
    if not prefix.endswith("/"):
        raise LabelingJobError(
            f"expected a prefix that ends with '/', got {prefix!r} in {where}.Prefix"
        )
    return Files(
        bucket=read.text(properties, "Bucket", where),
        prefix=prefix,
        label_categories=None
        if labels is None
        else read.mapping(properties, "LabelCategories", where),
        worker_template=read.optional_text(properties, "WorkerTemplate", where),
    )


def _tags(properties: Mapping[str, Any]) -> dict[str, str]:
    tags = properties.get("Tags", [])
    if not isinstance(tags, list) or not all(
        isinstance(tag, Mapping) and tag.get("Key") and "Value" in tag for tag in tags
    ):
        raise LabelingJobError(
            f"expected a list of Key and Value, got {tags!r} in ResourceProperties.Tags"
        )
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags}


def _id_or_none(owner: Owner, properties: object) -> str | None:
    # Old properties may be of another version of the template: they must not stop an Update.
    try:
        return physical_id(owner, properties) if isinstance(properties, Mapping) else None
    except LabelingJobError:
        return None


def _tags_or_none(properties: object) -> dict[str, str]:
    try:
        return _tags(properties) if isinstance(properties, Mapping) else {}
    except LabelingJobError:
        return {}
