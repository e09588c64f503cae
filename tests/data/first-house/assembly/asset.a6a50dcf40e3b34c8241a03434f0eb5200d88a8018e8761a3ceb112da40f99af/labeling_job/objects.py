"""Makes data objects of files that workers see as they are, such as images."""

from __future__ import annotations

from collections.abc import Iterator

from labeling_job.choice import choose
from labeling_job.collaborators import Collaborators
from labeling_job.data_object import DataObject, reference_line
from labeling_job.left_out import LeftOut
from labeling_job.listing import list_objects
from labeling_job.request import Request


def file_objects(request: Request, aws: Collaborators, left_out: LeftOut) -> Iterator[DataObject]:
    """Yield what is labeled of the files below the prefix, in the listing's order."""
    files = choose(
        list_objects(request, aws, left_out),
        request.input,
        left_out,
        place=lambda file: file.uri,
        weigh=lambda file: len(file.uri),
    )
    for file in files:
        yield DataObject(file.uri, reference_line(file.uri))
