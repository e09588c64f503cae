"""Says what a person can do about the refusals that only the people side meets."""

from __future__ import annotations

from botocore.exceptions import ClientError

from custom_resource import advice
from custom_resource.errors import code_of, message_of


def explain(error: ClientError) -> str:
    """Return what was refused and, for what is known of it, what to do."""
    return advice.explain(error, _mails, _one_workforce)


def _mails(error: ClientError) -> str | None:
    if error.operation_name != "AdminCreateUser" or "mail" not in message_of(error).lower():
        return None
    if code_of(error) != "LimitExceededException":
        return None
    return (
        "Cognito itself sends 50 mails a day; deploy again tomorrow, which goes on with those that "
        "are not yet invited, or give an address in workforce.create.email_from"
    )


def _one_workforce(error: ClientError) -> str | None:
    if "more than one workforce" not in message_of(error).lower():
        return None
    return "an account has one workforce per Region; see docs/workforce.md"
