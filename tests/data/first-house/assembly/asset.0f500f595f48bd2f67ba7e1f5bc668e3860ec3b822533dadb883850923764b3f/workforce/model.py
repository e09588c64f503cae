"""Makes a request of what AWS has described, by botocore's own model of the operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def fitting(described: Any, shape: Any) -> Any:
    """Return what an operation's input shape knows of a description, at any depth.

    Whatever an Update leaves out goes back to its default, so that no list of members stands
    here: a member that a newer botocore knows is kept as well.
    """
    if shape.type_name == "structure":
        members: Mapping[str, Any] = shape.members
        return {
            name: fitting(value, members[name])
            for name, value in described.items()
            if name in members
        }
    if shape.type_name == "list":
        return [fitting(value, shape.member) for value in described]
    return described
