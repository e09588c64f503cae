"""Names people where their addresses may not stand: in logs, events and plans.

By the number of their line in the file and their initials, so that a lead knows who is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

#: What looks like an address, wherever it stands.
_ADDRESS: Final = re.compile(r"[^\s\"'<>()\[\]{},;:=/@\\]+@[\w-]+(?:\.[\w-]+)+")


def name_of(number: int, email: str) -> str:
    """Return how somebody is named where no address may stand, such as `3 (A.B.)`."""
    words = re.split(r"[\W_\d]+", email.partition("@")[0])
    initials = "".join(f"{word[0].upper()}." for word in words[:3] if word)
    return f"{number} ({initials})" if initials else str(number)


def names_of(emails: Iterable[str]) -> dict[str, str]:
    """Return the name of everybody in the file, in its order, by address in lower case."""
    return {email: name_of(number, email) for number, email in enumerate(emails, 1)}


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a text with these addresses, in whatever case, as the names that they have here."""
    if not names:
        return text
    known = "|".join(re.escape(email) for email in sorted(names, key=len, reverse=True))
    whole = re.compile(rf"(?<![\w.+-])(?:{known})(?![\w-]|\.\w)", re.IGNORECASE)
    return whole.sub(lambda found: names[found[0].lower()], text)


def without_addresses(text: str, names: Mapping[str, str]) -> str:
    """Return a text without any address, those of the file as the names that they have there."""
    said = renamed(text, {email: f"worker {name}" for email, name in names.items()})
    return _ADDRESS.sub("an address", said)
