"""The secret of an OIDC client, which Ground Truth takes and never shows again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from custom_resource.errors import CustomResourceError

if TYPE_CHECKING:
    from workforce.clients import Clients

#: `unknown`: the workforce was changed after the secret was, which may have been its network only.
#: `unreadable`: there is nothing to compare.
Sent: TypeAlias = Literal["sent", "not sent", "unknown", "unreadable"]

_WORDS: Final[Mapping[Sent, str]] = {
    "not sent": "the client's secret was rotated after the workforce got it, as far as dates tell",
    "unknown": "whether the workforce has the present version of the client's secret is not known",
    "unreadable": "the client's secret can't be read, so that nobody knows whether it is another",
}


@dataclass(frozen=True, kw_only=True)
class Secret:
    """The present version of a secret."""

    text: str = field(repr=False)
    #: When this version was made; None where that is not told.
    made: datetime | None


def read_secret(arn: str, aws: Clients) -> Secret:
    """Return the client's secret: the text of a secret, or its member `client_secret`.

    Raises CustomResourceError for one of another form, of which nothing is shown.
    """
    answer: Mapping[str, Any] = aws.secrets.get_secret_value(SecretId=arn)
    text = str(answer.get("SecretString") or "")
    try:
        members = json.loads(text)
    except ValueError:
        members = None
    found = members.get("client_secret") if isinstance(members, dict) else text
    if not isinstance(found, str) or not found:
        raise CustomResourceError(
            f"expected a text, or a JSON object with a member client_secret, in secret {arn}"
        )
    return Secret(text=found, made=answer.get("CreatedDate"))


def was_sent(made: datetime | None, workforce: Mapping[str, Any]) -> Sent:
    """Say whether a workforce has a version of a secret, by when both were made or changed.

    A workforce gets its secret when it is made, or when its provider is changed, which Ground Truth
    does only while no team is in it. Its date of change is documented for its network only
    (botocore, sagemaker: Workforce).
    """
    created, changed = workforce.get("CreateDate"), workforce.get("LastUpdatedDate")
    if made is None or created is None:
        return "unknown"
    if made <= created:
        return "sent"
    return "not sent" if changed is None or made > changed else "unknown"


def words_for(sent: Sent) -> str:
    """Return what there is to say of a secret that may be another by now; empty for nothing."""
    if sent not in _WORDS:
        return ""
    return (
        f"{_WORDS[sent]}; Ground Truth takes one only while no work team is in the workforce, see"
        " docs/workforce.md"
    )
