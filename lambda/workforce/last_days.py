"""Until when somebody works: the last day, which ends with the day in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError


def last_day(text: object, where: str) -> date | None:
    """Return a day such as `2027-01-31`, None for none; raises CustomResourceError."""
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise CustomResourceError(
            f"expected a day such as 2027-01-31, got {text!r} in {where}"
        ) from None


def last_days_of(listed: object, where: str) -> dict[str, date]:
    """Return the last day of each address, in lower case, that has one."""
    if listed is None:
        return {}
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        raise CustomResourceError(f"expected a list of Email and Until, got {listed!r} in {where}")
    found: dict[str, date] = {}
    for each in listed:
        day = last_day(each.get("Until"), where)
        if day is not None:
            found[read.text(each, "Email", where).lower()] = day
    return found


def has_ended(day: date | None, today: date) -> bool:
    """Say whether a last day is over; none never is."""
    return day is not None and day < today


def ended_of(properties: Mapping[str, Any], now: datetime) -> set[str]:
    """Return the members whose last day is over, by address in lower case."""
    days = last_days_of(properties.get("Members"), "ResourceProperties.Members")
    return {email for email, day in days.items() if has_ended(day, now.date())}
