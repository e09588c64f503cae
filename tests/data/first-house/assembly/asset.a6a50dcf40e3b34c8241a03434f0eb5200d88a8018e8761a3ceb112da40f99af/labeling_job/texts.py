"""Makes data objects of texts: whole files, their lines, or the rows of a CSV column."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Final

from custom_resource.errors import CustomResourceError
from labeling_job.choice import choose
from labeling_job.collaborators import Collaborators
from labeling_job.data_object import MAXIMUM_LINE, DataObject, manifest_line
from labeling_job.input_properties import Input
from labeling_job.left_out import LeftOut
from labeling_job.listing import Found, list_objects
from labeling_job.problems import shown
from labeling_job.reading import read_objects
from labeling_job.request import Request
from labeling_job.table import rows

#: `str.splitlines` also breaks at characters that people don't see as the end of a line.
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
#: Bytes of a file that is split: its text takes up to four times that in memory.
_MAXIMUM_FILE: Final = 100_000_000
#: As the whole of a text it is a mistake: some guides put it there.
_S3_URI: Final = re.compile(r"s3://[a-z0-9.-]+/\S*", re.IGNORECASE)
#: Bytes of a character in UTF-8, at most.
_WIDEST: Final = 4


def text_objects(request: Request, aws: Collaborators, left_out: LeftOut) -> Iterator[DataObject]:
    """Yield what is labeled of the texts below the prefix, in the listing's order.

    Whole files are chosen before they are read, so that blank ones may be among those chosen.
    Raises CustomResourceError that names the object that can't be labeled.
    """
    source = request.input
    found = list_objects(request, aws, left_out)
    if source.split != "file":
        parts = _data_objects(found, request, aws, left_out)
        yield from choose(
            parts,
            source,
            left_out,
            place=lambda part: part.place,
            weigh=lambda part: len(part.line),
        )
        return
    # Nothing is read before it is known that there is not too much.
    files = list(
        choose(found, source, left_out, place=lambda file: file.uri, weigh=lambda file: file.size)
    )
    yield from _data_objects(files, request, aws, left_out)


def _data_objects(
    files: Iterable[Found], request: Request, aws: Collaborators, left_out: LeftOut
) -> Iterator[DataObject]:
    source = request.input
    for found, content in read_objects(_checked(files, source), request, aws):
        text = _decode(content, found.uri)
        if source.split == "file":
            if text.strip():
                yield _data_object(text, found.uri, {}, source)
            else:
                left_out.add("blank", found.uri)
            continue
        unit = "line" if source.split == "line" else "row"
        for number, part in _parts(text, found.uri, source):
            if part.strip():
                yield _data_object(part, found.uri, {unit: number}, source)
            else:
                left_out.add(f"blank {unit}", found.uri, **{unit: number})


def _checked(files: Iterable[Found], source: Input) -> Iterator[Found]:
    """Refuse what is too large to be read, by its size in the listing."""
    for found in files:
        if source.split != "file" and found.size > _MAXIMUM_FILE:
            raise CustomResourceError(
                f"expected at most {_MAXIMUM_FILE} bytes in one file, got {found.size} in "
                f"{found.uri}, split it"
            )
        mark = len(codecs.BOM_UTF8)
        if source.split == "file" and found.size > source.maximum_characters * _WIDEST + mark:
            raise CustomResourceError(
                f"expected at most {source.maximum_characters} characters, got {found.size} bytes "
                f"in {found.uri}, split it, or use `split: line`"
            )
        yield found


def _decode(content: bytes, uri: str) -> str:
    """Return a text without byte order mark."""
    mark = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    try:
        return content[mark:].decode()
    except UnicodeDecodeError as error:
        raise CustomResourceError(
            f"expected UTF-8 text, got byte 0x{content[mark + error.start]:02x} at position "
            f"{mark + error.start} of {uri}, save it as UTF-8"
        ) from error


def _parts(text: str, uri: str, source: Input) -> Iterator[tuple[int, str]]:
    """Yield the lines or rows of a text with their numbers."""
    lines = (line[0] for line in _LINE.finditer(text))
    if source.column is not None:
        return rows(lines, source.column, uri)
    return enumerate((line.rstrip("\r\n") for line in lines), start=1)


def _data_object(text: str, uri: str, part: dict[str, int], source: Input) -> DataObject:
    place = "".join(f"{unit} {number} of " for unit, number in part.items()) + uri
    if len(text) > source.maximum_characters:
        advice = "split it" if part else "split it, or use `split: line`"
        raise CustomResourceError(
            f"expected at most {source.maximum_characters} characters, got {len(text)} in {place}, "
            f"{advice}"
        )
    if _S3_URI.fullmatch(text.strip()):
        raise CustomResourceError(
            f"expected the text itself, got {shown(text.strip())} in {place}, which workers would "
            "see instead of what is in that object, put the text there"
        )
    line = manifest_line({"source": text, "object": uri, **part})
    if len(line) > MAXIMUM_LINE and len(line.decode()) - 1 > MAXIMUM_LINE:
        raise CustomResourceError(
            f"expected at most {MAXIMUM_LINE} characters in a line of the manifest, got "
            f"{len(line.decode()) - 1} for {place}, split it or remove its control characters"
        )
    return DataObject(place, line)
