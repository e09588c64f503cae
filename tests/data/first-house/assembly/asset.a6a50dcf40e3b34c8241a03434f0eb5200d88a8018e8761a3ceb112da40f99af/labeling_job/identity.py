"""Who a labeling job belongs to, and the id that follows from what it is made of."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError

#: What a job is made of; a change of anything else changes a job in place or not at all.
_CONTENT: Final = ("NamePrefix", "Revision", "Input", "Files", "Request")
#: What says whether a job may start, not what it is: nobody labels anew for that.
_CONDITIONS: Final = frozenset(
    {
        "MaximumBytes",
        "MaximumCharacters",
        "MaximumFrames",
        "MaximumObjects",
        "MinimumObjects",
        "WhenEmpty",
    }
)
#: Fits 63 characters with a hyphen, 10 digits and a suffix of up to "-99" (botocore:
#: LabelingJobName).
_NAME_PREFIX: Final = re.compile(r"[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,48}")
_MAXIMUM_NAME_PREFIX: Final = 49
_JOB_NAME: Final = re.compile(r"(?=.{12,60}$)[a-zA-Z0-9](?:-*[a-zA-Z0-9])*-[0-9a-f]{10}")


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The resource that a job belongs to, also what its owner tags say."""

    stack_id: str
    logical_id: str


def owner_of(event: Mapping[str, Any]) -> Owner:
    """Return whose event this is; raises CustomResourceError for an event without owner."""
    return Owner(
        stack_id=read.text(event, "StackId", "event"),
        logical_id=read.text(event, "LogicalResourceId", "event"),
    )


def physical_id(owner: Owner, properties: Mapping[str, Any]) -> str:
    """Return `<NamePrefix>-<10 hexadecimal digits>`, which is also the name of the first job.

    The same content of the same resource gives the same id, whatever CloudFormation makes of
    numbers, booleans and what has no value. Raises CustomResourceError if NamePrefix can't begin a
    job's name.
    """
    prefix = read.text(properties, "NamePrefix", "ResourceProperties")
    if len(prefix) > _MAXIMUM_NAME_PREFIX or not _NAME_PREFIX.fullmatch(prefix):
        raise CustomResourceError(
            f"expected at most {_MAXIMUM_NAME_PREFIX} letters, digits and inner hyphens, "
            f"got {prefix!r} in ResourceProperties.NamePrefix"
        )
    content = {name: _as_sent(properties.get(name)) for name in _CONTENT}
    if isinstance(content["Input"], dict):
        content["Input"] = {
            name: value for name, value in content["Input"].items() if name not in _CONDITIONS
        }
    canonical = json.dumps(
        [owner.stack_id, owner.logical_id, content], sort_keys=True, separators=(",", ":")
    )
    return f"{prefix}-{hashlib.sha256(canonical.encode()).hexdigest()[:10]}"


def is_own_form(identity: str) -> bool:
    """Say whether an id looks like one of `physical_id`, and not like one made up elsewhere."""
    return _JOB_NAME.fullmatch(identity) is not None


def _as_sent(value: Any) -> Any:
    """Turn scalars into strings as CloudFormation does, wherever the value comes from."""
    if isinstance(value, Mapping):
        return {str(name): _as_sent(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [_as_sent(member) for member in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)
