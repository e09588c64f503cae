"""The access keys with which requests are signed."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from typing import Final, Self

#: IAM's and STS's ids of keys have 16 of these after their first four letters.
_OF_IDS: Final = string.ascii_uppercase + "234567"


@dataclass(frozen=True, kw_only=True)
class AccessKey:
    """An access key; a temporary one has a `token` and ends at `expires`, seconds of the epoch."""

    id: str
    secret: str
    token: str | None = None
    expires: float | None = None

    @classmethod
    def root(cls) -> Self:
        """Return a key that nobody can guess: its id has 80 bits, its secret 240."""
        name = "".join(secrets.choice(_OF_IDS) for _ in range(16))
        return cls(id=f"AKIA{name}", secret=secrets.token_urlsafe(30))
