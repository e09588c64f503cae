"""What CloudFormation asks for, as types, and the identity that follows from it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from labeling_job.errors import LabelingJobError

#: What a job is made of; a change of anything else changes a job in place or not at all.
_CONTENT: Final = ("NamePrefix", "Revision", "Input", "Files", "Request")
#: Fits 63 characters with a hyphen, 10 digits and a suffix of up to "-99" (botocore:
#: LabelingJobName).
_NAME_PREFIX: Final = re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,48}")
_MAXIMUM_NAME_PREFIX: Final = 49
_JOB_NAME: Final = re.compile(r"(?=.{12,60}$)[a-zA-Z0-9](?:-*[a-zA-Z0-9])*-[0-9a-f]{10}")
_ACCOUNT_FIELD: Final = 4


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The resource that a job belongs to, also what its owner tags say."""

    stack_id: str
    logical_id: str


@dataclass(frozen=True, kw_only=True)
class Input:
    """Which objects are labeled."""

    bucket: str
    #: Empty, or ends with a slash.
    prefix: str
    #: Lower case, such as `.txt`.
    extensions: tuple[str, ...]
    split: Literal["file", "line"]
    maximum_objects: int
    #: Unicode characters of one text.
    maximum_characters: int
    when_empty: Literal["fail", "skip"]


@dataclass(frozen=True, kw_only=True)
class Files:
    """What is written beside the manifest, and where."""

    bucket: str
    prefix: str
    label_categories: Mapping[str, Any]
    worker_template: str


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


def physical_id(owner: Owner, properties: Mapping[str, Any]) -> str:
    """Return `<NamePrefix>-<10 hexadecimal digits>`, which is also the name of the first job.

    The same content of the same resource gives the same id, whatever CloudFormation makes of
    numbers and booleans. Raises LabelingJobError if NamePrefix can't begin a job's name.
    """
    prefix = _text(properties, "NamePrefix", "ResourceProperties")
    if len(prefix) > _MAXIMUM_NAME_PREFIX or not _NAME_PREFIX.fullmatch(prefix):
        raise LabelingJobError(
            f"expected at most {_MAXIMUM_NAME_PREFIX} letters, digits and inner hyphens, "
            f"got {prefix!r} in ResourceProperties.NamePrefix"
        )
    content = {name: _as_sent(properties.get(name)) for name in _CONTENT}
    canonical = json.dumps(
        [owner.stack_id, owner.logical_id, content], sort_keys=True, separators=(",", ":")
    )
    return f"{prefix}-{hashlib.sha256(canonical.encode()).hexdigest()[:10]}"


def is_own_form(identity: str) -> bool:
    """Say whether an id looks like one of `physical_id`, and not like one made up elsewhere."""
    return _JOB_NAME.fullmatch(identity) is not None


def owner_of(event: Mapping[str, Any]) -> Owner:
    """Return whose event this is; raises LabelingJobError for an event without owner."""
    return Owner(
        stack_id=_text(event, "StackId", "event"),
        logical_id=_text(event, "LogicalResourceId", "event"),
    )


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
    properties = _mapping(event, "ResourceProperties", "event")
    replaced = event.get("OldResourceProperties")
    return Request(
        owner=owner,
        physical_id=physical_id(owner, properties),
        current_id=event.get("PhysicalResourceId"),
        replaced_id=_id_or_none(owner, replaced),
        account=account,
        input=_input(_mapping(properties, "Input", "ResourceProperties")),
        files=_files(_mapping(properties, "Files", "ResourceProperties")),
        job=_mapping(properties, "Request", "ResourceProperties"),
        tags=_tags(properties),
        replaced_tags=_tags_or_none(replaced),
    )


def _input(properties: Mapping[str, Any]) -> Input:
    where = "ResourceProperties.Input"
    _choice(properties, "Kind", where, "text")
    prefix = _text(properties, "Prefix", where, empty=True)
    if prefix and not prefix.endswith("/"):
        raise LabelingJobError(f"expected a prefix that ends with '/', got {prefix!r} in {where}")
    extensions = properties.get("Extensions")
    if (
        not isinstance(extensions, list)
        or not extensions
        or not all(isinstance(extension, str) and extension for extension in extensions)
    ):
        raise LabelingJobError(
            f"expected a list of extensions, got {extensions!r} in {where}.Extensions"
        )
    return Input(
        bucket=_text(properties, "Bucket", where),
        prefix=prefix,
        extensions=tuple(extension.lower() for extension in extensions),
        split=cast('Literal["file", "line"]', _choice(properties, "Split", where, "file", "line")),
        maximum_objects=_positive(properties, "MaximumObjects", where),
        maximum_characters=_positive(properties, "MaximumCharacters", where),
        when_empty=cast(
            'Literal["fail", "skip"]', _choice(properties, "WhenEmpty", where, "fail", "skip")
        ),
    )


def _files(properties: Mapping[str, Any]) -> Files:
    where = "ResourceProperties.Files"
    return Files(
        bucket=_text(properties, "Bucket", where),
        prefix=_text(properties, "Prefix", where),
        label_categories=_mapping(properties, "LabelCategories", where),
        worker_template=_text(properties, "WorkerTemplate", where),
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


def _as_sent(value: Any) -> Any:
    """Turn scalars into strings as CloudFormation does, wherever the value comes from."""
    if isinstance(value, Mapping):
        return {str(name): _as_sent(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_as_sent(member) for member in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def _mapping(properties: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    value = properties.get(name)
    if not isinstance(value, Mapping):
        raise LabelingJobError(f"expected a map, got {value!r} in {where}.{name}")
    return value


def _text(properties: Mapping[str, Any], name: str, where: str, *, empty: bool = False) -> str:
    value = properties.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise LabelingJobError(f"expected text, got {value!r} in {where}.{name}")
    return value


def _choice(properties: Mapping[str, Any], name: str, where: str, *choices: str) -> str:
    value = properties.get(name)
    if value not in choices:
        raise LabelingJobError(f"expected {' or '.join(choices)}, got {value!r} in {where}.{name}")
    return str(value)


def _positive(properties: Mapping[str, Any], name: str, where: str) -> int:
    value = properties.get(name)
    if not re.fullmatch(r"[1-9][0-9]{0,8}", str(value)):
        raise LabelingJobError(f"expected a number above 0, got {value!r} in {where}.{name}")
    return int(str(value))
