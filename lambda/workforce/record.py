"""What an account says of itself: who has made it, what became of its invitation, who disabled it.

It stands in the standard attribute `profile`, which every user pool has, so that no schema is
changed; it is set in the call that makes the account, so that no death parts the two. The value is
a URI of our own, since the attribute is meant for one
(https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit

#: The attribute of the user pool.
ATTRIBUTE: Final = "profile"
#: For so long a mail of which nobody knows whether it has gone counts as sent.
UNKNOWN_FOR: Final = timedelta(days=1)
_SCHEME, _PATH = "ground-truth-cdk", "account"
#: More than a record has; whatever is longer is somebody else's.
_MOST_FIELDS: Final = 20

#: `due`: to be sent. `trying`: it is being sent, or whoever sent it has died. `failed`: refused.
Mail: TypeAlias = Literal["due", "trying", "sent", "failed"]
_MAILS: Final[Mapping[str, Mail]] = {mail: mail for mail in get_args(Mail)}


@dataclass(frozen=True, kw_only=True)
class Record:
    """Says that an account is this project's, and how far it is. Nothing here is secret."""

    #: The environment that has made the account.
    made_by: str
    #: The unique part of the id of the stack that has made it.
    stack: str
    #: How far the invitation is.
    mail: Mail
    #: Since when, in UTC and whole seconds.
    at: datetime
    #: AWS's code for the refusal of the mail; empty unless it has `failed`.
    why: str = ""
    #: The run that is `trying`; empty otherwise.
    run: str = ""
    #: The environment that has disabled the account; empty where none has.
    disabled_by: str = ""
    #: The unique part of the id of the stack that has enabled it again; empty where none has.
    let_in: str = ""
    #: The address by which the file has named it; somebody may give it another one in the pool.
    named: str = ""

    @property
    def was_mailed(self) -> bool:
        """Whether somebody may have got an invitation."""
        return self.mail in ("trying", "sent")

    def is_due(self, now: datetime) -> bool:
        """Say whether the invitation is to be sent, or sent again."""
        if self.mail == "trying":
            return now - self.at >= UNKNOWN_FOR
        return self.mail != "sent"

    def as_text(self) -> str:
        """Return the attribute's value."""
        fields = {
            "made_by": self.made_by,
            "stack": self.stack,
            "mail": self.mail,
            "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "why": self.why,
            "run": self.run,
            "disabled_by": self.disabled_by,
            "let_in": self.let_in,
            "named": self.named,
        }
        query = urlencode({name: value for name, value in fields.items() if value}, safe=":@")
        return f"{_SCHEME}:{_PATH}?{query}"


def parse(text: str) -> Record | None:
    """Return the record that an attribute's value holds; None for whatever is not one of ours."""
    try:
        uri = urlsplit(text)
        fields = dict(parse_qsl(uri.query, max_num_fields=_MOST_FIELDS))
        if (uri.scheme, uri.path) != (_SCHEME, _PATH):
            return None
        at = datetime.strptime(fields["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        return Record(
            made_by=fields["made_by"],
            stack=fields["stack"],
            mail=_MAILS[fields["mail"]],
            at=at,
            why=fields.get("why", ""),
            run=fields.get("run", ""),
            disabled_by=fields.get("disabled_by", ""),
            let_in=fields.get("let_in", ""),
            named=fields.get("named", ""),
        )
    except (KeyError, ValueError):
        return None
