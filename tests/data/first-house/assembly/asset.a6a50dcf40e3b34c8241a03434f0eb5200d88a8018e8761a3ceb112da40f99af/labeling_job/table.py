"""Reads one column of a CSV file (RFC 4180), whose first row has the names of the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from custom_resource.errors import CustomResourceError
from labeling_job.problems import shown

# Python's own limit is 131,072 characters; what is too long for a text is said of the text.
csv.field_size_limit(100_000_000)


def rows(lines: Iterable[str], column: str, uri: str) -> Iterator[tuple[int, str]]:
    """Yield the number of each row below the names, and what stands in the column.

    `lines` have their line breaks, which may be part of a quoted field. Lines with nothing in them
    are no rows. Raises CustomResourceError that names the row and the file.
    """
    table = (row for row in _parsed(lines, uri) if row)
    names = next(table, [])
    if names.count(column) != 1:
        there = ", ".join(names) or "no columns"
        raise CustomResourceError(
            f"expected one column {column!r} in the first row, got {there} in {uri}, write the "
            "column's name there, or another as `column`"
        )
    index = names.index(column)
    for number, row in enumerate(table, start=1):
        if len(row) != len(names):
            raise CustomResourceError(
                f"expected {len(names)} fields as in the first row, got {len(row)} in row {number} "
                f"of {uri}, put fields with commas or line breaks in quotes: {shown(row)}"
            )
        yield number, row[index]


def _parsed(lines: Iterable[str], uri: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise CustomResourceError(
            f"expected CSV, got {error} in line {reader.line_num} of {uri}, put fields with quotes "
            "in quotes and write each quote twice"
        ) from error
