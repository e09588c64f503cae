"""What operations that list things have in common: order and pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.ground_truth.errors import invalid


def page(
    request: Mapping[str, Any], key: str, items: Sequence[Any], show: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return one page of `items` below `key`, with a NextToken if there are more."""
    start = _offset(request.get("NextToken"))
    end = start + int(request.get("MaxResults", 100))
    answer: dict[str, Any] = {key: [show(item) for item in items[start:end]]}
    if end < len(items):
        answer["NextToken"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return answer


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError):
        raise invalid(f"Invalid NextToken: {token}") from None


def ordered(
    request: Mapping[str, Any], items: Sequence[Any], by: Mapping[str, Callable[[Any], Any]]
) -> list[Any]:
    """Sort by the request's SortBy (the first of `by` if absent) and SortOrder."""
    key = by[request.get("SortBy", next(iter(by)))]
    return sorted(items, key=key, reverse=request.get("SortOrder") == "Descending")
