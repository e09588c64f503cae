"""One page of a listing: what is asked of S3 and what its answer says."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Final, TypeAlias
from urllib.parse import unquote
from xml.parsers import expat

from custom_resource.errors import CustomResourceError
from dataset.messages import shown
from labeling_job.clients import Clients
from labeling_job.request import Request
from labeling_job.source.signed_get import ContentError, LargerError, signed_get

#: Bytes: more than any text of a page, so that each comes in one piece.
_BUFFER: Final = 65_536
_KEY: Final = "Key"
_SIZE: Final = "Size"
_STORAGE_CLASS: Final = "StorageClass"
_CONTENTS: Final = "Contents"
_STANDARD: Final = "STANDARD"
_NEXT: Final = "NextContinuationToken"
_IS_TRUNCATED: Final = "IsTruncated"
_RESULT: Final = "ListBucketResult"
_NAMES: Final = (_KEY, _SIZE, _STORAGE_CLASS, _CONTENTS, _NEXT, _IS_TRUNCATED, _RESULT)
#: Bytes of a page: 1,000 keys of 1,024 bytes, of which each takes three characters, and the rest.
_MAXIMUM_BYTES: Final = 16_000_000


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
    aws: Clients,
    *,
    after: str = "",
    until: str | None = None,
    token: str | None = None,
) -> Page:
    """Return the page that begins behind the key `after`, or the one that a token stands for.

    `until` is the last key to return. Raises ClientError and CustomResourceError.
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
    try:
        return signed_get(
            "ListObjectsV2",
            parameters,
            request.account,
            aws,
            maximum_bytes=_MAXIMUM_BYTES,
            understand=partial(parse_page, until=until),
        )
    except LargerError as error:
        raise CustomResourceError(
            f"{request.input.place} can't be listed: expected a page of at most {_MAXIMUM_BYTES} "
            f"bytes, got {error.size}, deploy again"
        ) from error


def parse_page(document: bytes, until: str | None = None) -> Page:
    """Return what a page says up to the key `until`; keys are decoded, once.

    Raises ContentError for anything but a whole page.
    """
    try:
        return _page(_parts(document), until)
    except (expat.ExpatError, ValueError) as error:
        raise ContentError(f"expected a page of a listing, got one with {error}") from error


def _parts(document: bytes) -> list[str]:
    """Return all texts and the names of the elements, each behind what is in it."""
    # Nothing of ours is called for each of them.
    parts: list[str] = []
    # Expat takes names from here, so that they can be told from any text by their identity.
    parser = expat.ParserCreate(intern={name: name for name in _NAMES})
    parser.buffer_text = True
    parser.buffer_size = _BUFFER
    parser.CharacterDataHandler = parser.EndElementHandler = parts.append
    parser.Parse(document, True)  # noqa: FBT003  # expat takes no names
    return parts


def _page(parts: list[str], until: str | None) -> Page:
    if parts[-1] is not _RESULT:
        raise ValueError(f"{shown(parts[-1])} around it")
    begin, entries = _alike(parts)
    text = key = ""
    size = 0
    storage_class = _STANDARD
    token = None
    truncated = ""
    for part in parts[:begin]:
        # Nothing that is read begins or ends with white space, which stands between elements.
        if part is _KEY:
            key = _decoded(text)
        elif part is _SIZE:
            size = int(text)
        elif part is _STORAGE_CLASS:
            storage_class = text.strip()
        elif part is _CONTENTS:
            entries.append((key, size, storage_class))
            storage_class = _STANDARD
        elif part is _NEXT:
            token = text.strip()
        elif part is _IS_TRUNCATED:
            truncated = text.strip()
        text = part
    if truncated not in ("true", "false") or (truncated == "true" and not token):
        raise ValueError(f"{shown(truncated)} in {_IS_TRUNCATED} and no {_NEXT}")
    if until is not None and entries and entries[-1][0] > until:
        return Page(entries[: bisect_right(entries, until, key=itemgetter(0))], None)
    return Page(entries, token if truncated == "true" else None)


def _alike(parts: list[str]) -> tuple[int, list[Entry]]:
    """Return where entries begin that all have the same elements, to the end of the page, and them.

    Most pages are so, and are read column by column, which takes little time.
    """
    try:
        begin = parts.index(_KEY) - 1
        width = parts.index(_CONTENTS, begin) + 1 - begin
        size, storage_class = (
            parts.index(name, begin, begin + width) for name in (_SIZE, _STORAGE_CLASS)
        )
    except ValueError:
        return len(parts), []
    places = (begin + 1, size, storage_class, begin + width - 1)
    names = [{*map(id, parts[place:-1:width])} for place in places]
    if (len(parts) - 1 - begin) % width or names != [
        {id(name)} for name in (_KEY, _SIZE, _STORAGE_CLASS, _CONTENTS)
    ]:
        return len(parts), []
    return begin, [
        *zip(
            map(_decoded, parts[begin:-1:width]),
            map(int, parts[size - 1 : -1 : width]),
            parts[storage_class - 1 : -1 : width],
            strict=True,
        )
    ]


def _decoded(text: str) -> str:
    key = text.strip()
    if "+" in key:
        key = key.replace("+", " ")
    return unquote(key) if "%" in key else key
