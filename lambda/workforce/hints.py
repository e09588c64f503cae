"""Says what to do about the refusals that only a workforce and its workers meet."""

from __future__ import annotations

from botocore.exceptions import ClientError

from custom_resource import hints
from custom_resource.errors import message_of


def explain(error: ClientError) -> str:
    """Return what was refused and, for what is known of it, what to do."""
    return hints.explain(error, _one_workforce)


def _one_workforce(error: ClientError) -> str | None:
    if "more than one workforce" not in message_of(error).lower():
        return None
    return "an account has one workforce per Region; see docs/workforce.md"
