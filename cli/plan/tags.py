"""Says which tags of a resource change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def tag_changes(old: Any, new: Any) -> list[str]:
    """Return a line for each tag that is added, removed or has another value."""
    before, after = _by_key(old), _by_key(new)
    found = []
    for key in dict.fromkeys([*before, *after]):
        if key not in before:
            found.append(f"tag {key}: {after[key]}")
        elif key not in after:
            found.append(f"tag {key} removed")
        elif before[key] != after[key]:
            found.append(f"tag {key}: {before[key]} → {after[key]}")
    return found


def _by_key(tags: Any) -> dict[str, Any]:
    if isinstance(tags, Mapping):
        return dict(tags)
    return {each["Key"]: each["Value"] for each in tags or []}
