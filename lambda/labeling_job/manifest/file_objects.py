"""Makes data objects of files that workers see as they are, such as images."""

from __future__ import annotations

from collections.abc import Iterator

from dataset.lines import DataObject, reference_line
from labeling_job.clients import Clients
from labeling_job.request import Request
from labeling_job.source.listing import list_objects
from labeling_job.source.sampling import choose
from labeling_job.source.skipped import Skipped


def file_objects(request: Request, aws: Clients, skipped: Skipped) -> Iterator[DataObject]:
    """Yield what is labeled of the files below the prefix, in the listing's order."""
    files = choose(
        list_objects(request, aws, skipped),
        request.input,
        skipped,
        place=lambda file: file.uri,
        weigh=lambda file: len(file.uri),
    )
    for file in files:
        yield DataObject(file.uri, reference_line(file.uri))
