"""The mail that invites a worker: Markdown in the environment file, HTML for Cognito."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Final

from ground_truth.templates.instructions import html_of, without_liquid

#: What stands in braces in the text, with what each place is for.
PLACES: Final[Mapping[str, str]] = {
    "portal": "the address of the worker portal",
    "username": "the worker's user name",
    "password": "the temporary password",
    "days": "how many days the temporary password can be used",
    "organization": "who invites",
    "support_email": "whom workers write to",
}
#: Without these nobody can log in.
_NEEDED: Final = ("portal", "username", "password")
DEFAULT: Final = """\
Hello,

{organization} invites you to label data.

1. Open [{portal}]({portal}). Keep the address: this is where your tasks are.
2. Sign in with the user name {username} and the temporary password {password}, within {days} days.
3. Choose a password of your own. Your tasks appear as soon as there are any.

Does the temporary password not work any more? Write to {support_email}, and you get a new one.

Have you forgotten the password that you chose? Where you sign in, you can choose another one.

Questions? Write to {support_email}.
"""
_PLACE: Final = re.compile(r"\{([^{}\n]*)\}")
#: botocore, cognito-idp: EmailInviteMessageType, less what the portal's address may be longer than
#: its place.
_LONGEST: Final = 20_000 - 500


def check(text: str) -> str:
    """Check the text of an invitation; raises ValueError if it can't become a mail."""
    found = _PLACE.findall(text)
    for name in found:
        if name not in PLACES:
            raise ValueError(
                f"expected in braces one of {', '.join(PLACES)}, got {'{' + name + '}'!r}"
            )
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        raise ValueError(
            f"expected {' and '.join('{' + name + '}' for name in missing)} in the invitation, got"
            " none; without it nobody can log in"
        )
    size = len(body(text, organization="x" * 140, support_email="x" * 128, days=365))
    if size > _LONGEST:
        raise ValueError(
            f"expected an invitation of at most {_LONGEST} characters as HTML, got {size}"
        )
    return text


def subject(organization: str) -> str:
    """Return the mail's subject."""
    return f"Label data for {organization}"


def body(text: str, *, organization: str, support_email: str, days: int) -> str:
    """Return the mail as HTML, with Cognito's own places and `{portal}` for the portal's address.

    Raises ValueError for a link that doesn't begin with `https://`.
    """
    fillings = {
        "portal": "{portal}",
        "username": "{username}",
        "password": "{####}",
        "days": str(days),
        "organization": without_liquid(html.escape(organization)),
        "support_email": without_liquid(html.escape(support_email)),
    }
    # Letters that Markdown leaves alone stand in for the places; that of the portal is a link's.
    page = html_of(_PLACE.sub(lambda match: _stand_in(match[1]), text))
    for name, filling in fillings.items():
        page = page.replace(_stand_in(name), filling)
    return page


def _stand_in(name: str) -> str:
    letters = f"x7place{name.replace('_', '')}7x"
    return f"https://{letters}" if name == "portal" else letters
