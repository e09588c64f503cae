"""Makes the input manifest: one line of JSON for each data object that is labeled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custom_resource.errors import CustomResourceError
from labeling_job.choice import MAXIMUM_BYTES, check_limits
from labeling_job.collaborators import Collaborators
from labeling_job.data_object import DataObject, digest
from labeling_job.errors import NothingToLabelError
from labeling_job.input_properties import Input
from labeling_job.left_out import LeftOut
from labeling_job.lines_on_disk import LinesOnDisk
from labeling_job.objects import file_objects
from labeling_job.previous_job import again
from labeling_job.request import Request
from labeling_job.texts import text_objects


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What Ground Truth will hand to workers."""

    #: UTF-8 JSON Lines.
    lines: LinesOnDisk
    objects: int
    #: Data objects that were chosen, but have a label of an earlier run.
    carried_over: int
    left_out: LeftOut
    #: Sequence files that the manifest names, by their S3 URIs.
    files: Mapping[str, bytes]

    @property
    def summary(self) -> str:
        """One sentence, such as `4 data objects; left out 1: folder marker 1`."""
        noun = "data object" if self.objects == 1 else "data objects"
        return f"{self.objects} {noun}{_carried_over(self.carried_over)}{self.left_out.sentence}"


def read_manifest(
    request: Request, aws: Collaborators, labeled: frozenset[bytes] = frozenset()
) -> Manifest:
    """Return the manifest of what the request's input stands for.

    Objects whose digest is in `labeled` are carried over: they are chosen, but not in it. Nothing
    is written to S3. Raises NothingToLabelError where nothing is left and nothing is carried over,
    and CustomResourceError that names what can't be labeled.
    """
    source = request.input
    left_out = LeftOut()
    objects, files = _data_objects(request, aws, left_out)
    lines = LinesOnDisk()
    number = carried_over = 0
    for each in objects:
        if labeled and digest(each.line) in labeled:
            carried_over += 1
            continue
        number += 1
        lines.append(each.line)
        if lines.size > MAXIMUM_BYTES:
            # Escaped characters take more room in a line of JSON than in the object.
            check_limits(number, lines.size, source)
    if not number and not carried_over:
        raise NothingToLabelError(_nothing_to_label(source, left_out), left_out=left_out.total)
    if source.minimum_objects is not None and 0 < number < source.minimum_objects:
        raise CustomResourceError(
            f"expected at least {source.minimum_objects} data objects for automated labeling, got "
            f"{number} {source.origin}{_carried_over(carried_over)}{left_out.sentence}, add some "
            "or turn `auto_label` off"
        )
    return Manifest(
        lines=lines, objects=number, carried_over=carried_over, left_out=left_out, files=files
    )


def _carried_over(number: int) -> str:
    return f"; carried over {number} that earlier runs have labeled" if number else ""


def _data_objects(
    request: Request, aws: Collaborators, left_out: LeftOut
) -> tuple[Iterable[DataObject], dict[str, bytes]]:
    # A cold start waits for every module: what few jobs need is imported for them only.
    if request.input.manifest_uri is not None:
        from labeling_job.own_manifest import manifest_objects

        return manifest_objects(request, aws, left_out), {}
    if request.input.kind == "frames":
        from labeling_job.frames import frame_objects

        return frame_objects(request, aws, left_out)
    if request.input.kind == "text":
        return text_objects(request, aws, left_out), {}
    return file_objects(request, aws, left_out), {}


def _nothing_to_label(source: Input, left_out: LeftOut) -> str:
    """Return the sentence that says so and how to bring data objects there."""
    if source.manifest_uri is None:
        advice = f"upload data objects with `aws s3 cp <folder> {source.place} --recursive`"
    elif source.previous_attribute is not None:
        advice = f"put lines with labels in {source.previous_attribute!r} there"
    else:
        advice = "put data objects there"
    return f"nothing to label {source.origin}{left_out.sentence}: {advice} and {again(source)}"
