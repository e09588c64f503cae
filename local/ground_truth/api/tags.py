"""Tags of labeling jobs, work teams and workforces, and the operations on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local.ground_truth.api.lists import page
from local.ground_truth.api.state import Call
from local.ground_truth.errors import invalid


def add_tags(call: Call) -> dict[str, Any]:
    """Add or change tags of a labeling job, work team or workforce."""
    tags = _tags(call)
    tags.update(tag_map(call.request["Tags"]))
    return {"Tags": tag_list(tags)}


def delete_tags(call: Call) -> dict[str, Any]:
    """Remove tags; absent ones are no error."""
    tags = _tags(call)
    for key in call.request["TagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags(call: Call) -> dict[str, Any]:
    """List tags."""
    _tags(call)
    return page(call.request, "Tags", shown(call, call.request["ResourceArn"]), lambda tag: tag)


def shown(call: Call, arn: str) -> list[dict[str, str]]:
    """Return the tags that can be seen of a resource by now."""
    is_visible = call.now >= call.account.tagged_from.get(arn, call.now)
    return tag_list(call.account.tags[arn]) if is_visible else []


def tag_map(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Turn `[{"Key": …, "Value": …}]` into a mapping."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Turn a mapping into `[{"Key": …, "Value": …}]`."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def _tags(call: Call) -> dict[str, str]:
    arn = call.request["ResourceArn"]
    if arn not in call.account.tags:
        raise invalid(f"Resource {arn} does not exist")
    return call.account.tags[arn]
