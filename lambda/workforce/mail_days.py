"""On which days invitations go, where their sender has a limit for a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

#: What Cognito's own sender delivers in a day
#: (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html).
MAILS_A_DAY: Final = 50


def mail_days(mails: int, today: date) -> str:
    """Return on which days Cognito's own sender sends so many; empty if all go today."""
    if mails <= MAILS_A_DAY:
        return ""
    last = today + timedelta(days=(mails - 1) // MAILS_A_DAY)
    rest = (mails - 1) % MAILS_A_DAY + 1
    tomorrow = today + timedelta(days=1)
    until = "" if last == tomorrow else f" {MAILS_A_DAY} on each day from {tomorrow},"
    return (
        f"Cognito itself sends {MAILS_A_DAY} mails a day: {MAILS_A_DAY} invitations go on {today},"
        f"{until} {rest} on {last}"
    )


def mail_days_from(mails: int, start: str) -> str:
    """Return the same without a date; `start` is what the first day is called."""
    if mails <= MAILS_A_DAY:
        return ""
    days = (mails - 1) // MAILS_A_DAY + 1
    rest = (mails - 1) % MAILS_A_DAY + 1
    return (
        f"Cognito itself sends {MAILS_A_DAY} mails a day: {MAILS_A_DAY} invitations go on {start},"
        f" the last {rest} on day {days}; each day's go with the next change of people, or by"
        " `ground-truth workers ENV --remind all`"
    )
