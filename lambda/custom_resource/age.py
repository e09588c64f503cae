"""How long ago something was, by AWS's own clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any


def seconds_since(moment: datetime | None, answer: Mapping[str, Any]) -> float:
    """Return the seconds between a moment and an answer of AWS; 0 where either is not told."""
    told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if moment is None or told is None:
        return 0.0
    try:
        return (parsedate_to_datetime(told) - moment).total_seconds()
    except (TypeError, ValueError):
        # No date, or one without a time zone.
        return 0.0
