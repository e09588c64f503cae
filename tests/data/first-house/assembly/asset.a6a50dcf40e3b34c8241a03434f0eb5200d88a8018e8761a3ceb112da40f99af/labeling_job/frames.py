"""Makes data objects of folders of frames: a sequence file for each folder.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-video-manual-data-setup.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from custom_resource.errors import CustomResourceError
from labeling_job.choice import choose
from labeling_job.collaborators import Collaborators
from labeling_job.data_object import DataObject, reference_line
from labeling_job.frame_names import first_out_of_order, pad_advice
from labeling_job.input_properties import Input
from labeling_job.left_out import LeftOut
from labeling_job.listing import Found, list_objects
from labeling_job.request import Request


@dataclass(frozen=True, slots=True)
class _Folder:
    """All frames that a folder holds itself."""

    #: Ends with a slash.
    uri: str
    names: list[str] = field(default_factory=list)


def frame_objects(
    request: Request, aws: Collaborators, left_out: LeftOut
) -> tuple[list[DataObject], dict[str, bytes]]:
    """Return what is labeled of the folders below the prefix, and the sequence files by their URI.

    Raises CustomResourceError for a folder that can't be a sequence.
    """
    folders = choose(
        _folders(list_objects(request, aws, left_out)),
        request.input,
        left_out,
        place=lambda folder: folder.uri,
        weigh=lambda folder: sum(map(len, folder.names)),
    )
    objects: list[DataObject] = []
    files: dict[str, bytes] = {}
    for number, folder in enumerate(folders, start=1):
        _check(folder, request.input)
        content = _sequence_file(number, folder)
        name = hashlib.sha256(content).hexdigest()
        uri = f"{request.files.place}sequences/{name}.json"
        files[uri] = content
        objects.append(DataObject(folder.uri, reference_line(uri)))
    return objects, files


def _folders(frames: Iterable[Found]) -> Iterator[_Folder]:
    """Yield each folder when the listing has left it: keys of a folder come one after another."""
    entered: list[_Folder] = []
    for frame in frames:
        folder, slash, name = frame.uri.rpartition("/")
        while entered and not frame.uri.startswith(entered[-1].uri):
            yield entered.pop()
        if not entered or entered[-1].uri != folder + slash:
            entered.append(_Folder(folder + slash))
        entered[-1].names.append(name)
    yield from reversed(entered)


def _check(folder: _Folder, source: Input) -> None:
    if folder.uri == f"s3://{source.bucket}/":
        raise CustomResourceError(
            f"expected frames in folders, one for each sequence, got "
            f"{folder.uri}{folder.names[0]}, move it into a folder or leave it out with `exclude`"
        )
    if source.maximum_frames is not None and len(folder.names) > source.maximum_frames:
        raise CustomResourceError(
            f"expected at most {source.maximum_frames} frames in one sequence, got "
            f"{len(folder.names)} in {folder.uri}, split the folder or leave out some with "
            "`exclude`"
        )
    names = first_out_of_order(folder.names)
    if names is not None:
        raise CustomResourceError(f"{pad_advice(names)} in {folder.uri}, rename them")


def _sequence_file(number: int, folder: _Folder) -> bytes:
    content = {
        "seq-no": number,
        "prefix": folder.uri,
        "number-of-frames": len(folder.names),
        "frames": [
            {"frame-no": frame, "frame": name}
            for frame, name in enumerate(sorted(folder.names), start=1)
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
