"""One page of a listing: what is asked of S3 and what its answer says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import unquote
from xml.parsers import expat

from labeling_job.collaborators import Collaborators
from labeling_job.request import Request
from labeling_job.signed_get import signed_get

#: Bytes: more than any text of a page, so that each comes in one piece.
_BUFFER: Final = 65_536
_KEY: Final = "Key"
_SIZE: Final = "Size"
_STORAGE_CLASS: Final = "StorageClass"
_CONTENTS: Final = "Contents"
_NEXT: Final = "NextContinuationToken"
_IS_TRUNCATED: Final = "IsTruncated"
_NAMES: Final = (_KEY, _SIZE, _STORAGE_CLASS, _CONTENTS, _NEXT, _IS_TRUNCATED)


#: An object as it is listed: its key, its bytes and its storage class.
Entry: TypeAlias = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Page:
    """Up to 1,000 objects that follow one another in S3's order, that of their keys in UTF-8."""

    entries: list[Entry]
    #: Of the page that follows; None where this is the last.
    token: str | None


def read_page(
    request: Request,
    aws: Collaborators,
    *,
    after: str = "",
    until: str | None = None,
    token: str | None = None,
) -> Page:
    """Return the page that begins behind the key `after`, or the one that a token stands for.

    `until` is the last key that is wanted. Raises ClientError and CustomResourceError.
    """
    parameters = {
        "Bucket": request.input.bucket,
        "Prefix": request.input.prefix,
        # The only form in which S3 writes keys that XML can't hold.
        "EncodingType": "url",
    }
    if token is not None:
        parameters["ContinuationToken"] = token
    elif after:
        parameters["StartAfter"] = after
    return parse_page(signed_get("ListObjectsV2", parameters, request.account, aws), until)


def parse_page(document: bytes, until: str | None = None) -> Page:
    """Return what a page says up to the key `until`; keys are decoded, once."""
    # Texts, each followed by the name of its element: nothing of ours is called for each of them.
    parts: list[str] = []
    # Expat takes names from here, so that they can be told from any text by their identity.
    parser = expat.ParserCreate(intern={name: name for name in _NAMES})
    parser.buffer_text = True
    parser.buffer_size = _BUFFER
    parser.CharacterDataHandler = parser.EndElementHandler = parts.append
    parser.Parse(document, True)  # noqa: FBT003  # expat takes no names
    entries: list[Entry] = []
    text = key = ""
    size = 0
    storage_class = "STANDARD"
    token = None
    is_truncated = False
    for part in parts:
        # Nothing that is read begins or ends with white space, which stands between elements.
        if part is _KEY:
            key = text.strip()
            if "+" in key:
                key = key.replace("+", " ")
            if "%" in key:
                key = unquote(key)
        elif part is _SIZE:
            size = int(text)
        elif part is _STORAGE_CLASS:
            storage_class = text.strip()
        elif part is _CONTENTS:
            if until is not None and key > until:
                return Page(entries, None)
            entries.append((key, size, storage_class))
            storage_class = "STANDARD"
        elif part is _NEXT:
            token = text.strip()
        elif part is _IS_TRUNCATED:
            is_truncated = text.strip() == "true"
        text = part
    return Page(entries, token if is_truncated else None)
