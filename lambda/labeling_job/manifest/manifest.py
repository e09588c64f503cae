"""Makes the input manifest: one line of JSON for each data object that is labeled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custom_resource.errors import CustomResourceError
from dataset.lines import DataObject, digest
from labeling_job.clients import Clients
from labeling_job.input_properties import Input
from labeling_job.manifest.file_objects import file_objects
from labeling_job.manifest.lines_on_disk import LinesOnDisk
from labeling_job.manifest.problems import NothingToLabelError
from labeling_job.manifest.reviewed_job import again
from labeling_job.manifest.texts import text_objects
from labeling_job.request import Request
from labeling_job.source.sampling import MAXIMUM_BYTES, check_limits
from labeling_job.source.skipped import Skipped


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What Ground Truth will hand to workers."""

    #: UTF-8 JSON Lines.
    lines: LinesOnDisk
    objects: int
    #: Data objects that were chosen, but have a label of an earlier run.
    carried_over: int
    skipped: Skipped
    #: Sequence files that the manifest names, by their S3 URIs.
    files: Mapping[str, bytes]

    @property
    def summary(self) -> str:
        """One sentence, such as `4 data objects; left out 1: folder marker 1`."""
        noun = "data object" if self.objects == 1 else "data objects"
        return f"{self.objects} {noun}{_carried_over(self.carried_over)}{self.skipped.sentence}"


def read_manifest(
    request: Request, aws: Clients, labeled: frozenset[bytes] = frozenset()
) -> Manifest:
    """Return the manifest of what the request's input stands for.

    Objects whose digest is in `labeled` are carried over: they are chosen, but not in it. Nothing
    is written to S3. Raises NothingToLabelError where nothing is left and nothing is carried over,
    and CustomResourceError that names what can't be labeled.
    """
    source = request.input
    skipped = Skipped()
    objects, files = _data_objects(request, aws, skipped)
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
        raise NothingToLabelError(_nothing_to_label(source, skipped), skipped=skipped.total)
    if source.minimum_objects is not None and 0 < number < source.minimum_objects:
        raise CustomResourceError(
            f"expected at least {source.minimum_objects} data objects for automated labeling, got "
            f"{number} {source.origin}{_carried_over(carried_over)}{skipped.sentence}, add some "
            "or turn `auto_label` off"
        )
    return Manifest(
        lines=lines, objects=number, carried_over=carried_over, skipped=skipped, files=files
    )


def _carried_over(number: int) -> str:
    return f"; carried over {number} that earlier runs have labeled" if number else ""


def _data_objects(
    request: Request, aws: Clients, skipped: Skipped
) -> tuple[Iterable[DataObject], dict[str, bytes]]:
    # A cold start waits for every module: what few jobs need is imported for them only.
    if request.input.manifest_uri is not None:
        from labeling_job.manifest.user_manifest import manifest_objects

        return manifest_objects(request, aws, skipped), {}
    if request.input.kind == "frames":
        from labeling_job.manifest.frames import frame_objects

        return frame_objects(request, aws, skipped)
    if request.input.kind == "text":
        return text_objects(request, aws, skipped), {}
    return file_objects(request, aws, skipped), {}


def _nothing_to_label(source: Input, skipped: Skipped) -> str:
    """Return the sentence that says so and how to bring data objects there."""
    if source.manifest_uri is None:
        hint = f"upload data objects with `aws s3 cp <folder> {source.place} --recursive`"
    elif source.reviewed_attribute is not None:
        hint = f"put lines with labels in {source.reviewed_attribute!r} there"
    else:
        hint = "put data objects there"
    return f"nothing to label {source.origin}{skipped.sentence}: {hint} and {again(source)}"
