"""One page of a listing: what is asked of S3 and what its answer says."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import partial
from operator import itemgetter, lt
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
_KEY_COUNT: Final = "KeyCount"
#: Stands where an element begins; known by its identity, so it is no text.
_START: Final = "start of an element"
_NAMES: Final = (_KEY, _SIZE, _STORAGE_CLASS, _CONTENTS, _NEXT, _IS_TRUNCATED, _KEY_COUNT, _RESULT)
#: An object as S3 writes it, unless it has something seldom. Nine tenths of a page are such; the
#: rest, and pages with any other object, are left for the parser. Compiled when it is first used,
#: because each start of the function waits for what is compiled before.
_ENTRY: Final = (
    rb"<Contents><Key>([^<&\s]+)</Key>(?:<LastModified>[^<]*</LastModified>)?(?:<ETag>[^<]*</ETag>)?"
    rb"(?:<ChecksumAlgorithm>[^<]*</ChecksumAlgorithm>)*"
    rb"(?:<ChecksumType>[^<]*</ChecksumType>)?<Size>(\d+)</Size>"
    rb"(?:<StorageClass>([^<&\s]+)</StorageClass>)?</Contents>"
)
_CLASSES: Final = {None: _STANDARD, b"STANDARD": _STANDARD}
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
    """Return the page that begins behind the key `after`.

    `token` is that of the page which ends there, if there is one; `until` is the last key to
    return. Raises ClientError and CustomResourceError.
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
            understand=partial(
                parse_page, prefix=request.input.prefix, after=after, until=until, token=token
            ),
        )
    except LargerError as error:
        raise CustomResourceError(
            f"{request.input.place} can't be listed: expected a page of at most {_MAXIMUM_BYTES} "
            f"bytes, got {error.size}, deploy again"
        ) from error


def parse_page(
    document: bytes,
    *,
    prefix: str = "",
    after: str = "",
    until: str | None = None,
    token: str | None = None,
) -> Page:
    """Return what a page says up to the key `until`; keys are decoded, once.

    Raises ContentError for anything but a whole page that follows the key `after`, with which the
    one ended that had `token`.
    """
    try:
        page = _page(document)
        _check(page, prefix, after, token)
    except (expat.ExpatError, ValueError) as error:
        raise ContentError(f"expected a page of a listing, got one with {error}") from error
    if until is None or not page.entries or page.entries[-1][0] <= until:
        return page
    return Page(page.entries[: bisect_right(page.entries, until, key=itemgetter(0))], None)


def _check(page: Page, prefix: str, after: str, token: str | None) -> None:
    """Raise ValueError for a page of another place or another prefix, or one that comes again."""
    keys = [entry[0] for entry in page.entries]
    # As all are in order, all have the prefix that the first and the last one have.
    if not all(key.startswith(prefix) for key in (*keys[:1], *keys[-1:])):
        raise ValueError(f"keys that are not below {shown(prefix)}")
    if not all(map(lt, [after, *keys], keys)):
        raise ValueError(f"keys that are not in order, or not behind {shown(after)}")
    if page.token is not None and page.token == token:
        raise ValueError(f"the {_NEXT} of the page before it")


def _page(document: bytes) -> Page:
    # What is around entries, and of each its key, size and storage class.
    pieces = re.split(_ENTRY, document)
    rest = b"".join(pieces[::4])
    # What looks like an object in a comment, a CDATA section or an instruction is none. The
    # declaration of XML is the only `<?` that a page begins with.
    is_usual = b"<!" not in document and document.find(b"<?", 1) < 0 and b"<Contents" not in rest
    if not is_usual or len(pieces) == 1:
        return _parse(document)
    keys = b"\n".join(pieces[1::4]).decode().replace("+", " ").split("\n")
    token = _parse(rest, counted=len(keys)).token
    return Page(
        [
            *zip(
                [unquote(key) if "%" in key else key for key in keys],
                map(int, pieces[2::4]),
                [_CLASSES.get(each) or each.decode() for each in pieces[3::4]],
                strict=True,
            )
        ],
        token,
    )


def _parse(document: bytes, *, counted: int = 0) -> Page:
    """Return what any page says, beside objects that are counted; takes several times as long."""
    # Texts, and names of elements, each behind what is in it.
    parts: list[str] = []
    # Expat takes names from here, so that they can be told from any text by their identity.
    parser = expat.ParserCreate(intern={name: name for name in _NAMES})
    parser.buffer_text = True
    parser.buffer_size = _BUFFER
    parser.StartElementHandler = lambda *_: parts.append(_START)
    parser.CharacterDataHandler = parser.EndElementHandler = parts.append
    parser.Parse(document, True)  # noqa: FBT003  # expat takes no names
    if parts[-1] is not _RESULT:
        raise ValueError(f"{shown(parts[-1])} around it")
    entries: list[Entry] = []
    text = key = ""
    size: int | None = None
    storage_class = _STANDARD
    token = truncated = number = ""
    for part in parts:
        if part is _KEY:
            key = unquote(_said(text).replace("+", " "))
        elif part is _SIZE:
            size = _size(_said(text))
        elif part is _STORAGE_CLASS:
            storage_class = _said(text)
        elif part is _CONTENTS:
            if not key or size is None or not storage_class:
                names = {_KEY: key, _SIZE: size is not None, _STORAGE_CLASS: storage_class}
                missing = next(name for name, there in names.items() if not there)
                raise ValueError(f"no {missing} in {_CONTENTS}")
            entries.append((key, size, storage_class))
            key, size, storage_class = "", None, _STANDARD
        elif part is _NEXT:
            token = _said(text)
        elif part is _IS_TRUNCATED:
            truncated = _said(text)
        elif part is _KEY_COUNT:
            number = _said(text)
        text = part
    if truncated not in ("true", "false") or (truncated == "true" and not token):
        raise ValueError(f"{shown(truncated)} in {_IS_TRUNCATED} and no {_NEXT}")
    if number not in ("", str(len(entries) + counted)):
        raise ValueError(f"{len(entries) + counted} objects and {shown(number)} in {_KEY_COUNT}")
    return Page(entries, token if truncated == "true" else None)


def _said(text: str) -> str:
    """Return what stands in an element, without white space, which stands between elements."""
    return "" if text is _START else text.strip()


def _size(text: str) -> int:
    # Of what `int` takes, only this is a number of bytes.
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(f"{shown(text)} in {_SIZE}")
    return int(text)
