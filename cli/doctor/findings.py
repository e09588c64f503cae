"""What the doctor says of one thing: it is right, there is something to do, or it can't look."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError

_T = TypeVar("_T")

#: Codes by which services say that a permission is missing; 403 is S3's, where there is no body.
_DENIED: Final = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "NotAuthorizedException",
        "UnauthorizedOperation",
    }
)
#: Sessions and users are often called by an address, and AWS's messages name both.
#: Whatever stands before an @ counts, since an address may have nearly any sign there (RFC 5322,
#: section 3.2.3), and what is behind it need not have a dot. An ARN loses its last name only.
_ADDRESS: Final = re.compile(r"[^\s<>\"/:()\[\]@]+@(?:\[[^\s\]]*\]|[^\s<>\"/:()\[\]@,;]+(?<![.']))")


class State(StrEnum):
    """What is known of a thing."""

    RIGHT = "right"
    TO_DO = "to do"
    #: The credentials may not look at it, which is neither right nor wrong.
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A state and a sentence: what there is, or what to do and why."""

    state: State
    text: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An answer, and what it is about; it has nobody's address."""

    subject: str
    state: State
    text: str


#: Looks at one thing; raises NotAllowedError if the credentials don't let it.
Look: TypeAlias = Callable[[], Answer]


class NotAllowedError(Exception):
    """The credentials lack a permission that only looks."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


def right(text: str) -> Answer:
    """Return that all is well."""
    return Answer(state=State.RIGHT, text=text)


def to_do(text: str) -> Answer:
    """Return what somebody has to do; the text begins with it."""
    return Answer(state=State.TO_DO, text=text)


def unknown(text: str) -> Answer:
    """Return that it can't be known from here."""
    return Answer(state=State.UNKNOWN, text=text)


def ask(action: str, call: Callable[[], _T]) -> _T:
    """Return what AWS answers; raises NotAllowedError if the caller may not do `action`."""
    try:
        return call()
    except ClientError as error:
        if is_denied(error):
            raise NotAllowedError(action) from None
        raise


def is_denied(error: ClientError) -> bool:
    """Say whether a permission is missing."""
    return code_of(error) in _DENIED


def code_of(error: ClientError) -> str:
    """Return AWS's error code, or an empty string."""
    return str(error.response.get("Error", {}).get("Code", ""))


def find(subject: str, look: Look) -> Finding:
    """Return what a look has found, whatever AWS answers."""
    try:
        answer = look()
    except NotAllowedError as error:
        answer = unknown(f"not allowed to look ({error.action})")
    except CommandError as error:
        answer = to_do(str(error))
    except (BotoCoreError, ClientError) as error:
        answer = to_do(f"try again, or look at it by hand; AWS did not answer as expected: {error}")
    except Exception as error:  # noqa: BLE001  # one look that fails does not end the others
        answer = unknown(f"could not look, got {type(error).__name__}: {error}")
    return Finding(subject=subject, state=answer.state, text=_ADDRESS.sub("<address>", answer.text))


def find_all(looks: Iterator[tuple[str, Look]]) -> Iterator[Finding]:
    """Yield what all looks find."""
    for subject, look in looks:
        yield find(subject, look)
